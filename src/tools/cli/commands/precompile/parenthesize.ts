import type { Node, Options, Program } from 'acorn'

/**
 * In characters. What is compiled together is in memory together, as trees: without the few longer functions post confirmation's
 * resident memory was 0.995 of what it was with them, and a start no slower.
 */
const LONGEST = 2000

/** Acorn's parser. */
export type Parse = (code: string, options: Options) => Program

/** A change to a program: this text goes in at this place, which counts UTF-16 code units. */
export interface Insertion {
  readonly at: number
  readonly text: '(' | ')'
}

/**
 * V8 reads a lazy function twice: a quick look when the file loads, a full compilation at the first call. A function in parentheses
 * is compiled at once, with the file. This returns the parentheses that do that for the given functions.
 *
 * Only function expressions and arrow functions get them. Declarations must be there before the first statement, and methods
 * are not expressions. A function that has parentheses already gets none.
 *
 * @param called The spans of the functions, as `start-end`.
 * @throws SyntaxError when the program is neither an ES module nor CommonJS.
 * @see https://v8.dev/blog/preparser#pife
 */
export function parentheses(code: string, called: ReadonlySet<string>, parse: Parse): readonly Insertion[] {
  const inserted: Insertion[] = []
  const left: { readonly node: Node; readonly parent?: Node }[] = [{ node: parseEither(code, parse) }]
  // A stack of our own: bundles nest deeper than calls may.
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { node, parent } = next
    if (called.has(`${node.start}-${node.end}`) && isBareExpression(node, parent)) {
      inserted.push({ at: node.start, text: '(' }, { at: node.end, text: ')' })
    }
    for (const child of Object.values(node).flat()) if (isNode(child)) left.push({ node: child, parent: node })
  }
  return inserted.sort((a, b) => a.at - b.at)
}

function parseEither(code: string, parse: Parse): Program {
  const options = { ecmaVersion: 'latest', preserveParens: true } as const
  try {
    return parse(code, { ...options, sourceType: 'module' })
  } catch {
    return parse(code, { ...options, sourceType: 'commonjs' })
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value && 'end' in value
}

function isBareExpression({ type, start, end }: Node, parent: Node | undefined): boolean {
  if (parent === undefined || end - start > LONGEST || parent.type === 'ParenthesizedExpression') return false
  const isMethod = ('method' in parent && parent.method === true) || ('kind' in parent && parent.kind !== 'init')
  return type === 'ArrowFunctionExpression' || (type === 'FunctionExpression' && !isMethod)
}

/** Applies insertions, which are in the order of their places. */
export function insert(code: string, insertions: readonly Insertion[]): string {
  const parts = insertions.map(({ at, text }, n) => code.slice(insertions[n - 1]?.at ?? 0, at) + text)
  return parts.join('') + code.slice(insertions.at(-1)?.at ?? 0)
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/**
 * Moves the columns in a source map's `mappings` by what was inserted before them.
 *
 * Lines are between semicolons, positions between commas. A position begins with its column, as a difference to the one before:
 * a sign in the lowest bit, then digits of five bits, the lowest first, each but the last marked by its sixth bit.
 *
 * @see https://tc39.es/ecma426/
 */
export function shiftMappings(mappings: string, code: string, insertions: readonly Insertion[]): string {
  const starts = [0, ...[...code.matchAll(/\n/g)].map(({ index }) => index + 1)]
  let n = 0
  const shifted = mappings.split(';').map((line, number) => {
    const start = starts[number] ?? code.length
    for (; placeOf(n) < start; n += 1);
    const first = n
    let column = 0
    return line.split(',').map((position) => {
      const [digits = ''] = /^[g-z\d+/]*[A-Za-f]/.exec(position) ?? []
      const before = column + n - first
      column += decode(digits)
      for (; placeOf(n) <= start + column; n += 1);
      // Positions need not be in order.
      for (; n > first && placeOf(n - 1) > start + column; n -= 1);
      return digits === '' ? position : encode(column + n - first - before) + position.slice(digits.length)
    })
  })
  return shifted.map((line) => line.join(',')).join(';')

  function placeOf(index: number): number {
    return insertions[index]?.at ?? Number.POSITIVE_INFINITY
  }
}

function decode(digits: string): number {
  const value = [...digits].reduceRight((sum, digit) => sum * 32 + (DIGITS.indexOf(digit) & 31), 0)
  return value % 2 === 1 ? -(value - 1) / 2 : value / 2
}

function encode(delta: number): string {
  let left = delta < 0 ? -delta * 2 + 1 : delta * 2
  let digits = ''
  do {
    digits += DIGITS[(left % 32) + (left > 31 ? 32 : 0)]
    left = Math.floor(left / 32)
  } while (left > 0)
  return digits
}
