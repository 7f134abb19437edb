import { createHash } from 'node:crypto'
import { isObject } from '../../shared/rules/invocation.ts'

// Names, ARNs and settings are shorter. Texts that are put into each other can double at each level.
const LONGEST = 4096

// A cache, since the values of a template do not change and are compared with each other again and again.
const texts = new WeakMap<object, string>()

/**
 * A value as a text in which `${...}` stands for what is known at deployment alone: `${Table}` for a reference, `${Table.Arn}`
 * for an attribute. Two values with the same text are the same; two with different ones may be, unless both are known.
 *
 * @returns undefined for nothing at all.
 * @example
 * symbolic({ 'Fn::Join': ['/', ['a', { Ref: 'B' }]] }) // 'a/${B}'
 */
export function toSymbolic(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'object') return String(value)
  const known = texts.get(value)
  if (known !== undefined) return known
  const text = (isObject(value) ? resolveIntrinsic(value) : undefined) ?? toOpaque(value)
  texts.set(value, text)
  return text
}

/** Whether nothing of it is left to the deployment. */
export function isKnown(text: string): boolean {
  return !text.includes('${')
}

/** The same without what is in the placeholders: names in them may hold the colons that part an ARN. */
export function withoutNames(text: string): string {
  return replacePlaceholders(text, () => '$')
}

/** The resource and, where there is one, its attribute, of a text that is nothing but one reference. */
export function parseReference(text: string): { readonly id: string; readonly attribute: string | undefined } | undefined {
  const [, id, attribute] = /^\$\{([A-Za-z0-9]+)(?:\.([A-Za-z0-9.]+))?\}$/.exec(text) ?? []
  return id === undefined ? undefined : { id, attribute }
}

/** Names and attributes as `Fn::GetAtt` has them, in a list or in one text. */
export function parseGetAtt(value: unknown): readonly [string, string] | undefined {
  const parts = typeof value === 'string' ? value.split(/\.(.*)/s) : Array.isArray(value) ? value : []
  const [id, attribute] = parts
  return typeof id === 'string' && typeof attribute === 'string' ? [id, attribute] : undefined
}

/** Replaces each `${...}`. A search behind the last `}` would take time that grows with the square of the length. */
export function replacePlaceholders(text: string, replacement: (inside: string) => string): string {
  const end = text.lastIndexOf('}') + 1
  return text.slice(0, end).replaceAll(/\$\{([^}]*)\}/g, (_, inside: string) => replacement(inside)) + text.slice(end)
}

function toOpaque(value: object): string {
  const json = JSON.stringify(value)
  const shown = json.length > LONGEST ? createHash('sha256').update(json).digest('hex') : json.replaceAll('}', ')')
  return `\${?${shown}}`
}

function resolveIntrinsic(value: Record<string, unknown>): string | undefined {
  const [entry, more] = Object.entries(value)
  if (entry === undefined || more !== undefined) return undefined
  const [name, argument] = entry
  if (name === 'Ref' && typeof argument === 'string') return `\${${argument}}`
  if (name === 'Fn::GetAtt') {
    const attribute = parseGetAtt(argument)
    return attribute && `\${${attribute.join('.')}}`
  }
  if (name === 'Fn::Sub') return resolveSubstitution(argument)
  if (name === 'Fn::Join' && Array.isArray(argument)) {
    const [separator, parts] = argument
    if (typeof separator !== 'string' || !Array.isArray(parts)) return undefined
    const joined = parts.map((part) => toSymbolic(part) ?? '')
    const length = joined.reduce((sum, part) => sum + part.length + separator.length, 0)
    return length > LONGEST ? undefined : joined.join(separator)
  }
  return undefined
}

function resolveSubstitution(argument: unknown): string | undefined {
  const [text, values] = Array.isArray(argument) ? argument : [argument, {}]
  if (typeof text !== 'string') return undefined
  const named = isObject(values) ? values : {}
  let length = 0
  const put = replacePlaceholders(text, (inside) => {
    // What is to stand there as it is, such as a policy's variable, is no value of the deployment; its text is known.
    if (inside.startsWith('!')) return `$<${inside.slice(1)}>`
    if (!Object.hasOwn(named, inside)) return `\${${inside}}`
    const value = toSymbolic(named[inside]) ?? ''
    length += value.length
    return length > LONGEST ? '' : value
  })
  return length > LONGEST ? undefined : put
}
