import * as z from 'zod/mini'
import { assertRead, assertUnchecked, describe, NotCompiled, nameOf } from './known.ts'

/** What a compiled check is called and where its helper lies. */
export interface ShapeNames {
  /** Of the function. */
  readonly name: string
  /** The module of `isObject`, as the compiled file imports it. */
  readonly isObject: string
}

/**
 * Writes a check of a value's shape: a function that is true of exactly what the schema accepts. Made of objects that take
 * what they do not know, texts, and what may be null or missing.
 *
 * @throws NotCompiled where the schema has anything else in it.
 */
export function compileShape(schema: z.core.$ZodType, { name, isObject }: ShapeNames): string {
  return [
    `import { isObject } from '${isObject}'`,
    '',
    '/** Whether the schema takes a value. */',
    `export function ${name}(input: unknown): boolean {`,
    ...refusals(schema, 'input', 'input'),
    'return true',
    '}',
  ].join('\n')
}

/** Statements that return false for what the schema refuses. */
function refusals(schema: z.core.$ZodType, value: string, place: string): readonly string[] {
  assertUnchecked(schema, place)
  const { inner, exempt } = unwrapped(schema, value, place)
  const lines = inner instanceof z.core.$ZodObject ? objectRefusals(inner, value, place) : textRefusals(inner, value, place)
  return exempt.length === 0 ? lines : [`if (${exempt.join(' && ')}) {`, ...lines, '}']
}

/** What is left of a schema without `nullish` and its halves, and when it is asked. */
function unwrapped(schema: z.core.$ZodType, value: string, place: string): { readonly inner: z.core.$ZodType; readonly exempt: string[] } {
  const exempt: string[] = []
  let inner = schema
  while (inner instanceof z.core.$ZodOptional || inner instanceof z.core.$ZodNullable) {
    assertRead(inner, ['innerType'], place)
    assertUnchecked(inner, place)
    exempt.push(`${value} !== ${inner instanceof z.core.$ZodOptional ? 'undefined' : 'null'}`)
    inner = inner._zod.def.innerType
  }
  return { inner, exempt }
}

function textRefusals(schema: z.core.$ZodType, value: string, place: string): readonly string[] {
  if (!(schema instanceof z.core.$ZodString)) throw new NotCompiled(place, `${describe(schema)} is not compiled here`)
  assertRead(schema, [], place)
  assertUnchecked(schema, place)
  return [`if (typeof ${value} !== 'string') return false`]
}

function objectRefusals(schema: z.core.$ZodObject, value: string, place: string): readonly string[] {
  assertRead(schema, ['shape', 'catchall'], place)
  assertUnchecked(schema, place)
  const { shape, catchall } = schema._zod.def
  if (catchall !== undefined && !(catchall instanceof z.core.$ZodUnknown))
    throw new NotCompiled(place, 'an object that refuses what it does not know is not compiled')
  const keys = Object.keys(shape).map((key) => nameOf(key, place))
  return [
    `if (!isObject(${value})) return false`,
    // Read once, so that what is checked is what was read.
    ...(keys.length > 0 ? [`const { ${keys.join(', ')} } = ${value}`] : []),
    ...Object.entries(shape).flatMap(([key, field]) => refusals(field, key, `${place}.${key}`)),
  ]
}
