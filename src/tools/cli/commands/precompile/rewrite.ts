import { readFile } from 'node:fs/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { decode, encode } from '@jridgewell/sourcemap-codec'
import { type Node, type Program, parse } from 'acorn'
import MagicString from 'magic-string'
import { withoutMark } from '../../../../shared/lines.ts'
import { isObject } from '../../../../shared/rules/invocation.ts'

// The maximum length of a changed function, in characters. In post confirmation, early compilation of longer functions used more
// memory, and the handler did not start faster.
const LONGEST = 2000

/**
 * Puts parentheses around functions. V8 compiles a function in parentheses when it loads the file, and any other function when the
 * function is first called.
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
  // Uses a list instead of acorn-walk, whose recursion overflows the stack at 1,000 chained calls.
  for (const parent of nodes) {
    for (const node of Object.values(parent).flat().filter(isNode)) {
      nodes.push(node)
      const { type, start, end } = node
      // A FunctionExpression that starts at its parameter list is part of a method, so parentheses around it would be a syntax error.
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
 * Updates the columns of a source map for the added parentheses. Changes only the columns, because a library that merges two source
 * maps may also change the lists of sources and names.
 *
 * @throws Error if the map has no mappings, such as a map that has sections.
 */
export function moveColumns(json: string, text: MagicString): string {
  const map: unknown = JSON.parse(withoutMark(json))
  if (!isObject(map) || typeof map.mappings !== 'string')
    throw new Error('the source map has no mappings. Source maps with sections are not supported')
  const moved = text.generateDecodedMap({ hires: true }).mappings.map((line) => new Map(line.map(([to, , , from]) => [from, to])))
  // `moved` has no entry for the end of a line, so a mapping of the end moves by the number of characters that were added to the line.
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
 * Puts parentheses around the called functions of a file, and updates its source map, if any. Returns the number of changed functions.
 *
 * @param texts Receives the new content of the file and of its source map, by path.
 * @throws Error if the file or its source map cannot be changed.
 */
export async function rewrite(file: string, called: ReadonlySet<string>, texts: Map<string, string>): Promise<number> {
  const bytes = await readFile(file)
  const whole = bytes.toString()
  if (!Buffer.from(whole).equals(bytes)) throw new Error('the file is not UTF-8')
  // Removes the byte order mark, because V8's offsets do not count it. The new text of the file contains it again.
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
