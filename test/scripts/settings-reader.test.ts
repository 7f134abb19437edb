import { copyFile, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { NotCompiled } from '../../scripts/compile/known.ts'
import { compileReader } from '../../scripts/compile/settings-reader.ts'
import { readSettings } from '../../src/shared/settings/read-settings.ts'
import { neededWith, oneOf, text } from '../../src/shared/settings/settings.ts'
import * as values from './fixtures/values.ts'

const compiled = (schema: z.core.$ZodType): string => compileReader(schema, { type: 'Settings', shared: '.', values })

let folder: string
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lifeguard-reader-')))
  await copyFile(join(import.meta.dirname, 'fixtures/values.ts'), join(folder, 'values.ts'))
  for (const module of ['problems.ts', 'read-settings.ts']) {
    await writeFile(join(folder, module), `export * from '${new URL(`../../src/shared/settings/${module}`, import.meta.url)}'`)
  }
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** What is made of an environment, or what is said of it. */
function outcome(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    return String(error)
  }
}

describe('a compiled reader', () => {
  const expected = 'a day'
  const schema = z
    .object({
      TABLE: text('a table'),
      SINCE: z.optional(z.pipe(z.string().check(z.refine(values.isDay, { error: expected })), z.transform(values.dateOf))),
      UNTIL: z.pipe(z.string(expected).check(z.refine(values.isDay, { error: values.expectedDay })), z.transform(values.dateOf)),
      FROM: z.optional(z.pipe(z.string().check(z.refine(values.isDay, { error: expected, abort: true })), z.transform(values.dateOf))),
      MODE: z._default(oneOf(["it's", 'say "so"', 'back\\slash', 'a\nb']), "it's"),
      CODE: z._default(z.string().check(z.minLength(10, 'ten characters'), z.refine(values.isDay, { error: expected })), '2026-01-31'),
      SHOUT: z.pipe(z.pipe(z.string('yes or no'), z.transform(values.upperCase)), oneOf(['YES', 'NO'])),
      SIZE: oneOf(['S', 'M']),
      CASE: z.optional(z.pipe(z.string(), z.transform(values.upperCase))),
      NARROW: z.optional(z.pipe(z.string(), oneOf(['a', 'bb']))),
    })
    .check(neededWith('SINCE', 'CASE', 'a case, because SINCE is set'), neededWith('NARROW', 'FROM', 'because NARROW is set'))

  it('makes of every environment what the schema makes of it, and says the same', async () => {
    const file = join(folder, 'compiled-settings.ts')
    await writeFile(file, compiled(schema))
    const { compiledSettings }: { compiledSettings: (environment: object) => unknown } = await import(pathToFileURL(file).href)
    const oneOfThese = (good: string, ...others: readonly string[]) =>
      fc.oneof({ weight: 8, arbitrary: fc.constant(good) }, { weight: 1, arbitrary: fc.constantFrom(...others, '') })
    const day = oneOfThese('2026-01-31', '2026-02-30', '2026-13-01', '2026-1-31', 'a')
    const environment = fc.record(
      {
        TABLE: oneOfThese('t'),
        SINCE: day,
        UNTIL: day,
        FROM: day,
        MODE: oneOfThese("it's", 'say "so"', 'back\\slash', 'back\\\\slash', 'a\nb', 'x'),
        CODE: day,
        SHOUT: oneOfThese('yes', 'No', 'YES', 'maybe'),
        SIZE: oneOfThese('S', 'M', 'L'),
        CASE: oneOfThese('a', 'B'),
        NARROW: oneOfThese('bb', 'a', 'c', 'cc'),
      },
      { requiredKeys: ['TABLE', 'UNTIL', 'SHOUT'] },
    )
    let accepted = 0
    fc.assert(
      fc.property(environment, (set) => {
        const byReader = outcome(() => compiledSettings(set))
        accepted += Number(typeof byReader === 'object')
        expect(byReader).toEqual(outcome(() => readSettings(schema, set)))
      }),
      { numRuns: 10_000 },
    )
    expect(accepted).toBeGreaterThan(500)
    expect(accepted).toBeLessThan(9500)
  })

  it('imports the functions that it calls, and no others', () => {
    expect(compiled(z.object({ A: text('a') }))).not.toContain('values.ts')
    expect(compiled(z.object({ A: z.string('a').check(z.refine(values.isDay, { error: 'b' })) }))).toContain(`import { isDay } from `)
  })

  it.each([
    [
      'a function of which nobody knows the name',
      z.object({ A: z.string().check(z.refine((value) => value === 'x')) }),
      /^A: a function that shared/,
    ],
    ['an unknown function that makes something of a text', z.object({ A: z.pipe(z.string(), z.transform(Number)) }), /^A: a function/],
    ['a function without a text before it', z.object({ A: z.pipe(z.transform(values.upperCase), z.string()) }), /^A: compiled are a text/],
    [
      'a text after a function',
      z.object({ A: z.pipe(z.pipe(z.string(), z.transform(values.upperCase)), z.string()) }),
      /^A: compiled are a text/,
    ],
    ['a variable that does not say what is expected', z.object({ A: z.string() }), /^A: string does not say what/],
    [
      'words for an error of which nobody knows the name',
      z.object({ A: z.string({ error: (issue) => String(issue.input) }) }),
      /^A: what is expected is/,
    ],
    [
      'two checks before a function',
      z.object({
        A: z.optional(z.pipe(z.string().check(z.minLength(1, 'a'), z.refine(values.isDay, { error: 'b' })), z.transform(values.dateOf))),
      }),
      /^A: more than one check/,
    ],
    [
      'a need of what is always there',
      z.object({ A: text('a'), B: z.optional(text('b')) }).check(neededWith('A', 'B', 'b')),
      /^settings: compiled/,
    ],
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
    ['another check across variables', z.object({ A: text('a') }).check(z.refine(() => true)), /^settings: compiled across/],
    [
      'a need of what is no variable',
      z.object({ A: z.optional(text('a')) }).check(neededWith('A', 'B', 'b')),
      /^settings: compiled across/,
    ],
    ['a check of another kind', z.object({ A: text('a') }).check(z.superRefine(() => undefined)), /^settings: /],
    ['a name that is none', z.object({ 'A-B': text('a') }), /^settings: "A-B" is not a name/],
    ['a loose object', z.looseObject({ A: text('a') }), /^settings: object says catchall/],
    ['what is no object', z.string(), /^settings: string is not an object/],
  ])('is not written of %s', (_, schema, message) => {
    expect(() => compiled(schema)).toThrow(NotCompiled)
    expect(() => compiled(schema)).toThrow(message)
  })
})
