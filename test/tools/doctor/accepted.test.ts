import { describe, expect, it } from 'vitest'
import type { Code } from '../../../src/tools/doctor/codes.ts'
import type { Finding, Judged } from '../../../src/tools/doctor/finding.ts'
import { buildReport, type Report } from '../../../src/tools/doctor/report.ts'
import { readTemplate } from '../../../src/tools/project/template.ts'

const accepting = (accept: unknown): string => {
  const metadata = { Lifeguard: accept }
  return JSON.stringify({ Resources: { Pool: { Type: 'AWS::Cognito::UserPool', Metadata: metadata }, Other: { Type: 'AWS::SNS::Topic' } } })
}
const findings: readonly Finding[] = [
  { code: 'LG403', resource: 'Pool', path: [], message: '' },
  { code: 'LG401', resource: 'Pool', path: [], message: '' },
  { code: 'LG403', resource: 'Other', path: [], message: '' },
]
const reported = (accept: unknown, judged: Partial<Judged> = {}, ignored: readonly Code[] = []): Report => {
  const source = { file: 'any', place: () => ({ file: 'any', line: undefined }), template: readTemplate('any', accepting(accept)) }
  return buildReport({ findings: [], unknown: [], ...judged }, source, new Set(ignored))
}

describe('buildReport', () => {
  const accept = { accept: [{ code: 'LG403', reason: ' Sessions are short. ' }] }

  it('accepts a finding only if the metadata of its resource names its code and a reason', () => {
    const { accepted, findings: left, unused } = reported(accept, { findings })
    expect(accepted).toMatchObject([{ code: 'LG403', resource: 'Pool', reason: 'Sessions are short.' }])
    expect(left.map(({ code, resource }) => `${code} ${resource}`)).toEqual(['LG401 Pool', 'LG403 Other'])
    expect(unused).toEqual([])
  })

  it('lists an acceptance as unused if no finding has its code and its resource', () => {
    const others = findings.slice(1)
    expect(reported(accept, { findings: others })).toMatchObject({
      accepted: [],
      unused: [{ code: 'LG403', resource: 'Pool', reason: 'Sessions are short.' }],
    })
  })

  it.each<[string, Partial<Judged>, readonly Code[]]>([
    ['the report leaves out its code', {}, ['LG403']],
    ['something was not checked', { unknown: ["the rules of It: the function's code was not found"] }, []],
  ])('does not list an acceptance as unused if %s', (_, judged, ignored) => {
    expect(reported(accept, judged, ignored).unused).toEqual([])
  })

  it.each([
    ['LG403', 'is invalid; expected { accept: [{ code, reason }] }'],
    [{ accept: { code: 'LG403', reason: 'x' } }, 'is invalid; expected { accept: [{ code, reason }] }'],
    [{ accept: ['LG403'] }, 'accepts the unknown code undefined. docs/reference/findings.md lists all codes'],
    [{ accept: [{ code: 'LG999', reason: 'x' }] }, 'accepts the unknown code "LG999". docs/reference/findings.md lists all codes'],
    [{ accept: [{ code: 'LG403' }] }, 'accepts LG403 without a reason'],
    [{ accept: [{ code: 'LG403', reason: ' ' }] }, 'accepts LG403 without a reason'],
  ])('rejects an invalid acceptance: %j', (metadata, message) => {
    expect(() => reported(metadata)).toThrow(`any: Metadata.Lifeguard of Pool ${message}`)
  })
})
