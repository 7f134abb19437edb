import { isRecord } from '../replay/handler-log.ts'

/**
 * A value as a text in which `${...}` stands for what is known at deployment alone: `${Table}` for a reference, `${Table.Arn}`
 * for an attribute. Two values with the same text are the same; two with different ones may be, unless both are known.
 *
 * @returns undefined for nothing at all.
 * @example
 * symbolic({ 'Fn::Join': ['/', ['a', { Ref: 'B' }]] }) // 'a/${B}'
 */
export function symbolic(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'object') return String(value)
  return (isRecord(value) ? ofIntrinsic(value) : undefined) ?? opaque(value)
}

/** Whether nothing of it is left to the deployment. */
export function isKnown(text: string): boolean {
  return !text.includes('${')
}

/** The same without what is in the placeholders: names in them may hold the colons that part an ARN. */
export function withoutNames(text: string): string {
  return text.replaceAll(/\$\{[^}]*\}/g, '$')
}

/** The resource and, where there is one, its attribute, of a text that is nothing but one reference. */
export function referenceIn(text: string): { readonly id: string; readonly attribute: string | undefined } | undefined {
  const [, id, attribute] = /^\$\{([A-Za-z0-9]+)(?:\.([A-Za-z0-9.]+))?\}$/.exec(text) ?? []
  return id === undefined ? undefined : { id, attribute }
}

/** Names and attributes as `Fn::GetAtt` has them, in a list or in one text. */
export function attributeOf(value: unknown): readonly [string, string] | undefined {
  const parts = typeof value === 'string' ? value.split(/\.(.*)/s) : Array.isArray(value) ? value : []
  const [id, attribute] = parts
  return typeof id === 'string' && typeof attribute === 'string' ? [id, attribute] : undefined
}

function opaque(value: object): string {
  return `\${?${JSON.stringify(value).replaceAll('}', ')')}}`
}

function ofIntrinsic(value: Record<string, unknown>): string | undefined {
  const [entry, more] = Object.entries(value)
  if (entry === undefined || more !== undefined) return undefined
  const [name, argument] = entry
  if (name === 'Ref' && typeof argument === 'string') return `\${${argument}}`
  if (name === 'Fn::GetAtt') {
    const attribute = attributeOf(argument)
    return attribute && `\${${attribute.join('.')}}`
  }
  if (name === 'Fn::Sub') return substituted(argument)
  if (name === 'Fn::Join' && Array.isArray(argument)) {
    const [separator, parts] = argument
    if (typeof separator !== 'string' || !Array.isArray(parts)) return undefined
    return parts.map((part) => symbolic(part) ?? '').join(separator)
  }
  return undefined
}

function substituted(argument: unknown): string | undefined {
  const [text, values] = Array.isArray(argument) ? argument : [argument, {}]
  if (typeof text !== 'string') return undefined
  const named = isRecord(values) ? values : {}
  return text.replaceAll(/\$\{(!?)([^}]*)\}/g, (whole, escaped: string, name: string) => {
    // What is to stand there as it is, such as a policy's variable, is no value of the deployment; its text is known.
    if (escaped === '!') return `$<${name}>`
    return Object.hasOwn(named, name) ? (symbolic(named[name]) ?? '') : whole
  })
}
