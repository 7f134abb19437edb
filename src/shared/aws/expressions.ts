import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'

/** Collects the names and values that expressions of one request use. */
interface Placeholders {
  /** Returns `#state` for the attribute `state`: DynamoDB reserves hundreds of words. */
  readonly name: (attribute: string) => string
  readonly value: (value: Value) => string
}

/** A value that is written or compared. */
type Value = string | number | null | Readonly<Record<string, string>>

/** A condition. */
export interface Condition {
  /** Spells it when the request is made. */
  readonly spell: (placeholders: Placeholders) => string
  /** What joins its parts. */
  readonly joined?: 'AND' | 'OR'
}

/** A value that DynamoDB computes from the item as it is. */
type Computed = (placeholders: Placeholders, attribute: string) => string

/** What a write does to an item. */
export interface Change {
  /** The attributes to write. Those that are undefined stay as they are. */
  readonly set: Readonly<Record<string, Value | Computed | undefined>>
  readonly add?: Readonly<Record<string, number>>
  readonly remove?: readonly string[]
  /** Must hold for the item as it is, or nothing is written. */
  readonly if?: Condition
}

/** The item that a request is about. */
interface Target {
  readonly table: string
  readonly pk: string
}

/** Which attributes an update returns: those that it wrote, or all; none unless set. */
export interface Returned {
  readonly returned?: 'UPDATED_NEW' | 'ALL_NEW'
}

/**
 * Makes an `UpdateItem` request and derives its names and values.
 *
 * @example
 * updateItem({ table, pk, set: { state: 'done' }, remove: ['token'], if: equals('token', token) })
 */
export function updateItem({ table, pk, set, add = {}, remove = [], if: condition, returned }: Target & Change & Returned): UpdateCommand {
  const { name, value, attributes } = placeholders()
  const written: string[] = []
  for (const [attribute, to] of Object.entries(set)) {
    if (to === undefined) continue
    written.push(`${name(attribute)} = ${typeof to === 'function' ? to({ name, value }, attribute) : value(to)}`)
  }
  const added = Object.entries(add).map(([attribute, by]) => `${name(attribute)} ${value(by)}`)
  const expression = [...formatClause('SET', written), ...formatClause('ADD', added), ...formatClause('REMOVE', remove.map(name))].join(' ')
  return new UpdateCommand({
    TableName: table,
    Key: { pk },
    UpdateExpression: expression,
    ...(condition && { ConditionExpression: condition.spell({ name, value }) }),
    ...attributes(),
    ...(returned && { ReturnValues: returned }),
  })
}

function formatClause(verb: string, parts: readonly string[]): readonly string[] {
  return parts.length === 0 ? [] : [`${verb} ${parts.join(', ')}`]
}

/** Makes a `DeleteItem` request that is carried out if the condition holds. */
export function deleteItem({ table, pk, if: condition }: Target & { readonly if: Condition }): DeleteCommand {
  const { name, value, attributes } = placeholders()
  return new DeleteCommand({ TableName: table, Key: { pk }, ConditionExpression: condition.spell({ name, value }), ...attributes() })
}

/** Returns the part of a `Query` request that says which keys it finds. */
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

export function isOneOf(attribute: string, values: readonly Value[]): Condition {
  return { spell: ({ name, value }) => `${name(attribute)} IN (${values.map(value).join(', ')})` }
}

export function not(condition: Condition): Condition {
  return { spell: (placeholders) => `NOT ${inside(condition, placeholders)}` }
}

/** @param conditions Those that are undefined are left out. */
export function and(...conditions: readonly [Condition, Condition, ...(Condition | undefined)[]]): Condition {
  const parts = conditions.filter((condition) => condition !== undefined)
  return { spell: (placeholders) => parts.map((part) => inside(part, placeholders, 'AND')).join(' AND '), joined: 'AND' }
}

export function or(...conditions: readonly [Condition, Condition, ...Condition[]]): Condition {
  return { spell: (placeholders) => conditions.map((part) => inside(part, placeholders, 'OR')).join(' OR '), joined: 'OR' }
}

/** Never around the whole: the embedded DynamoDB takes milliseconds more for each pair of parentheses around others. */
function inside({ spell, joined }: Condition, placeholders: Placeholders, by?: 'AND' | 'OR'): string {
  return joined === undefined || joined === by ? spell(placeholders) : `(${spell(placeholders)})`
}

/** Writes a value where the item has none. */
export function ifNotExists(first: Value): Computed {
  return ({ name, value }, attribute) => `if_not_exists(${name(attribute)}, ${value(first)})`
}

/** Adds one to a number, which counts as 0 where the item has none. */
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
    // DynamoDB refuses an empty map of values.
    attributes: () => ({ ExpressionAttributeNames: names, ...(count > 0 && { ExpressionAttributeValues: values }) }),
  }
}
