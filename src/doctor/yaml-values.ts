import { type Alias, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import { UsageError } from '../replay/usage-error.ts'

/** Where something stands in a template: keys and indices from the top. */
export type Path = readonly (string | number)[]

/** A text with its values, and the lines that they stand on. */
export interface Read {
  /** Tags such as `!GetAtt A.Arn` stand in their long form, `{ 'Fn::GetAtt': ['A', 'Arn'] }`. */
  readonly value: unknown
  /** The line of what stands there, from 1; of the nearest thing around it where nothing does. */
  readonly line: (path: Path) => number | undefined
}

// A template of CloudFormation's largest size has far fewer; aliases of aliases can make billions out of a few lines.
const MOST_NODES = 1_000_000
const DEEPEST = 200

/**
 * Reads JSON or YAML, with CloudFormation's short tags.
 *
 * @param file Its name, for the error.
 * @throws UsageError when it is neither.
 * @example
 * readYaml('template.yaml', 'A: !Ref B').value // { A: { Ref: 'B' } }
 */
export function readYaml(file: string, text: string): Read {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, logLevel: 'silent', prettyErrors: true })
  const [error] = document.errors
  if (error !== undefined) throw new UsageError(`${file}: neither JSON nor YAML: ${error.message.split(':\n')[0]}`)
  let left = MOST_NODES
  // To resolve one alias is to walk the document up to it, and one that stands under another is met each time that this is.
  const resolved = new Map<Alias, unknown>()
  const behind = (alias: Alias): unknown => {
    if (!resolved.has(alias)) resolved.set(alias, alias.resolve(document))
    return resolved.get(alias)
  }

  const valueAt = (node: unknown, depth: number): unknown => {
    left -= 1
    if (left < 0 || depth > DEEPEST) throw new UsageError(`${file}: too large or too deep for a template`)
    if (isAlias(node)) return valueAt(behind(node), depth + 1)
    if (isScalar(node)) return tagged(node.tag, node.value)
    if (isSeq(node))
      return tagged(
        node.tag,
        node.items.map((item) => valueAt(item, depth + 1)),
      )
    if (!isMap(node)) return undefined
    const entries = node.items.map(({ key, value }): [string, unknown] => [keyOf(key), valueAt(value, depth + 1)])
    return tagged(node.tag, Object.fromEntries(entries.flatMap(merged)))
  }

  return {
    value: valueAt(document.contents, 0),
    line(path) {
      const offset = nearest(document.contents, path)?.range?.[0]
      return offset === undefined ? undefined : lines.linePos(offset).line
    },
  }
}

function keyOf(key: unknown): string {
  return String(isScalar(key) ? key.value : key)
}

/** YAML's merge key, as far as templates use it. */
function merged([key, value]: [string, unknown]): readonly [string, unknown][] {
  return key === '<<' && typeof value === 'object' && value !== null ? Object.entries(value) : [[key, value]]
}

function tagged(tag: string | undefined, value: unknown): unknown {
  if (tag === undefined || !tag.startsWith('!') || tag.length < 2) return value
  const name = tag.slice(1)
  if (name === 'Ref' || name === 'Condition') return { [name]: value }
  // The attribute may hold dots itself, as those of nested stacks do.
  if (name === 'GetAtt' && typeof value === 'string') return { 'Fn::GetAtt': value.split(/\.(.*)/s).slice(0, 2) }
  return { [`Fn::${name}`]: value }
}

/** The key of a property tells its line better than its value does, which may begin on the next. */
function nearest(from: unknown, path: Path): Node | undefined {
  let place: Node | undefined
  let inside: unknown = from
  for (const step of path) {
    if (isMap(inside)) {
      const pair = inside.items.find(({ key }) => keyOf(key) === String(step))
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
