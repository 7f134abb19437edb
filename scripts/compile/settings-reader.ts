import * as z from 'zod/mini'
import { assertRead, assertUnchecked, describe, NotCompiled, nameOf, quoted } from './known.ts'
import { type Condition, type ExportedAs, expectedBy, textSteps } from './text-steps.ts'

/** What a compiled reader is made with. */
export interface ReaderNames {
  /** The type of what the schema makes, exported by `./settings.ts`. */
  readonly type: string
  /** The folder of `problems.ts`, `read-settings.ts` and `values.ts`, as the compiled file imports it. */
  readonly shared: string
  /** What `values.ts` exports: the functions that a schema may be made of. */
  readonly values: Readonly<Record<string, unknown>>
}

/**
 * Writes a reader of settings: a function that makes of an environment what `readSettings` makes of it with the schema, and
 * throws what it throws, without zod. For schemas of texts, words of a list, defaults, variables that may be missing,
 * functions of `values.ts` and `neededWith`.
 *
 * @throws NotCompiled where the schema has anything else in it.
 */
export function compileReader(schema: z.core.$ZodType, { type, shared, values }: ReaderNames): string {
  if (!(schema instanceof z.core.$ZodObject)) throw new NotCompiled('settings', `${describe(schema)} is not an object`)
  assertRead(schema, ['shape'], 'settings')
  const { shape, checks = [] } = schema._zod.def
  const used = new Set<string>()
  const exportedAs: ExportedAs = (fn) => {
    const found = Object.keys(values).find((name) => values[name] === fn)
    if (found !== undefined) used.add(found)
    return found
  }
  const names = Object.keys(shape)
  const optional = names.filter((name) => shape[name] instanceof z.core.$ZodOptional)
  const body = [
    ...Object.entries(shape).flatMap(([name, field]) => fieldLines(nameOf(name, 'settings'), field, exportedAs)),
    ...checks.map((check) => neededLine(check, optional, exportedAs)),
  ]
  const unread = names.filter((name) => !optional.includes(name)).map((name) => `${name} === undefined`)
  const given = ['found', 'wrong', 'needed'].filter((name) => name === 'found' || body.some((line) => line.includes(`${name}(`)))
  return [
    `import { collectProblems } from '${shared}/problems.ts'`,
    `import { type Environment, InvalidSettings } from '${shared}/read-settings.ts'`,
    ...(used.size > 0 ? [`import { ${[...used].sort().join(', ')} } from '${shared}/values.ts'`] : []),
    `import type { ${type} } from './settings.ts'`,
    '',
    '/**',
    ' * Reads settings as the schema does.',
    ' *',
    ' * @throws InvalidSettings that names each wrong variable, what it holds and what it should hold.',
    ' */',
    `export function compiledSettings(environment: Environment): ${type} {`,
    `const { ${given.join(', ')} } = collectProblems(environment)`,
    ...body,
    `if (${[...unread, 'found.length > 0'].join(' || ')}) throw new InvalidSettings(found)`,
    `return { ${names.join(', ')} }`,
    '}',
  ].join('\n')
}

/** Lines that read a variable into a name of its own, which then is undefined where it is refused or not set. */
function fieldLines(name: string, field: z.core.$ZodType, exportedAs: ExportedAs): readonly string[] {
  const { inner, absent } = unwrapped(field, name)
  const { missing, checks, transform, words } = textSteps(inner, name, exportedAs)
  if (transform !== undefined && absent?.startsWith("'")) throw new NotCompiled(name, 'a default of what a function makes is not compiled')
  if (transform !== undefined && checks.length > 1) throw new NotCompiled(name, 'more than one check before a function is not compiled')
  if (transform === undefined && checks.length > 0 && words !== undefined) throw new NotCompiled(name, 'words with checks are not compiled')
  const wrong = ({ expected, goOn }: Condition, value: string): string => `wrong('${name}', ${expected(value)}${goOn ? ', true' : ''})`
  // A variable that is empty counts as not set: hence `||`.
  const read = `environment.${name} || ${absent ?? `wrong('${name}', ${missing()})`}`
  const text = transform === undefined && words === undefined ? name : `${name}_TEXT`
  const lines = [`const ${text} = ${read}`]
  let value = text
  if (transform === undefined) {
    const set = absent === undefined || absent === 'undefined' ? `${text} !== undefined && ` : ''
    lines.push(...checks.map((check) => `if (${set}!(${check.fits(text)})) ${wrong(check, text)}`))
  } else {
    value = words === undefined ? name : `${name}_MADE`
    const [check] = checks
    const made = check === undefined ? `${transform}(${text})` : `(${check.fits(text)}) ? ${transform}(${text}) : ${wrong(check, text)}`
    lines.push(`const ${value} = ${text} === undefined ? undefined : (${made})`)
  }
  if (words === undefined) return lines
  const unset = absent?.startsWith("'") ? '' : `${value} === undefined || `
  return [...lines, `const ${name} = ${unset}${words.fits(value)} ? ${value} : ${wrong(words, value)}`]
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
function neededLine(check: z.core.$ZodCheck, optional: readonly string[], exportedAs: ExportedAs): string {
  if (!(check instanceof z.core.$ZodCustom)) throw new NotCompiled('settings', `${describe(check)} is a check that is not compiled`)
  const { path: [name] = [], params } = check._zod.def
  const other: unknown = params?.neededWith
  if (typeof name !== 'string' || typeof other !== 'string' || !optional.includes(name) || !optional.includes(other)) {
    throw new NotCompiled('settings', 'compiled across variables is only neededWith, of two that may be missing')
  }
  assertRead(check, ['fn', 'path', 'params'], 'settings')
  return `if (environment.${other} && !environment.${name}) needed('${name}', ${expectedBy(check, name, exportedAs)('undefined')})`
}
