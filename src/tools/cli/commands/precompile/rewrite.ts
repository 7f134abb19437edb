import { randomUUID } from 'node:crypto'
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { isObject } from '../../../../shared/rules/invocation.ts'
import { withoutMark } from '../../../lib/json.ts'
import { type Insertion, insert, type Parse, parentheses, shiftMappings } from './parenthesize.ts'

/** The new texts of a file and its source map, by path; none where nothing changes. */
export interface Rewritten {
  readonly texts: ReadonlyMap<string, string>
  readonly functions: number
}

/**
 * Puts functions of a file in parentheses and moves its source map along, which is inline, in a file, or absent.
 *
 * @param called The spans of the functions, as `start-end`.
 * @throws Error that says why the file cannot be changed.
 */
export async function rewrite(file: string, called: ReadonlySet<string>, parse: Parse): Promise<Rewritten> {
  const bytes = await readFile(file)
  const text = bytes.toString()
  if (!Buffer.from(text).equals(bytes)) throw new Error('the file is not UTF-8')
  // V8 counts without the byte order mark.
  const code = withoutMark(text)
  const insertions = parentheses(code, called, parse)
  const texts = new Map<string, string>()
  if (insertions.length === 0) return { texts, functions: 0 }

  let changed = text.slice(0, text.length - code.length) + insert(code, insertions)
  const [, url = `${pathToFileURL(file)}.map`] = /\/\/[#@] sourceMappingURL=([^\s'"`]+)\s*$/.exec(code) ?? []
  const { protocol, href } = new URL(url, pathToFileURL(file))
  if (protocol === 'data:') {
    const [head = '', body = ''] = url.split(/,(.*)/s)
    const encoding = head.endsWith(';base64') ? 'base64' : undefined
    const json = encoding ? Buffer.from(body, encoding).toString() : decodeURIComponent(body)
    const moved = shiftMap(json, code, insertions)
    const inline = encoding ? Buffer.from(moved).toString(encoding) : encodeURIComponent(moved)
    changed = `${changed.slice(0, changed.lastIndexOf(url))}${head},${inline}\n`
  } else if (protocol === 'file:') {
    const map = await readFile(fileURLToPath(href), 'utf8').catch(() => undefined)
    if (map !== undefined) texts.set(fileURLToPath(href), shiftMap(map, code, insertions))
  } else throw new Error(`the source map is elsewhere: ${url}`)
  return { texts: texts.set(file, changed), functions: insertions.length / 2 }
}

function shiftMap(json: string, code: string, insertions: readonly Insertion[]): string {
  const map: unknown = JSON.parse(withoutMark(json))
  if (!isObject(map) || typeof map.mappings !== 'string') throw new Error('the source map has no mappings of its own')
  return JSON.stringify({ ...map, mappings: shiftMappings(map.mappings, code, insertions) })
}

/** Replaces files, each in one step, once all new ones are there. */
export async function replaceFiles(texts: ReadonlyMap<string, string>): Promise<void> {
  const beside = [...texts].map(([file, text]) => ({ file, text, temporary: `${file}.${randomUUID()}.tmp` }))
  try {
    for (const { file, text, temporary } of beside) await writeFile(temporary, text, { flag: 'wx', mode: (await stat(file)).mode })
    for (const { file, temporary } of beside) await rename(temporary, file)
  } finally {
    await Promise.all(beside.map(({ temporary }) => rm(temporary, { force: true })))
  }
}
