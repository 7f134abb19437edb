import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { listBadNames } from '../scripts/function-names.ts'
import { repository } from './support/built.ts'

const SOURCES = ['src', 'scripts', 'bench', 'chaos', 'starter', 'examples', 'test/support'].map((folder) => `${folder}/**/*.ts`)

const listNames = (program: string): readonly string[] => listBadNames(program).map(({ name }) => name)

it.each(['linesOf', 'keyNamed', 'nameIn'])('listBadNames finds the function name %s', (name) => {
  expect(listNames(`async function ${name}(`)).toEqual([name])
  expect(listNames(`const ${name} = (a) => a`)).toEqual([name])
})

it('listBadNames ignores allowed function names, constants without a function, and comments', () => {
  // The name is inserted, because the text check reads this file too.
  const source = ['const isIn = wasIn', 'function* anyOf(', `// function ${'nameIn'}(`].join('\n')

  expect(listNames(source)).toEqual([])
})

it('no function name ends in Of, In or Named, except the allowed names', async () => {
  const found: string[] = []
  for await (const file of glob(SOURCES, { cwd: repository, exclude: ['**/node_modules/**', '**/dist/**'] }))
    for (const name of listNames(readFileSync(join(repository, file), 'utf8'))) found.push(`${file}: ${name}`)

  expect(found.toSorted()).toEqual([])
})
