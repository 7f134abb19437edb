import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { repository } from './support/built.ts'

const SOURCES = ['src', 'scripts', 'bench', 'chaos', 'starter', 'examples', 'test/support'].map((folder) => `${folder}/**/*.ts`)

/** Function names that may end in Of, In or Named, with the reason. */
const ALLOWED: Readonly<Record<string, string>> = {
  anyOf: 'a combinator of the rule language',
  emailDomainIn: 'a condition of the rule language',
  oneOf: 'a field of settings',
  isOneOf: 'a DynamoDB condition, named as a predicate',
  recordSignIn: 'a public rule; SignIn is a noun here',
  signIn: 'sign in is a verb',
}

/** Matches declarations of functions, and of constants that hold a function. */
const FUNCTION = /\bfunction\*?\s+(\w+)|\bconst\s+(\w+)\s*(?::[^=\n]*)?=\s*(?:async\s*)?(?:function\b|(?:<[^=\n]*>)?\(|\w+\s*=>)/g

const ENDS_IN_PREPOSITION = /[a-z](?:Of|In|Named)$/

function listBadNames(source: string): readonly string[] {
  const code = source.replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '')
  const names = [...code.matchAll(FUNCTION)].map(([, declared, constant]) => declared ?? constant ?? '')
  return names.filter((name) => ENDS_IN_PREPOSITION.test(name) && !Object.hasOwn(ALLOWED, name))
}

it.each(['linesOf', 'keyNamed', 'nameIn'])('listBadNames finds the function name %s', (name) => {
  expect(listBadNames(`async function ${name}(`)).toEqual([name])
  expect(listBadNames(`const ${name} = (a) => a`)).toEqual([name])
})

it('listBadNames ignores allowed function names, constants without a function, and comments', () => {
  const source = ['const isIn = wasIn', 'function* anyOf(', '// function nameIn('].join('\n')

  expect(listBadNames(source)).toEqual([])
})

it('no function name ends in Of, In or Named, except the allowed names', async () => {
  const found: string[] = []
  for await (const file of glob(SOURCES, { cwd: repository, exclude: ['**/node_modules/**', '**/dist/**'] }))
    for (const name of listBadNames(readFileSync(join(repository, file), 'utf8'))) found.push(`${file}: ${name}`)

  expect(found.toSorted()).toEqual([])
})
