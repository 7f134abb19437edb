import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { CODE_NAMES, CODES } from '../../../src/tools/doctor/codes.ts'

it('lists every code with its severity in docs/guides/doctor.md, and no other code', async () => {
  const text = await readFile('docs/guides/doctor.md', 'utf8')
  const rows = [...text.matchAll(/^\| (LG\d+) \| (\w+) \|/gm)].map(([, code, severity]) => `${code} ${severity}`)
  expect(rows).toEqual(CODE_NAMES.map((code) => `${code} ${CODES[code].severity}`))
})
