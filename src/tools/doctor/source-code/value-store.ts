import type { FunctionNode, Variable } from './resolve-names.ts'
import { EMPTY, stepInto, union, unionMap, type Value, type Values } from './values.ts'

/** The known values of variables, properties and function results. Values are only added, never removed. */
export interface ValueStore {
  readonly readVariable: (variable: Variable) => Values
  readonly addToVariable: (variable: Variable, values: Values) => void
  /** Returns the values of a property of an object. */
  readonly lookUp: (object: Value, name: string) => Values
  readonly addToProperty: (object: Value, name: string, values: Values) => void
  /** Notes that the properties of other objects are copied into an object. */
  readonly addCopied: (object: Value, from: Values) => void
  /** Returns the objects whose properties were copied into an object, directly or through others. */
  readonly listCopied: (object: Value) => Values
  readonly listReturned: (node: FunctionNode) => Values
  readonly addReturned: (node: FunctionNode, values: Values) => void
  /** Returns the number of additions so far. */
  readonly countAdditions: () => number
}

// This limits the size of each set in a huge or hostile file. A set that reaches the limit contains `unknown`.
const MOST_VALUES = 30

/** Creates an empty store. */
export function createValueStore(): ValueStore {
  const ofVariables = new Map<Variable, Set<Value>>()
  const ofProperties = new Map<Value, Map<string, Set<Value>>>()
  const copied = new Map<Value, Set<Value>>()
  const returned = new Map<FunctionNode, Set<Value>>()
  let additions = 0

  const add = <Key>(map: Map<Key, Set<Value>>, key: Key, values: Values): void => {
    const known = map.get(key) ?? new Set<Value>()
    map.set(key, known)
    const before = known.size
    for (const value of values) if (known.size < MOST_VALUES) known.add(value)
    if (known.size === MOST_VALUES) known.add('unknown')
    if (known.size > before) additions += 1
  }

  const lookUp = (object: Value, name: string, seen: Set<Value>): Values => {
    if (seen.has(object)) return EMPTY
    seen.add(object)
    const own = ofProperties.get(object)?.get(name) ?? EMPTY
    const through = unionMap(copied.get(object) ?? EMPTY, (each) => lookUp(each, name, seen))
    // A property that the file writes replaces a copied property whose value is unknown.
    const isWritten = own.size > 0 || [...through].some((each) => typeof each !== 'string')
    const all = union(own, isWritten ? new Set([...through].filter((each) => each !== 'unknown')) : through)
    const step = stepInto(object, name)
    if (step !== undefined && (all.size === 0 || step !== 'unknown')) return new Set([...all, step])
    // A property that is written nowhere is undefined.
    return all.size === 0 ? new Set(['other']) : all
  }

  return {
    readVariable: (variable) => ofVariables.get(variable) ?? EMPTY,
    addToVariable: (variable, values) => add(ofVariables, variable, values),
    lookUp: (object, name) => lookUp(object, name, new Set()),
    addToProperty(object, name, values) {
      const properties = ofProperties.get(object) ?? new Map<string, Set<Value>>()
      ofProperties.set(object, properties)
      add(properties, name, values)
    },
    addCopied: (object, from) => add(copied, object, from),
    listCopied(object) {
      const found = new Set<Value>()
      for (const pending = [object]; pending.length > 0; ) {
        for (const each of copied.get(pending.pop() ?? '') ?? []) {
          if (!found.has(each)) pending.push(each)
          found.add(each)
        }
      }
      return found
    },
    listReturned: (node) => returned.get(node) ?? EMPTY,
    addReturned: (node, values) => add(returned, node, values),
    countAdditions: () => additions,
  }
}
