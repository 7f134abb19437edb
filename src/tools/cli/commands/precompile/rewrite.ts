import { readFile } from 'node:fs/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { decode, encode } from '@jridgewell/sourcemap-codec'
import { type Node, type Program, parse } from 'acorn'
import MagicString from 'magic-string'
import { withoutMark } from '../../../../shared/lines.ts'
import { isObject } from '../../../../shared/rules/invocation.ts'

// In characters. With the few longer functions, post confirmation used more memory, and started no faster.
const LONGEST = 2000

/**
 * Puts functions in parentheses. V8 compiles a function in parentheses with the file, and any other one at its first call.
 *
 * Skips declarations, which exist before the first statement, and methods, which are not expressions.
 *
 * @param called The spans of the functions, as `start-end` in UTF-16 code units.
 * @throws SyntaxError when the code is neither an ES module nor CommonJS.
 * @see https://v8.dev/blog/preparser#pife
 */
export function parenthesize(code: string, called: ReadonlySet<string>): MagicString {
  const text = new MagicString(code)
  const nodes: Node[] = [parseEither(code)]
  // A list instead of recursion: acorn-walk overflows the stack at 1,000 chained calls.
  for (const parent of nodes) {
    for (const node of Object.values(parent).flat().filter(isNode)) {
      nodes.push(node)
      const { type, start, end } = node
      // The function of a method starts at its parameters.
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
 * Moves the columns of a source map. Sources and names stay as they are: composing two maps would rewrite them.
 *
 * @throws Error when the map is a list of other maps.
 */
export function moveColumns(json: string, text: MagicString): string {
  const map: unknown = JSON.parse(withoutMark(json))
  if (!isObject(map) || typeof map.mappings !== 'string') throw new Error('the source map has no mappings of its own')
  const moved = text.generateDecodedMap({ hires: true }).mappings.map((line) => new Map(line.map(([to, , , from]) => [from, to])))
  // Magic-string has no position for the end of a line.
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
 * Puts functions of a file in parentheses, and moves its source map, which is inline, in a file, or absent.
 *
 * @param texts Gets the new texts of both, by path.
 * @returns The number of functions.
 * @throws Error that tells why the file cannot be changed.
 */
export async function rewrite(file: string, called: ReadonlySet<string>, texts: Map<string, string>): Promise<number> {
  const bytes = await readFile(file)
  const whole = bytes.toString()
  if (!Buffer.from(whole).equals(bytes)) throw new Error('the file is not UTF-8')
  // V8 counts without the byte order mark.
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
  } else throw new Error(`the source map is elsewhere: ${url}`)
  texts.set(file, whole.slice(0, whole.length - code.length) + text.toString())
  return functions
}
