import { describe, expect, it } from 'vitest'
import { type DomainsSetting, domains, type LogSettings, logFields, nonEmptyString, oneOf } from '../../../src/shared/settings/fields.ts'
import {
  type Environment,
  InvalidSettingsError,
  optional,
  readSettings,
  type SettingsTable,
} from '../../../src/shared/settings/settings.ts'

interface Example extends LogSettings {
  readonly BLOCK_TABLE: string
  readonly ALLOWED: DomainsSetting
  readonly MODE: 'exempt' | 'judge'
}
const schema: SettingsTable<Example> = {
  fields: {
    BLOCK_TABLE: nonEmptyString('the name of a table', 'blocks'),
    ALLOWED: domains(),
    MODE: { ...oneOf(['exempt', 'judge']), default: 'exempt' },
    ...logFields,
  },
}
const good = { BLOCK_TABLE: 'blocks', ALLOWED: 'example.com' }

function captureMessage(environment: Environment): string {
  try {
    readSettings(schema, environment)
  } catch (error) {
    if (error instanceof InvalidSettingsError) return error.message
    throw error
  }
  return 'valid'
}
const captureLines = (environment: Environment): readonly string[] => captureMessage(environment).split('\n')

describe('readSettings', () => {
  it('readSettings returns the parsed values of the fields, and ignores other variables', () => {
    expect(readSettings(schema, { ...good, LOG_LEVEL: 'WARN', PATH: '/bin', HOME: undefined })).toEqual({
      ...{ BLOCK_TABLE: 'blocks', ALLOWED: expect.objectContaining({ size: 1 }), MODE: 'exempt', LOG_LEVEL: 'warn' },
    })
  })

  it('readSettings accepts process.env', () => {
    expect(() => readSettings({ fields: {} }, process.env)).not.toThrow()
  })

  it.each([undefined, ''])('readSettings reports a variable with the value %j as missing, with the expected value', (BLOCK_TABLE) => {
    expect(captureLines({ ...good, BLOCK_TABLE })).toEqual([
      'Invalid settings in the environment:',
      '  BLOCK_TABLE is missing; expected the name of a table',
    ])
  })

  it('readSettings treats an empty optional variable as not set', () => {
    expect(readSettings(schema, { ...good, MODE: '', LOG_LEVEL: '', LOG_HASH_KEY: '' })).toEqual({
      ...{ BLOCK_TABLE: 'blocks', ALLOWED: expect.objectContaining({ size: 1 }), MODE: 'exempt' },
    })
  })

  it('readSettings reports an invalid variable with its value and the expected value', () => {
    expect(captureMessage({ ...good, MODE: 'maybe' })).toContain('  MODE is "maybe"; expected one of exempt, judge')
  })

  it('readSettings reports all invalid variables at once', () => {
    expect(captureLines({ MODE: 'maybe', LOG_LEVEL: 'loud', LOG_HASH_KEY: 'short' })).toEqual([
      'Invalid settings in the environment:',
      '  BLOCK_TABLE is missing; expected the name of a table',
      '  ALLOWED is missing; expected email domains or addresses separated by commas, such as example.com,*.example.org,ann@example.net, or * for all, or @file: and the path of a built list',
      '  MODE is "maybe"; expected one of exempt, judge',
      '  LOG_LEVEL is "loud"; expected one of debug, info, warn, error, silent',
      '  LOG_HASH_KEY has an invalid value (not shown); expected a random text of at least 16 characters',
    ])
  })

  it.each(['LOG_HASH_KEY', 'CLIENT_SECRET', 'API_TOKEN', 'DB_PASSWORD'])('the error never shows the value of the secret %s', (name) => {
    const picky: SettingsTable<Record<string, string>> = {
      fields: { [name]: { expected: 'something longer', read: () => undefined, example: '' } },
    }
    expect(() => readSettings(picky, { [name]: 'hidden' })).toThrow(`${name} has an invalid value (not shown); expected something longer`)
    expect(() => readSettings(picky, { [name]: 'hidden' })).not.toThrow(/hidden/)
  })

  it('the error truncates a long value, and escapes line breaks', () => {
    expect(captureMessage({ ...good, MODE: `a\nb${'c'.repeat(1000)}` })).toContain(`  MODE is "a\\nb${'c'.repeat(117)}..."; expected`)
    expect(captureMessage({ ...good, MODE: 'd'.repeat(120) })).toContain(`  MODE is "${'d'.repeat(120)}"; expected`)
  })

  it('requires a variable only for one value of another, if the requirement says so', () => {
    const table: SettingsTable<{ KIND: string; PATH_OF_KIND?: string | undefined }> = {
      fields: { KIND: nonEmptyString('a kind', 'file'), PATH_OF_KIND: optional(nonEmptyString('a path', '/tmp')) },
      requirements: [{ set: 'KIND', is: 'file', requires: 'PATH_OF_KIND', expected: 'a path, because KIND is file' }],
    }
    expect(() => readSettings(table, { KIND: 'file' })).toThrow('PATH_OF_KIND is missing; expected a path, because KIND is file')
    expect(readSettings(table, { KIND: 'memory' })).toEqual({ KIND: 'memory', PATH_OF_KIND: undefined })
  })

  it('readSettings reports a missing variable that is required because another variable is set', () => {
    const text = optional(nonEmptyString('a text', 'x'))
    const both: SettingsTable<{ A?: string; B?: string }> = {
      fields: { A: text, B: text },
      requirements: [{ set: 'A', requires: 'B', expected: 'a value, because A is set' }],
    } as const
    expect(() => readSettings(both, { A: 'x' })).toThrow('B is missing; expected a value, because A is set')
    expect(readSettings(both, { A: 'x', B: 'y' })).toEqual({ A: 'x', B: 'y' })
    expect(readSettings(both, { B: 'y' })).toEqual({ B: 'y' })
  })

  it('readSettings reports a missing required variable only once, even if another variable requires it too', () => {
    const text = nonEmptyString('a text', 'x')
    const both: SettingsTable<{ A: string; B: string }> = {
      fields: { A: text, B: text },
      requirements: [{ set: 'A', requires: 'B', expected: 'a value, because A is set' }],
    } as const
    expect(() => readSettings(both, { A: 'x' })).toThrow(/^[^\n]*\n {2}B is missing; expected a text$/)
  })

  it("if reading a field throws, readSettings throws an error that quotes the message of the field's error", () => {
    const read = (): never => {
      throw new TypeError('it is too long')
    }
    expect(() => readSettings<{ A: string }>({ fields: { A: { expected: 'a list', read, example: '' } } }, { A: 'x' })).toThrow(
      'A is "x"; expected a list (it is too long)',
    )
  })

  it('throws an InvalidSettingsError', () => {
    expect(new InvalidSettingsError(['A is missing'])).toMatchObject({ name: 'InvalidSettingsError' })
  })
})
