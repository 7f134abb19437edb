import { readFile } from 'node:fs/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { decode, encode } from '@jridgewell/sourcemap-codec'
import { type Node, type Program, parse } from 'acorn'
import MagicString from 'magic-string'
import { withoutMark } from '../../../../shared/lines.ts'
import { isObject } from '../../../../shared/rules/invocation.ts'

// The longest function that is put in parentheses, in characters. Longer functions used more memory in post confirmation, and did not
// make the handler start faster.
const LONGEST = 2000

/**
 * Puts functions in parentheses. V8 compiles a function in parentheses together with the file, and other functions at their first
 * call.
 *
 * Skips function declarations, because they are hoisted, and methods, because they are not expressions.
 *
 * @param called The spans of the functions, as `start-end` in UTF-16 code units.
 * @throws SyntaxError if the code is neither an ES module nor CommonJS.
 * @see https://v8.dev/blog/preparser#pife
 */
export function parenthesize(code: string, called: ReadonlySet<string>): MagicString {
  const text = new MagicString(code)
  const nodes: Node[] = [parseEither(code)]
  // Uses a list instead of recursion, because acorn-walk overflows the stack at 1,000 chained calls.
  for (const parent of nodes) {
    for (const node of Object.values(parent).flat().filter(isNode)) {
      nodes.push(node)
      const { type, start, end } = node
      // A FunctionExpression that starts at its parameter list belongs to a method, so it cannot be put in parentheses.
      const isExpression = type === 'ArrowFunctionExpression' || (type === 'FunctionExpression' && code[start] !== '(')
      const isBare = isExpression && parent.type !== 'ParenthesizedExpression' && end - start <= LONGEST
      if (isBare && called.has(`${start}-${end}`)) text.appendRight(start, '(').appendLeft(end, ')')
    }
  }
  return text
}

function parseEither(code: string): Program {
  const options = { ecmaVersion: 'latest', preserveParens: true } as const
  try {
    return parse(code, { ...options, sourceType: 'module' })
  } catch {
    return parse(code, { ...options, sourceType: 'commonjs' })
  }
}

function isNode(value: unknown): value is Node {
  return isObject(value) && 'type' in value && 'start' in value
}

/**
 * Updates the columns of a source map for the added parentheses. Keeps sources and names, which a composition of two maps would change.
 *
 * @throws Error if the map consists of other maps.
 */
export function moveColumns(json: string, text: MagicString): string {
  const map: unknown = JSON.parse(withoutMark(json))
  if (!isObject(map) || typeof map.mappings !== 'string')
    throw new Error('the source map has no mappings. Source maps with sections are not supported')
  const moved = text.generateDecodedMap({ hires: true }).mappings.map((line) => new Map(line.map(([to, , , from]) => [from, to])))
  // Magic-string does not map the end of a line, so the code below moves it by the number of added characters.
  const lines = text.original.split('\n')
  const grown = text
    .toString()
    .split('\n')
    .map((line, n) => line.length - (lines[n]?.length ?? 0))
  const mappings = decode(map.mappings)
  for (const [n, line] of mappings.entries()) {
    for (const segment of line) segment[0] = moved[n]?.get(segment[0]) ?? segment[0] + (grown[n] ?? 0)
  }
  return JSON.stringify({ ...map, mappings: encode(mappings) })
}

/**
 * Puts the called functions of a file in parentheses, and updates its source map, if any. Returns the number of functions.
 *
 * @param texts Receives the new content of the file and of its source map, by path.
 * @throws Error if the file or its source map cannot be changed.
 */
export async function rewrite(file: string, called: ReadonlySet<string>, texts: Map<string, string>): Promise<number> {
  const bytes = await readFile(file)
  const whole = bytes.toString()
  if (!Buffer.from(whole).equals(bytes)) throw new Error('the file is not UTF-8')
  // V8's offsets do not count the byte order mark, so it is removed here and restored when the file is written.
  const code = withoutMark(whole)
  const text = parenthesize(code, called)
  const functions = (text.toString().length - code.length) / 2
  if (functions === 0) return 0

  const [, url = `${pathToFileURL(file)}.map`] = /\/\/[#@] sourceMappingURL=([^\s'"`]+)\s*$/.exec(code) ?? []
  const { protocol, href } = new URL(url, pathToFileURL(file))
  if (protocol === 'data:') {
    const map = moveColumns(await (await fetch(url)).text(), text)
    const [head = ''] = url.split(/(?:;base64)?,/)
    const start = code.lastIndexOf(url)
    text.update(start, start + url.length, `${head};base64,${Buffer.from(map).toString('base64')}`)
  } else if (protocol === 'file:') {
    const map = await readFile(fileURLToPath(href), 'utf8').catch(() => undefined)
    if (map !== undefined) texts.set(fileURLToPath(href), moveColumns(map, text))
  } else throw new Error(`the source map is not a local file: ${url}`)
  texts.set(file, whole.slice(0, whole.length - code.length) + text.toString())
  return functions
}
