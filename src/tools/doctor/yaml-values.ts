import { type Alias, isAlias, isCollection, isMap, isNode, isScalar, isSeq, type Node } from 'yaml'
import { UsageError } from '../lib/errors.ts'
import { createTooMuchError, DEEPEST, parseYaml } from './parse-yaml.ts'

/** Where something stands in a template: keys and indices from the top. */
export type Path = readonly (string | number)[]

/** A text with its values, and the lines that they stand on. */
export interface Read {
  /** Tags such as `!GetAtt A.Arn` stand in their long form, `{ 'Fn::GetAtt': ['A', 'Arn'] }`. */
  readonly value: unknown
  /** The line of what stands there, from 1; of the nearest thing around it where nothing does. */
  readonly line: (path: Path) => number | undefined
}

// A template of the largest size has far fewer. Aliases of aliases can make billions out of a few lines.
const MOST_NODES = 250_000

/**
 * Reads JSON or YAML, with CloudFormation's short tags.
 *
 * @param file Its name, for the error.
 * @throws UsageError when it is neither, or larger or deeper than a template can be.
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
    return new UsageError(`${file}: neither JSON nor YAML: ${what}${line}`)
  }

  /** An alias means the last anchor of its name before it. It may be met again, below another alias, after later anchors. */
  const resolveAlias = (alias: Alias): Node => {
    const target = targets.get(alias) ?? anchors.get(alias.source)
    if (target === undefined) throw createYamlError(`no anchor &${alias.source} stands before the alias *${alias.source}`, alias)
    targets.set(alias, target)
    return target
  }

  const readKey = (node: unknown): string => {
    const key = isAlias(node) ? resolveAlias(node) : node
    if (key === null) return 'null'
    if (isScalar(key)) return String(key.value)
    throw createYamlError('a key is a list or a map; expected a text', node)
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
      if (names.has(name)) throw createYamlError(`the key ${name} stands twice in one map`, key)
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

/** YAML's merge key, as far as templates use it. */
function expandMergeKey([key, value]: [string, unknown]): readonly [string, unknown][] {
  return key === '<<' && typeof value === 'object' && value !== null ? Object.entries(value) : [[key, value]]
}

function applyTag(tag: string | undefined, value: unknown): unknown {
  if (tag === undefined || !tag.startsWith('!') || tag.length < 2) return value
  const name = tag.slice(1)
  if (name === 'Ref' || name === 'Condition') return { [name]: value }
  // The attribute may hold dots itself, as those of nested stacks do.
  if (name === 'GetAtt' && typeof value === 'string') return { 'Fn::GetAtt': value.split(/\.(.*)/s).slice(0, 2) }
  return { [`Fn::${name}`]: value }
}

/** The key of a property tells its line better than its value does, which may begin on the next. */
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
