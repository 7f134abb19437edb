import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { CODE_NAMES, CODES } from '../../../src/tools/doctor/codes.ts'

it('documents each code with its severity and title, and no other code', async () => {
  const text = await readFile('docs/reference/findings.md', 'utf8')
  const rows = [...text.matchAll(/^\| (LG\d+) \| (\w+) \| ([^|]+) \|/gm)].map(([, code, severity, title]) => `${code} ${severity} ${title}`)

  expect(rows).toEqual(CODE_NAMES.map((code) => `${code} ${CODES[code].severity} ${CODES[code].title}`))
})
