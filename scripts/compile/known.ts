import type * as z from 'zod/mini'

type Schema = z.core.$ZodType
type Check = z.core.$ZodCheck

/** A part of a schema that has no compiled form here. Never passed over: a check that was left out would let everything through. */
export class NotCompiled extends Error {
  override readonly name = 'NotCompiled'
  constructor(place: string, what: string) {
    super(`${place}: ${what}`)
  }
}

/** What the definitions of schemas and checks may say without a bearing on what is accepted. */
const SILENT = new Set(['type', 'check', 'error', 'abort', 'checks'])

/** What zod may call a part. Others say the same as one of these in their definition, and mean something else by it: `exactOptional`. */
const KINDS = new Set([
  ...['$ZodType', '$ZodObject', '$ZodUnknown', '$ZodString', '$ZodEnum', '$ZodOptional', '$ZodNullable', '$ZodDefault'],
  ...['$ZodPipe', '$ZodTransform', '$ZodCheck', '$ZodCheckMinLength', '$ZodCustom'],
])

/**
 * Refuses a definition that says more than its compiler reads, such as `coerce` or a format.
 *
 * @throws NotCompiled
 */
export function assertRead(part: Schema | Check, read: readonly string[], place: string): void {
  const { def } = part._zod
  const traits = 'traits' in part._zod ? [...part._zod.traits] : []
  const unknown = traits.filter((trait) => trait.startsWith('$') && !KINDS.has(trait))
  if (unknown.length > 0) throw new NotCompiled(place, `${unknown.join(', ')} is not compiled`)
  const more = Object.entries(def).filter(([key, value]) => value !== undefined && !SILENT.has(key) && !read.includes(key))
  if (more.length > 0) throw new NotCompiled(place, `${describe(part)} says ${more.map(([key]) => key).join(', ')}, which is not compiled`)
}

/**
 * Refuses checks where a compiler reads none.
 *
 * @throws NotCompiled
 */
export function assertUnchecked(schema: Schema, place: string): void {
  const [check] = schema._zod.def.checks ?? []
  if (check !== undefined) throw new NotCompiled(place, `${describe(check)} is a check that is not compiled here`)
}

/** What a schema or check is, in zod's words. */
export function describe({ _zod }: Schema | Check): string {
  const { def } = _zod
  return 'type' in def ? def.type : def.check
}

/**
 * A key that can stand in source text as a name.
 *
 * @throws NotCompiled
 */
export function nameOf(key: string, place: string): string {
  if (!/^[A-Za-z_$][\w$]*$/.test(key)) throw new NotCompiled(place, `${JSON.stringify(key)} is not a name`)
  return key
}

/** A text as source. */
export function quoted(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}
