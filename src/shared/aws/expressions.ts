import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'

/** Collects the names and values of one request's expressions. */
interface Placeholders {
  /** Returns a placeholder such as `#state` for the attribute `state`, because DynamoDB reserves hundreds of words. */
  readonly name: (attribute: string) => string
  readonly value: (value: Value) => string
}

/** A value to write or compare. */
type Value = string | number | null | Readonly<Record<string, string>> | ReadonlySet<string>

/** A condition on the item, or on its key in a query. */
export interface Condition {
  /** Returns the condition as a DynamoDB expression. */
  readonly spell: (placeholders: Placeholders) => string
  /** The operator between the condition's parts. */
  readonly joined?: 'AND' | 'OR'
}

/** A value that DynamoDB computes from the item before the write. */
type Computed = (placeholders: Placeholders, attribute: string) => string

/** The changes of a write to an item. */
export interface Change {
  /** The attributes to write. Undefined attributes are not changed. */
  readonly set: Readonly<Record<string, Value | Computed | undefined>>
  /** Adds a number to an attribute, or elements to a set. */
  readonly add?: Readonly<Record<string, number | ReadonlySet<string>>>
  readonly remove?: readonly string[]
  /** Deletes elements from a set. */
  readonly delete?: Readonly<Record<string, ReadonlySet<string>>>
  /** DynamoDB writes only if this condition is true for the item before the write. */
  readonly if?: Condition
}

/** The primary key of an item: the value of its partition key and, if the table has one, of its sort key. */
export type ItemKey = Readonly<Record<string, string>>

/** The item to read or write. */
interface Target {
  readonly table: string
  readonly key: ItemKey
}

/** The attributes that an update returns: the written ones after or before the write, or all. Default: none. */
export interface Returned {
  readonly returned?: 'UPDATED_NEW' | 'UPDATED_OLD' | 'ALL_NEW'
}

/**
 * Creates an `UpdateItem` request with its placeholders.
 *
 * @example
 * updateItem({ table, key: { pk }, set: { state: 'done' }, remove: ['token'], if: equals('token', token) })
 */
export function updateItem(change: Target & Change & Returned): UpdateCommand {
  const { table, key, set, add = {}, remove = [], delete: deleted = {}, if: condition, returned } = change
  const { name, value, attributes } = placeholders()
  const written: string[] = []
  for (const [attribute, to] of Object.entries(set)) {
    if (to === undefined) continue
    written.push(`${name(attribute)} = ${typeof to === 'function' ? to({ name, value }, attribute) : value(to)}`)
  }
  const spell = (changes: NonNullable<Change['add']>): readonly string[] =>
    Object.entries(changes).map(([attribute, by]) => `${name(attribute)} ${value(by)}`)
  const expression = [
    ...formatClause('SET', written),
    ...formatClause('ADD', spell(add)),
    ...formatClause('REMOVE', remove.map(name)),
    ...formatClause('DELETE', spell(deleted)),
  ].join(' ')
  return new UpdateCommand({
    TableName: table,
    Key: key,
    UpdateExpression: expression,
    ...(condition && { ConditionExpression: condition.spell({ name, value }) }),
    ...attributes(),
    ...(returned && { ReturnValues: returned }),
  })
}

function formatClause(verb: string, parts: readonly string[]): readonly string[] {
  return parts.length === 0 ? [] : [`${verb} ${parts.join(', ')}`]
}

/** Creates a `DeleteItem` request that deletes the item only if the condition is true. */
export function deleteItem({ table, key, if: condition }: Target & { readonly if: Condition }): DeleteCommand {
  const { name, value, attributes } = placeholders()
  return new DeleteCommand({ TableName: table, Key: key, ConditionExpression: condition.spell({ name, value }), ...attributes() })
}

/** Returns the key condition of a `Query` request. */
export function findKeys(condition: Condition): Attributes & { readonly KeyConditionExpression: string } {
  const { name, value, attributes } = placeholders()
  return { KeyConditionExpression: condition.spell({ name, value }), ...attributes() }
}

export function exists(attribute: string): Condition {
  return { spell: ({ name }) => `attribute_exists(${name(attribute)})` }
}

export function doesNotExist(attribute: string): Condition {
  return { spell: ({ name }) => `attribute_not_exists(${name(attribute)})` }
}

export function equals(attribute: string, to: Value): Condition {
  return { spell: ({ name, value }) => `${name(attribute)} = ${value(to)}` }
}

export function isAtMost(attribute: string, most: Value): Condition {
  return { spell: ({ name, value }) => `${name(attribute)} <= ${value(most)}` }
}

export function isMoreThan(attribute: string, bound: Value): Condition {
  return { spell: ({ name, value }) => `${name(attribute)} > ${value(bound)}` }
}

/** Holds if a set has fewer elements. Does not hold if the attribute is missing. */
export function hasFewerThan(set: string, most: number): Condition {
  return { spell: ({ name, value }) => `size(${name(set)}) < ${value(most)}` }
}

export function contains(set: string, element: string): Condition {
  return { spell: ({ name, value }) => `contains(${name(set)}, ${value(element)})` }
}

export function isOneOf(attribute: string, values: readonly Value[]): Condition {
  return { spell: ({ name, value }) => `${name(attribute)} IN (${values.map(value).join(', ')})` }
}

export function not(condition: Condition): Condition {
  return { spell: (placeholders) => `NOT ${inside(condition, placeholders)}` }
}

/** @param conditions Undefined conditions are left out. */
export function and(...conditions: readonly [Condition, Condition, ...(Condition | undefined)[]]): Condition {
  const parts = conditions.filter((condition) => condition !== undefined)
  return { spell: (placeholders) => parts.map((part) => inside(part, placeholders, 'AND')).join(' AND '), joined: 'AND' }
}

export function or(...conditions: readonly [Condition, Condition, ...Condition[]]): Condition {
  return { spell: (placeholders) => conditions.map((part) => inside(part, placeholders, 'OR')).join(' OR '), joined: 'OR' }
}

/** Adds parentheses only where needed, because the embedded DynamoDB parses nested pairs slowly. */
function inside({ spell, joined }: Condition, placeholders: Placeholders, by?: 'AND' | 'OR'): string {
  return joined === undefined || joined === by ? spell(placeholders) : `(${spell(placeholders)})`
}

/** Keeps the attribute's value, or writes the given value if the item has none. */
export function ifNotExists(first: Value): Computed {
  return ({ name, value }, attribute) => `if_not_exists(${name(attribute)}, ${value(first)})`
}

/** Adds 1 to a number. A missing number counts as 0. */
export function oneMore(): Computed {
  return ({ name, value }, attribute) => `if_not_exists(${name(attribute)}, ${value(0)}) + ${value(1)}`
}

interface Attributes {
  readonly ExpressionAttributeNames: Record<string, string>
  readonly ExpressionAttributeValues?: Record<string, unknown>
}

function placeholders(): Placeholders & { readonly attributes: () => Attributes } {
  const names: Record<string, string> = {}
  const values: Record<string, unknown> = {}
  let count = 0
  return {
    name(attribute) {
      names[`#${attribute}`] = attribute
      return `#${attribute}`
    },
    value(value) {
      const placeholder = `:v${count}`
      count += 1
      values[placeholder] = value
      return placeholder
    },
    // Leaves out an empty map of values, because DynamoDB rejects it.
    attributes: () => ({ ExpressionAttributeNames: names, ...(count > 0 && { ExpressionAttributeValues: values }) }),
  }
}
