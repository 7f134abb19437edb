import { readFile } from 'node:fs/promises'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { beforeAll, describe, expect, it } from 'vitest'
import { CODE_NAMES, CODES } from '../../../src/tools/doctor/codes.ts'
import type { Report, Reported } from '../../../src/tools/doctor/report.ts'
import { toSarif } from '../../../src/tools/doctor/sarif.ts'

// The official SARIF schema with the final errata, from a package of Microsoft.
const SCHEMA = new URL('../assets/sarif-2.1.0.schema.json', import.meta.resolve('@microsoft/sarif-multitool-ts'))

let isSarif: ValidateFunction

beforeAll(async () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  isSarif = ajv.compile(JSON.parse(await readFile(SCHEMA, 'utf8')))
})

const finding = (code: Reported['code'], line: number | null): Reported => {
  const { severity, title, why, fix } = CODES[code]
  return {
    code,
    severity,
    title,
    why,
    fix,
    message: 'Something',
    file: 'a folder/ü.yml',
    line,
    resource: 'It',
    path: 'Properties.A.0',
    statement: null,
    paste: null,
  }
}

describe('toSarif', () => {
  it.each([
    ['every code, with and without a line', { findings: CODE_NAMES.map((code, at) => finding(code, at % 2 === 0 ? at + 1 : null)) }],
    ['an accepted finding', { accepted: [{ ...finding('LG403', 3), reason: 'Sessions are short.' }] }],
    ['an unused acceptance', { unused: [{ code: 'LG403', resource: 'It', reason: 'Sessions are short.' }] }],
    ['something that was not checked', { notJudged: ["the rules of It: the function's code was not found"] }],
    ['no entries', {}],
  ] satisfies readonly (readonly [string, Partial<Report>])[])('converts a report with %s to valid SARIF 2.1.0', (_, report) => {
    isSarif(toSarif({ file: 'any', findings: [], accepted: [], unused: [], notJudged: [], ...report }, '0.1.0'))
    expect(isSarif.errors ?? []).toEqual([])
  })

  it('the SARIF schema of these tests rejects an invalid level', () => {
    const text = JSON.stringify(toSarif({ file: 'any', findings: [finding('LG101', 1)], accepted: [], unused: [], notJudged: [] }, '0.1.0'))
    expect(isSarif(JSON.parse(text.replaceAll('"warning"', '"grave"')))).toBe(false)
  })
})
