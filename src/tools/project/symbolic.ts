import { createHash } from 'node:crypto'
import { isObject } from '../../shared/rules/invocation.ts'

// The maximum length of a converted string. Without this limit, a few nested substitutions could create a huge string, because
// each level can double the length. Real names, ARNs and settings are shorter.
const LONGEST = 4096

// Caches the converted strings, because the values of a template do not change and are compared many times.
const texts = new WeakMap<object, string>()

/**
 * Converts a value to a string in which a placeholder replaces each part that is known only at deployment: `${Table}` for a
 * reference, `${Table.Arn}` for an attribute. Equal strings mean equal values. Different strings mean different values only
 * if neither string has a placeholder.
 *
 * @returns undefined for a missing value.
 * @example
 * toSymbolic({ 'Fn::Join': ['/', ['a', { Ref: 'B' }]] }) // 'a/${B}'
 */
export function toSymbolic(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value.includes('{{resolve:') ? hideDynamicReferences(value) : value
  if (typeof value !== 'object') return String(value)
  const known = texts.get(value)
  if (known !== undefined) return known
  const text = (isObject(value) ? resolveIntrinsic(value) : undefined) ?? toOpaque(value)
  texts.set(value, text)
  return text
}

/** Returns true if a string has no placeholders, so its value is known before the deployment. */
export function isKnown(text: string): boolean {
  return !text.includes('${')
}

/** Replaces each placeholder by `$`. Names in placeholders may contain colons, which would break the parsing of an ARN. */
export function withoutNames(text: string): string {
  return replacePlaceholders(text, () => '$')
}

/** Parses a string that is one placeholder. Returns the resource and the attribute, if there is one. */
export function parseReference(text: string): { readonly id: string; readonly attribute: string | undefined } | undefined {
  const [, id, attribute] = /^\$\{([\w/[\]-]+)(?:\.([A-Za-z0-9.]+))?\}$/.exec(text) ?? []
  return id === undefined ? undefined : { id, attribute }
}

/** Parses the argument of `Fn::GetAtt`, a list or a string with a dot. Returns the resource and the attribute. */
export function parseGetAtt(value: unknown): readonly [string, string] | undefined {
  const parts = typeof value === 'string' ? value.split(/\.(.*)/s) : Array.isArray(value) ? value : []
  const [id, attribute] = parts
  return typeof id === 'string' && typeof attribute === 'string' ? [id, attribute] : undefined
}

/** Replaces each `${...}`. Stops at the last `}`, because a search after it would take quadratic time. */
export function replacePlaceholders(text: string, replacement: (inside: string) => string): string {
  const end = text.lastIndexOf('}') + 1
  return text.slice(0, end).replaceAll(/\$\{([^}]*)\}/g, (_, inside: string) => replacement(inside)) + text.slice(end)
}

/** Replaces each dynamic reference, such as `{{resolve:ssm:/shop/table}}`, by a placeholder. CloudFormation resolves it at deployment. */
function hideDynamicReferences(text: string): string {
  return text.replaceAll(/\{\{(resolve:[^{}]*)\}\}/g, (_, inside: string) => `\${?${inside}}`)
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
  const [written, values] = Array.isArray(argument) ? argument : [argument, {}]
  if (typeof written !== 'string') return undefined
  const text = hideDynamicReferences(written)
  const named = isObject(values) ? values : {}
  let length = 0
  const put = replacePlaceholders(text, (inside) => {
    // `${!x}` means the literal string `${x}`. Replaces its braces by `<` and `>`, because a literal must not look like a placeholder.
    if (inside.startsWith('!')) return `$<${inside.slice(1)}>`
    if (!Object.hasOwn(named, inside)) return `\${${inside}}`
    const value = toSymbolic(named[inside]) ?? ''
    length += value.length
    return length > LONGEST ? '' : value
  })
  return length > LONGEST ? undefined : put
}
