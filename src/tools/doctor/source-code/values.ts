import type { ObjectExpression } from 'acorn'
import type { FunctionNode } from './resolve-names.ts'

/**
 * A value that an expression may have. It is one of these:
 *
 * - a function or an object literal of the file
 * - a path from the handler's arguments, such as `event.response`, or `args:N` for the list of its arguments from N on
 * - `module` or `exports`
 * - a constant: `text:...`, `true`, or `other`
 * - `unknown`
 */
export type Value = string | FunctionNode | ObjectExpression

/** The values that an expression may have. */
export type Values = ReadonlySet<Value>

/** The names of the arguments of a Lambda handler. */
export const PARAMETERS: readonly string[] = ['event', 'context', 'callback']

/** The methods of the context that Lambda removed. */
export const REMOVED_METHODS: readonly string[] = ['done', 'succeed', 'fail']

export const EMPTY: Values = new Set()
export const UNKNOWN: Values = new Set(['unknown'])

/** Returns true for a function of the file. */
export function isFunction(value: Value): value is FunctionNode {
  return typeof value !== 'string' && value.type !== 'ObjectExpression'
}

/** Returns false for a constant, because a constant has no properties that a handler could write. */
export function isObjectLike(value: Value): boolean {
  return typeof value !== 'string' || !(value === 'true' || value === 'other' || value === 'unknown' || value.startsWith('text:'))
}

/** Returns the union of sets. */
export function union(...sets: readonly Values[]): Values {
  return unionMap(sets, (set) => set)
}

/** Returns the union of the results of a function for each item. */
export function unionMap<Item>(items: Iterable<Item>, map: (item: Item) => Values): Values {
  const all = new Set<Value>()
  for (const item of items) for (const value of map(item)) all.add(value)
  return all
}

/** Returns the value of a global name. */
export function readGlobal(name: string): Value {
  return name === 'exports' || name === 'module' ? name : name === 'undefined' ? 'other' : 'unknown'
}

/** Returns the value that a property has before the file writes it; undefined for a property of an object literal or of `exports`. */
export function stepInto(value: Value, name: string): Value | undefined {
  if (typeof value !== 'string') return isFunction(value) ? 'unknown' : undefined
  if (value === 'module' && name === 'exports') return 'exports'
  if (value === 'exports') return undefined
  if (value === 'event' && name === 'response') return 'event.response'
  // Cognito sends a response without decisions: each field is false, null or an empty object.
  if (value === 'event.response') return 'other'
  if (value === 'context' && REMOVED_METHODS.includes(name)) return `context.${name}`
  const [, from] = /^args:(\d+)$/.exec(value) ?? []
  if (from !== undefined) return /^\d+$/.test(name) ? (PARAMETERS[Number(from) + Number(name)] ?? 'unknown') : 'unknown'
  // `context.done.call(...)` calls the same method.
  if (/^(?:context\.|callback$)/.test(value) && /^(?:call|apply|bind)$/.test(name)) return value
  return 'unknown'
}

/** Returns the rest of a list of arguments after the first `count`. */
export function skipArguments(value: Value, count: number): Values {
  const [, from] = (typeof value === 'string' && /^args:(\d+)$/.exec(value)) || []
  return from === undefined ? UNKNOWN : new Set([`args:${Number(from) + count}`])
}
