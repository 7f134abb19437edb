import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { CODE_NAMES, CODES } from '../../../src/tools/doctor/codes.ts'

it('findings.md lists exactly the codes of doctor, each with severity, title and fix', async () => {
  const text = await readFile('docs/reference/findings.md', 'utf8')
  const rows = [...text.matchAll(/^\| (LG\d+) \| (\w+) \| ([^|]+) \| [^|]+ \| ([^|]+) \|$/gm)].map(([, ...cells]) => cells)

  expect(rows).toEqual(CODE_NAMES.map((code) => [code, CODES[code].severity, CODES[code].title, CODES[code].fix]))
})
