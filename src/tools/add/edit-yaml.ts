import { isMap, isScalar, isSeq, type Node, parseDocument, stringify, type YAMLMap, type YAMLSeq } from 'yaml'

/** A path in a YAML document. */
export type KeyPath = readonly (string | number)[]

/**
 * Adds entries to a map or items to a list of a YAML text, and creates the map or list if it is missing. The rest of the text,
 * with its comments, stays byte for byte as it is.
 *
 * @param path The path of the map or list.
 * @param value An object for a map, an array for a list. An object for a list becomes one item.
 * @returns undefined if the path leads to a value that is neither a map nor a list, such as a variable.
 * @example
 * addToYaml('a:\n  b: 1 # one\n', ['a'], { c: 2 }) // 'a:\n  b: 1 # one\n  c: 2\n'
 */
export function addToYaml(text: string, path: KeyPath, value: object): string | undefined {
  const document = parseDocument(text, { logLevel: 'silent' })
  if (document.errors.length > 0) return undefined
  let node: unknown = document.contents
  for (const [index, step] of path.entries()) {
    if (isSeq(node) && typeof step === 'number') {
      node = node.items[step]
      continue
    }
    if (!isMap(node)) return undefined
    const pair = node.items.find(({ key }) => isScalar(key) && key.value === step)
    const missing = path.slice(index + 1)
    if (pair === undefined) return insertInto(text, node, nest([step, ...missing], value))
    if (pair.value === null || (isScalar(pair.value) && pair.value.value === null)) {
      return isScalar(pair.key) ? insertBelow(text, pair.key, nest(missing, value)) : undefined
    }
    node = pair.value
  }
  return insertInto(text, node, value)
}

function nest(path: KeyPath, value: object): object {
  return path.reduceRight<object>((inner, step) => ({ [step]: inner }), value)
}

function insertInto(text: string, node: unknown, value: object): string | undefined {
  if (isSeq(node)) {
    const items = Array.isArray(value) ? value : [value]
    return node.flow ? insertFlow(text, node, items.map((each) => JSON.stringify(each)).join(', ')) : insertItems(text, node, items)
  }
  if (!isMap(node) || Array.isArray(value)) return undefined
  const pairs = Object.entries(value).map(([key, inner]) => `${key}: ${JSON.stringify(inner)}`)
  return node.flow ? insertFlow(text, node, pairs.join(', ')) : insertAfter(text, node, value, findColumn(text, node.items[0]?.key))
}

function insertItems(text: string, node: YAMLSeq, items: readonly unknown[]): string | undefined {
  const [first] = node.items
  const start = isNode(first) ? (first.range?.[0] ?? 0) : 0
  const dash = text.lastIndexOf('-', start)
  return insertAfter(text, node, items, dash - (text.lastIndexOf('\n', dash) + 1))
}

/** Inserts entries after the last entry of a block map or block list. */
function insertAfter(text: string, node: YAMLMap | YAMLSeq, value: object, column: number): string | undefined {
  const end = findEnd(node.items.at(-1)) ?? node.range?.[1]
  return end === undefined ? undefined : insertLines(text, end, value, column)
}

function insertBelow(text: string, key: Node, value: object): string | undefined {
  const end = key.range?.[1]
  return end === undefined ? undefined : insertLines(text, end, value, findColumn(text, key) + 2)
}

/** Inserts a value as lines of its own, below the line that holds a position. */
function insertLines(text: string, position: number, value: object, column: number): string {
  // A block scalar ends after its line break.
  const last = text[position - 1] === '\n' ? position - 1 : position
  const next = text.indexOf('\n', last)
  const at = next === -1 ? text.length : next + 1
  const lines = stringify(value, { lineWidth: 0, aliasDuplicateObjects: false }).replaceAll(/^(?=.)/gm, ' '.repeat(column))
  return `${text.slice(0, at)}${next === -1 ? '\n' : ''}${lines}${text.slice(at)}`
}

function insertFlow(text: string, node: YAMLMap | YAMLSeq, added: string): string | undefined {
  const end = node.range?.[1]
  if (end === undefined) return undefined
  const before = text.slice(0, end - 1).trimEnd()
  const separator = node.items.length === 0 ? '' : before.endsWith(',') ? ' ' : ', '
  return `${before}${separator}${added} ${text.slice(end - 1)}`
}

function findColumn(text: string, key: unknown): number {
  const start = isNode(key) ? (key.range?.[0] ?? 0) : 0
  return start - (text.lastIndexOf('\n', start - 1) + 1)
}

function findEnd(item: unknown): number | undefined {
  if (isNode(item)) return item.range?.[1]
  if (typeof item !== 'object' || item === null || !('key' in item) || !('value' in item)) return undefined
  return isNode(item.value) ? item.value.range?.[1] : isNode(item.key) ? item.key.range?.[1] : undefined
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'range' in value
}
