import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { repository } from './support/built.ts'

const SOURCES = ['src', 'scripts', 'bench', 'chaos', 'starter', 'examples', 'test/support'].map((folder) => `${folder}/**/*.ts`)

/** Names that may end in Of, In or Named, and why. */
const ALLOWED: Readonly<Record<string, string>> = {
  anyOf: 'the language: a combinator',
  emailDomainIn: 'the language: a condition',
  oneOf: 'the language: a field of settings',
  isOneOf: 'a condition on a DynamoDB item, which reads as a predicate',
  recordSignIn: 'a public rule; to sign in is a verb',
  signIn: 'to sign in is a verb',
}

/** Declarations of functions, and of constants that hold one. */
const FUNCTION = /\bfunction\*?\s+(\w+)|\bconst\s+(\w+)\s*(?::[^=\n]*)?=\s*(?:async\s*)?(?:function\b|(?:<[^=\n]*>)?\(|\w+\s*=>)/g

const ENDS_IN_PREPOSITION = /[a-z](?:Of|In|Named)$/

function listBadNames(source: string): readonly string[] {
  const code = source.replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '')
  const names = [...code.matchAll(FUNCTION)].map(([, declared, constant]) => declared ?? constant ?? '')
  return names.filter((name) => ENDS_IN_PREPOSITION.test(name) && !Object.hasOwn(ALLOWED, name))
}

it('finds functions that end in Of, In or Named', () => {
  const source = [
    'async function linesOf(',
    'const keyNamed = (a) => a',
    'const isIn = wasIn',
    'function* anyOf(',
    '// function nameIn(',
  ].join('\n')

  expect(listBadNames(source)).toEqual(['linesOf', 'keyNamed'])
})

it('names functions by verbs: none ends in Of, In or Named but those of the language', async () => {
  const found: string[] = []
  for await (const file of glob(SOURCES, { cwd: repository, exclude: ['**/node_modules/**', '**/dist/**'] }))
    for (const name of listBadNames(readFileSync(join(repository, file), 'utf8'))) found.push(`${file}: ${name}`)

  expect(found.toSorted()).toEqual([])
})
