import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { type Environment, InvalidSettings, readSettings } from '../../../src/shared/settings/read-settings.ts'
import { domains, logSettings, oneOf, text } from '../../../src/shared/settings/settings.ts'

const schema = z.object({
  BLOCK_TABLE: text('the name of a table'),
  ALLOWED: domains(),
  MODE: z._default(oneOf(['exempt', 'judge']), 'exempt'),
  ...logSettings,
})
const good = { BLOCK_TABLE: 'blocks', ALLOWED: 'example.com' }

function messageOf(environment: Environment): string {
  try {
    readSettings(schema, environment)
  } catch (error) {
    if (error instanceof InvalidSettings) return error.message
    throw error
  }
  return 'valid'
}
const linesOf = (environment: Environment): readonly string[] => messageOf(environment).split('\n')

describe('readSettings', () => {
  it('returns what the schema made of the variables, and leaves the rest of the environment out', () => {
    expect(readSettings(schema, { ...good, LOG_LEVEL: 'WARN', PATH: '/bin', HOME: undefined })).toEqual({
      ...{ BLOCK_TABLE: 'blocks', ALLOWED: ['example.com'], MODE: 'exempt', LOG_LEVEL: 'warn' },
    })
  })

  it('reads the environment of a process', () => {
    expect(() => readSettings(z.object({}), process.env)).not.toThrow()
  })

  it.each([undefined, ''])('says of a variable that is %j that it is missing, and what it should hold', (BLOCK_TABLE) => {
    expect(linesOf({ ...good, BLOCK_TABLE })).toEqual([
      'The settings in the environment are not valid:',
      '  BLOCK_TABLE is missing; expected the name of a table',
    ])
  })

  it('takes an empty text for a setting that was left to its default', () => {
    expect(readSettings(schema, { ...good, MODE: '', LOG_LEVEL: '', LOG_HASH_KEY: '' })).toEqual({
      ...{ BLOCK_TABLE: 'blocks', ALLOWED: ['example.com'], MODE: 'exempt' },
    })
  })

  it('names the variable, what it holds and what it should hold', () => {
    expect(messageOf({ ...good, MODE: 'maybe' })).toContain('  MODE is "maybe"; expected one of exempt, judge')
  })

  it('names all that are wrong at once', () => {
    expect(linesOf({ MODE: 'maybe', LOG_LEVEL: 'loud', LOG_HASH_KEY: 'short' })).toEqual([
      'The settings in the environment are not valid:',
      '  BLOCK_TABLE is missing; expected the name of a table',
      '  ALLOWED is missing; expected email domains separated by commas, such as example.com,*.example.org, or * for all, or @file: and the name of a built list',
      '  MODE is "maybe"; expected one of exempt, judge',
      '  LOG_LEVEL is "loud"; expected one of debug, info, warn, error, silent',
      '  LOG_HASH_KEY is set to a value that is not shown; expected a random text of at least 16 characters',
    ])
  })

  it.each(['LOG_HASH_KEY', 'CLIENT_SECRET', 'API_TOKEN', 'DB_PASSWORD'])('never shows what %s holds', (name) => {
    const picky = z.object({ [name]: z.string().check(z.minLength(99, { error: 'something longer' })) })
    expect(() => readSettings(picky, { [name]: 'hidden' })).toThrow(
      `${name} is set to a value that is not shown; expected something longer`,
    )
    expect(() => readSettings(picky, { [name]: 'hidden' })).not.toThrow(/hidden/)
  })

  it('cuts a long value, and shows line breaks as such', () => {
    expect(messageOf({ ...good, MODE: `a\nb${'c'.repeat(1000)}` })).toContain(`  MODE is "a\\nb${'c'.repeat(117)}..."; expected`)
    expect(messageOf({ ...good, MODE: 'd'.repeat(120) })).toContain(`  MODE is "${'d'.repeat(120)}"; expected`)
  })

  it('names the variable to which a check across several points', () => {
    const both = z
      .object({ A: z.optional(z.string()), B: z.optional(z.string()) })
      .check(z.refine(({ A, B }) => A === undefined || B !== undefined, { path: ['B'], error: 'a value, because A is set' }))
    expect(() => readSettings(both, { A: 'x' })).toThrow('B is missing; expected a value, because A is set')
    expect(readSettings(both, { A: 'x', B: 'y' })).toEqual({ A: 'x', B: 'y' })
  })

  it('throws an error with a name of its own', () => {
    expect(new InvalidSettings(['A is missing'])).toMatchObject({ name: 'InvalidSettings' })
  })
})
