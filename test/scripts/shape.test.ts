import { stripTypeScriptTypes } from 'node:module'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { NotCompiled } from '../../scripts/compile/known.ts'
import { compileShape } from '../../scripts/compile/shape.ts'

const compiled = (schema: z.core.$ZodType): string => compileShape(schema, { name: 'fits', isObject: IS_OBJECT })
const IS_OBJECT = new URL('../../src/shared/is-object.ts', import.meta.url).href

/** Runs what was written, as Node does: without its types. */
async function fits(schema: z.core.$ZodType): Promise<(input: unknown) => boolean> {
  const text = stripTypeScriptTypes(compiled(schema))
  return (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(text)}`)).fits
}

describe('a compiled shape', () => {
  const parts = fc.constantFrom<unknown>(undefined, null, '', 'text', 0, true, [], ['text'], {}, { a: 'text' }, { a: 1, b: null })
  const inputs = fc.oneof(
    parts,
    fc.record({ a: parts, b: parts, c: fc.record({ a: parts, b: parts }, { requiredKeys: [] }) }, { requiredKeys: [] }),
  )

  it.each([
    ['a text', z.string()],
    ['an object', z.looseObject({})],
    ['an object that drops what it does not know', z.object({ a: z.string() })],
    ['what may be missing', z.looseObject({ a: z.optional(z.string()) })],
    ['what may be null', z.looseObject({ a: z.nullable(z.string()), b: z.nullable(z.optional(z.string())) })],
    ['an object in an object', z.nullish(z.looseObject({ a: z.nullish(z.string()), c: z.nullish(z.looseObject({ a: z.string() })) }))],
  ])('takes and refuses what the schema takes and refuses: %s', async (_, schema) => {
    const taken = await fits(schema)
    fc.assert(
      fc.property(inputs, (input) => taken(input) === schema.safeParse(input).success),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['a record', z.looseObject({ a: z.record(z.string(), z.string()) }), /^input\.a: record is not compiled/],
    ['a list', z.looseObject({ a: z.nullish(z.array(z.string())) }), /^input\.a: array is not compiled/],
    ['words', z.enum(['a']), /^input: enum is not compiled/],
    ['a default', z.looseObject({ a: z._default(z.string(), 'a') }), /^input\.a: default is not compiled/],
    ['a text with a check', z.looseObject({ a: z.string().check(z.minLength(1)) }), /^input\.a: min_length is a check/],
    ['a format', z.uuid(), /^input: .*ZodUUID/],
    ['an object with a check', z.looseObject({}).check(z.refine(() => true)), /^input: custom is a check/],
    ['null with a check', z.nullable(z.string()).check(z.refine(() => true)), /^input: custom is a check/],
    ['an exact optional', z.looseObject({ a: z.exactOptional(z.string()) }), /^input\.a: \$ZodExactOptional/],
    ['an object that refuses what it does not know', z.strictObject({}), /^input: an object that refuses/],
    ['an object of texts', z.catchall(z.object({}), z.string()), /^input: an object that refuses/],
    ['a key that is no name', z.looseObject({ 'custom:a': z.string() }), /^input: "custom:a" is not a name/],
  ])('is not written of %s', (_, schema, message) => {
    expect(() => compiled(schema)).toThrow(NotCompiled)
    expect(() => compiled(schema)).toThrow(message)
  })
})
