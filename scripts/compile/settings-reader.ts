import * as z from 'zod/mini'
import { assertRead, assertUnchecked, describe, NotCompiled, nameOf, quoted } from './known.ts'
import { textSteps } from './text-steps.ts'

/** What a compiled reader is made with. */
export interface ReaderNames {
  /** The type of what the schema makes, exported by `./settings.ts`. */
  readonly type: string
  /** The folder of `read-settings.ts` and `values.ts`, as the compiled file imports it. */
  readonly shared: string
  /** What `values.ts` exports: the functions that a schema may be made of. */
  readonly values: Readonly<Record<string, unknown>>
}

/**
 * Writes a reader of settings: a function that makes of an environment what the schema makes of it, and undefined where the
 * schema refuses it. Of texts, words of a list, defaults, variables that may be missing, functions of `values.ts` and
 * `neededWith`.
 *
 * @throws NotCompiled where the schema has anything else in it.
 */
export function compileReader(schema: z.core.$ZodType, { type, shared, values }: ReaderNames): string {
  if (!(schema instanceof z.core.$ZodObject)) throw new NotCompiled('settings', `${describe(schema)} is not an object`)
  assertRead(schema, ['shape'], 'settings')
  const { shape, checks = [] } = schema._zod.def
  const used = new Set<string>()
  const exportedAs = (fn: unknown): string | undefined => {
    const found = Object.keys(values).find((name) => values[name] === fn)
    if (found !== undefined) used.add(found)
    return found
  }
  const names = Object.keys(shape)
  const body = [
    ...Object.entries(shape).flatMap(([name, field]) => fieldLines(nameOf(name, 'settings'), field, exportedAs)),
    ...checks.map((check) => needLine(check, names)),
    `return { ${names.join(', ')} }`,
  ]
  return [
    `import type { Environment } from '${shared}/read-settings.ts'`,
    ...(used.size > 0 ? [`import { ${[...used].sort().join(', ')} } from '${shared}/values.ts'`] : []),
    `import type { ${type} } from './settings.ts'`,
    '',
    '/** Reads settings as the schema does; undefined where it refuses them. */',
    `export function compiledSettings(environment: Environment): ${type} | undefined {`,
    ...body,
    '}',
  ].join('\n')
}

/** Lines that read a variable into a name of its own. */
function fieldLines(name: string, field: z.core.$ZodType, exportedAs: (fn: unknown) => string | undefined): readonly string[] {
  const { inner, absent } = unwrapped(field, name)
  const { before, transform, after } = textSteps(inner, name, exportedAs)
  const text = transform === undefined ? name : `${name}_TEXT`
  // A variable that is empty counts as not set, as for the schema: hence `||`.
  const read = `const ${text} = environment.${name}${absent === undefined ? '' : ` || ${absent}`}`
  const guard = absent === 'undefined' ? (value: string) => [`${value} !== undefined`] : () => []
  const missing = absent === undefined ? [`!${text}`] : []
  const first = refusal(
    missing,
    guard(text),
    before.map((each) => each(text)),
  )
  if (transform === undefined) return [read, ...first]
  if (absent !== undefined && absent !== 'undefined') throw new NotCompiled(name, 'a default of what a function makes is not compiled')
  const made = absent === undefined ? `${transform}(${text})` : `${text} === undefined ? undefined : ${transform}(${text})`
  const second = refusal(
    [],
    guard(name),
    after.map((each) => each(name)),
  )
  return [read, ...first, `const ${name} = ${made}`, ...second]
}

/** A line that gives up where any of the conditions holds, if there are any. */
function refusal(always: readonly string[], guard: readonly string[], conditions: readonly string[]): readonly string[] {
  const either = conditions.length > 1 ? `(${conditions.map((condition) => `(${condition})`).join(' || ')})` : conditions.join('')
  const guarded = conditions.length === 0 ? [] : [[...guard, either].join(' && ')]
  const all = [...always, ...guarded]
  return all.length === 0 ? [] : [`if (${all.join(' || ')}) return undefined`]
}

/** The schema of a variable that is set, and what stands for one that is not, as source text. */
function unwrapped(field: z.core.$ZodType, place: string): { readonly inner: z.core.$ZodType; readonly absent: string | undefined } {
  if (field instanceof z.core.$ZodOptional) {
    assertRead(field, ['innerType'], place)
    assertUnchecked(field, place)
    return { inner: field._zod.def.innerType, absent: 'undefined' }
  }
  if (!(field instanceof z.core.$ZodDefault)) return { inner: field, absent: undefined }
  assertRead(field, ['innerType', 'defaultValue'], place)
  assertUnchecked(field, place)
  const { innerType: inner, defaultValue } = field._zod.def
  // The schema does not look at its default, but the reader does.
  if (typeof defaultValue !== 'string' || defaultValue === '' || !z.safeParse(inner, defaultValue).success) {
    throw new NotCompiled(place, 'a default that is not one of its own values is not compiled')
  }
  return { inner, absent: quoted(defaultValue) }
}

/** A check across variables: only that one needs another. */
function needLine(check: z.core.$ZodCheck, names: readonly string[]): string {
  if (!(check instanceof z.core.$ZodCustom)) throw new NotCompiled('settings', `${describe(check)} is a check that is not compiled`)
  const { path: [needed] = [], params } = check._zod.def
  const other: unknown = params?.neededWith
  if (typeof needed !== 'string' || typeof other !== 'string' || !names.includes(needed) || !names.includes(other)) {
    throw new NotCompiled('settings', 'a check across variables other than neededWith is not compiled')
  }
  assertRead(check, ['fn', 'path', 'params'], 'settings')
  return `if (${other} !== undefined && ${needed} === undefined) return undefined`
}
