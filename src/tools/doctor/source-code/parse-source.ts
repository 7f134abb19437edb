import { SourceMap } from 'node:module'
import { extname } from 'node:path'
import { getLineInfo, type Options, type Program, parse } from 'acorn'
import { MissingPeerError } from '../../lib/errors.ts'
import { importPeer } from '../../lib/import-peer.ts'

/** The syntax tree of a source file. */
export interface ParsedSource {
  readonly program: Program
  /** Returns the line number of a node in the source file, from 1. */
  readonly findLine: (node: { readonly start: number }) => number
}

/** The reason why a source cannot be parsed. */
export interface ParseFailure {
  readonly reason: string
  /** True if the source has a syntax error, so that Lambda cannot load it either. */
  readonly isSyntaxError: boolean
}

// A larger file would take seconds to check. Lambda's limit for inline code is 4 MB, and bundles of handlers are smaller.
const MOST_CHARACTERS = 8_000_000

/**
 * Parses JavaScript, or TypeScript with esbuild.
 *
 * @param file The file's name. Its extension decides if the source is TypeScript.
 * @returns A failure if the source cannot be parsed.
 */
export async function parseSource(file: string, text: string): Promise<ParsedSource | ParseFailure> {
  if (text.length > MOST_CHARACTERS) return { reason: 'the file is too large', isSyntaxError: false }
  try {
    if (/^\.[cm]?tsx?$/.test(extname(file))) return await parseTypeScript(file, text)
    return { program: parseJavaScript(text), findLine: ({ start }) => getLineInfo(text, start).line }
  } catch (error) {
    if (error instanceof MissingPeerError) return { reason: error.message, isSyntaxError: false }
    if (error instanceof RangeError) return { reason: 'the code is nested too deeply', isSyntaxError: false }
    return { reason: `the file has a syntax error: ${describeSyntaxError(error)}`, isSyntaxError: true }
  }
}

function describeSyntaxError(error: unknown): string {
  // esbuild's message has a first line with the number of errors. The second line has the place and the first error.
  const [first = '', second = first] = (error instanceof Error ? error.message : String(error)).split('\n')
  return second
}

async function parseTypeScript(file: string, text: string): Promise<ParsedSource> {
  const { transform } = await importPeer('esbuild', 'to read a TypeScript handler', () => import('esbuild'))
  const { code, map } = await transform(text, {
    loader: file.endsWith('x') ? 'tsx' : 'ts',
    sourcemap: 'external',
    sourcefile: file,
    logLevel: 'silent',
  })
  const lines = new SourceMap(JSON.parse(map))
  return {
    program: parseJavaScript(code),
    findLine({ start }) {
      const { line, column } = getLineInfo(code, start)
      const entry = lines.findEntry(line - 1, column)
      return 'originalLine' in entry ? entry.originalLine + 1 : line
    },
  }
}

/** Parses an ES module or CommonJS. Lambda also decides by the syntax if no package.json decides. */
function parseJavaScript(text: string): Program {
  const options: Options = { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true }
  try {
    return parse(text, options)
  } catch (error) {
    try {
      return parse(text, { ...options, sourceType: 'script', allowReturnOutsideFunction: true })
    } catch {
      throw error
    }
  }
}
