import { type Alias, isAlias, isCollection, isMap, isNode, isScalar, isSeq, type Node } from 'yaml'
import { UsageError } from '../lib/errors.ts'
import { createTooMuchError, DEEPEST, parseYaml } from './parse-yaml.ts'

/** A position in a template: keys and indices from the root. */
export type Path = readonly (string | number)[]

/** The result of parsing a file: the value, and the line numbers of its parts. */
export interface Read {
  /** The value. Short tags such as `!GetAtt A.Arn` are expanded to `{ 'Fn::GetAtt': ['A', 'Arn'] }`. */
  readonly value: unknown
  /** Returns the line number of a path, from 1. If the path does not exist, returns the line of the nearest parent. */
  readonly line: (path: Path) => number | undefined
}

// The largest template has far fewer nodes. Without this limit, aliases of aliases could expand a few lines to billions of nodes.
const MOST_NODES = 250_000

/**
 * Parses JSON or YAML with CloudFormation's short tags.
 *
 * @param file The file's name, for error messages.
 * @throws UsageError when the file is invalid, or larger or more deeply nested than a template can be.
 * @example
 * readYaml('template.yaml', 'A: !Ref B').value // { A: { Ref: 'B' } }
 */
export function readYaml(file: string, text: string): Read {
  const { document, lines } = parseYaml(file, text)
  const anchors = new Map<string, Node>()
  const targets = new Map<Alias, Node>()
  let left = MOST_NODES

  const createYamlError = (what: string, node: unknown): UsageError => {
    const line = isNode(node) && node.range ? ` (line ${lines.linePos(node.range[0]).line})` : ''
    return new UsageError(`${file}: invalid JSON or YAML: ${what}${line}`)
  }

  /** Resolves an alias to the last anchor before it. Caches the anchor for each alias, because a later anchor may have the same name. */
  const resolveAlias = (alias: Alias): Node => {
    const target = targets.get(alias) ?? anchors.get(alias.source)
    if (target === undefined) throw createYamlError(`the alias *${alias.source} has no anchor &${alias.source} before it`, alias)
    targets.set(alias, target)
    return target
  }

  const readKey = (node: unknown): string => {
    const key = isAlias(node) ? resolveAlias(node) : node
    if (key === null) return 'null'
    if (isScalar(key)) return String(key.value)
    throw createYamlError('a key is a list or a map; expected a string', node)
  }

  const readValue = (node: unknown, depth: number, isAliased: boolean): unknown => {
    left -= 1
    if (left < 0 || depth > DEEPEST) throw createTooMuchError(file)
    if (isAlias(node)) return readValue(resolveAlias(node), depth + 1, true)
    if (!isAliased) note(node)
    if (isScalar(node)) return applyTag(node.tag, node.value)
    if (isSeq(node))
      return applyTag(
        node.tag,
        node.items.map((item) => readValue(item, depth + 1, isAliased)),
      )
    if (!isMap(node)) return undefined
    const entries: [string, unknown][] = []
    const names = new Set<string>()
    for (const { key, value } of node.items) {
      if (!isAliased) note(key)
      const name = readKey(key)
      if (names.has(name)) throw createYamlError(`duplicate key ${name}`, key)
      names.add(name)
      entries.push([name, readValue(value, depth + 1, isAliased)])
    }
    return applyTag(node.tag, Object.fromEntries(entries.flatMap(expandMergeKey)))
  }

  const note = (node: unknown): void => {
    if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined) anchors.set(node.anchor, node)
  }

  return {
    value: readValue(document.contents, 0, false),
    line(path) {
      const offset = findNearest(document.contents, path)?.range?.[0]
      return offset === undefined ? undefined : lines.linePos(offset).line
    },
  }
}

/** Expands YAML's merge key `<<` if the value is one map. Templates use no other form. */
function expandMergeKey([key, value]: [string, unknown]): readonly [string, unknown][] {
  return key === '<<' && typeof value === 'object' && value !== null ? Object.entries(value) : [[key, value]]
}

function applyTag(tag: string | undefined, value: unknown): unknown {
  if (tag === undefined || !tag.startsWith('!') || tag.length < 2) return value
  const name = tag.slice(1)
  if (name === 'Ref' || name === 'Condition') return { [name]: value }
  // Splits at the first dot only, because the attribute may contain dots too, such as `Outputs.Name` of a nested stack.
  if (name === 'GetAtt' && typeof value === 'string') return { 'Fn::GetAtt': value.split(/\.(.*)/s).slice(0, 2) }
  return { [`Fn::${name}`]: value }
}

/**
 * Finds the node at a path, or the nearest parent. In a map, returns the node of the key, because the value may begin on the next
 * line.
 */
function findNearest(from: unknown, path: Path): Node | undefined {
  let place: Node | undefined
  let inside: unknown = from
  for (const step of path) {
    if (isMap(inside)) {
      const pair = inside.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
      if (pair === undefined) break
      place = isScalar(pair.key) ? pair.key : place
      inside = pair.value
    } else if (isSeq(inside)) {
      const item: unknown = typeof step === 'number' ? inside.items[step] : undefined
      if (!isMap(item) && !isSeq(item) && !isScalar(item)) break
      place = item
      inside = item
    } else break
  }
  return place
}
