import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { OWN_REASONS } from '../../../src/shared/rules/personal.ts'

it('the reasons of the toolkit are those in its sources', async () => {
  const found = new Set<string>()
  for await (const file of glob('src/!(tools|esbuild)/**/*.ts')) {
    // Examples in comments are the user's.
    const code = readFileSync(file, 'utf8').replace(/^\s*\*.*$/gm, '')
    const pattern = /\b(?:skip|deny|refuse)\('([\w-]+)'|\brespond(?:<\w+>)?\(\w+, '([\w-]+)'|\breadonly code = '([\w-]+)'/g
    for (const [, said, answered, code_] of code.matchAll(pattern)) found.add(said ?? answered ?? code_ ?? '')
  }
  expect(found.size).toBeGreaterThan(20)
  expect([...found].filter((reason) => !OWN_REASONS.has(reason))).toEqual([])
})
