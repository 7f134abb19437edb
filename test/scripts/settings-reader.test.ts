import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { NotCompiled } from '../../scripts/compile/known.ts'
import { compileReader } from '../../scripts/compile/settings-reader.ts'
import { neededWith, oneOf, text } from '../../src/shared/settings/settings.ts'
import * as values from './fixtures/values.ts'

const compiled = (schema: z.core.$ZodType): string =>
  compileReader(schema, { type: 'Settings', shared: join(import.meta.dirname, 'fixtures'), values })

let folder: string
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lifeguard-reader-')))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a compiled reader', () => {
  const schema = z
    .object({
      TABLE: text('a table'),
      SINCE: z.optional(z.pipe(z.string().check(z.refine(values.isDay)), z.transform(values.dateOf))),
      UNTIL: z.pipe(z.string().check(z.refine(values.isDay), z.minLength(10)), z.transform(values.dateOf)),
      MODE: z._default(oneOf(["it's", 'say "so"', 'back\\slash']), "it's"),
      CODE: z._default(z.string().check(z.minLength(2), z.refine(values.isDay)), '2026-01-31'),
      SHOUT: z.pipe(z.pipe(z.string(), z.transform(values.upperCase)), oneOf(['YES', 'NO'])),
      CASE: z.optional(z.pipe(z.string(), z.transform(values.upperCase))),
      NARROW: z.optional(z.pipe(z.string().check(z.minLength(2)), oneOf(['a', 'bb']))),
    })
    .check(neededWith('SINCE', 'CASE', 'a case, because SINCE is set'))

  it('makes of every environment what the schema makes of it', async () => {
    const file = join(folder, 'compiled-settings.ts')
    await writeFile(file, compiled(schema))
    const { compiledSettings }: { compiledSettings: (environment: object) => unknown } = await import(pathToFileURL(file).href)
    const day = fc.constantFrom('2026-01-31', '2026-02-30', '2026-13-01', '2026-1-31', 'a', '')
    const environment = fc.record(
      {
        TABLE: fc.constantFrom('t', 't', ''),
        SINCE: day,
        UNTIL: fc.constantFrom('2026-01-31', '2026-01-31', 'x', ''),
        MODE: fc.constantFrom("it's", 'say "so"', 'back\\slash', 'back\\\\slash', 'x', ''),
        CODE: day,
        SHOUT: fc.constantFrom('yes', 'No', 'YES', 'maybe', ''),
        CASE: fc.constantFrom('a', 'b', 'A', ''),
        NARROW: fc.constantFrom('a', 'bb', 'c', ''),
      },
      { requiredKeys: ['TABLE', 'UNTIL', 'SHOUT'] },
    )
    let accepted = 0
    fc.assert(
      fc.property(environment, (set) => {
        const result = schema.safeParse(Object.fromEntries(Object.entries(set).filter(([, value]) => value !== '')))
        accepted += Number(result.success)
        expect(compiledSettings(set)).toEqual(result.data)
      }),
      { numRuns: 5000 },
    )
    expect(accepted).toBeGreaterThan(100)
  })

  it('imports the functions that it calls, and no others', () => {
    expect(compiled(z.object({ A: text('a') }))).not.toContain('values.ts')
    expect(compiled(z.object({ A: z.string().check(z.refine(values.isDay)) }))).toContain(`import { isDay } from `)
  })

  it.each([
    [
      'a function of which nobody knows the name',
      z.object({ A: z.string().check(z.refine((value) => value === 'x')) }),
      /^A: a function that is not/,
    ],
    ['an unknown function that makes something of a text', z.object({ A: z.pipe(z.string(), z.transform(Number)) }), /^A: a function/],
    ['a function without a text before it', z.object({ A: z.pipe(z.transform(values.upperCase), z.string()) }), /^A: what is set/],
    ['a text after a function', z.object({ A: z.pipe(z.pipe(z.string(), z.transform(values.upperCase)), z.string()) }), /^A: only words/],
    ['a format', z.object({ A: z.email() }), /^A: .*ZodEmail/],
    ['a pattern', z.object({ A: z.string().check(z.regex(/a/)) }), /^A: string_format is a check/],
    ['a longest length', z.object({ A: z.string().check(z.maxLength(3)) }), /^A: max_length is a check/],
    ['a text that is trimmed', z.object({ A: z.string().check(z.trim()) }), /^A: overwrite is a check/],
    ['a number', z.object({ A: z.number() }), /^A: number is not compiled/],
    ['what is converted', z.object({ A: z.coerce.string() }), /^A: string says coerce/],
    ['null', z.object({ A: z.nullable(z.string()) }), /^A: nullable is not compiled/],
    ['an exact optional', z.object({ A: z.exactOptional(z.string()) }), /^A: \$ZodExactOptional/],
    ['an optional in an optional', z.object({ A: z.optional(z.optional(z.string())) }), /^A: optional is not compiled/],
    ['a default that is refused', z.object({ A: z._default(oneOf(['a', 'b']).check(), JSON.parse('"c"')) }), /^A: a default that is not/],
    [
      'a default of what a function makes',
      z.object({ A: z._default(z.pipe(z.string(), z.transform(values.upperCase)), 'A') }),
      /^A: a default of what/,
    ],
    ['a check of an optional', z.object({ A: z.optional(z.string()).check(z.refine(() => true)) }), /^A: custom is a check/],
    ['a check of a pipe', z.object({ A: z.pipe(z.string(), oneOf(['a'])).check(z.refine(() => true)) }), /^A: custom is a check/],
    ['a check of words', z.object({ A: oneOf(['a']).check(z.refine(() => true)) }), /^A: custom is a check/],
    ['a codec', z.object({ A: z.codec(z.string(), z.string(), { decode: (value) => value, encode: (value) => value }) }), /^A: \$ZodCodec/],
    ['another check across variables', z.object({ A: text('a') }).check(z.refine(() => true)), /^settings: a check across/],
    ['a need of what is no variable', z.object({ A: z.optional(text('a')) }).check(neededWith('A', 'B', 'b')), /^settings: a check across/],
    ['a check of another kind', z.object({ A: text('a') }).check(z.superRefine(() => undefined)), /^settings: /],
    ['a name that is none', z.object({ 'A-B': text('a') }), /^settings: "A-B" is not a name/],
    ['a loose object', z.looseObject({ A: text('a') }), /^settings: object says catchall/],
    ['what is no object', z.string(), /^settings: string is not an object/],
  ])('is not written of %s', (_, schema, message) => {
    expect(() => compiled(schema)).toThrow(NotCompiled)
    expect(() => compiled(schema)).toThrow(message)
  })
})
