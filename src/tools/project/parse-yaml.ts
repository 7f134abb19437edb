import { createReadStream } from 'node:fs'
import { Composer, CST, type Document, Lexer, LineCounter, Parser } from 'yaml'
import { UsageError } from '../lib/errors.ts'

/** CloudFormation's limit for a template, in bytes. */
const MOST_BYTES = 1 << 20
/** The deepest nesting that doctor accepts. CloudFormation's own limit is lower. */
export const DEEPEST = 200

// The maximum number of tokens in a file. Even a dense template of 1 MB has fewer.
const MOST_TOKENS = 400_000
// The limit for the entries of one list or map, because the parser needs quadratic time for them.
const MOST_ENTRIES = 20_000

/** A YAML document, and a counter that maps offsets in its text to lines. */
export interface Parsed {
  readonly document: Document.Parsed
  readonly lines: LineCounter
}

/**
 * Parses the first document of a JSON or YAML text. Limits on the size keep the time below a few seconds for any input.
 *
 * @param file The file's name, for error messages.
 * @throws UsageError when the text is not valid JSON or YAML, or exceeds the limits.
 */
export function parseYaml(file: string, text: string): Parsed {
  if (Buffer.byteLength(text) > MOST_BYTES) throw new UsageError(describeTooLarge(file))
  const lines = new LineCounter()
  // Disables two slow options: `uniqueKeys` takes quadratic time, and `prettyErrors` copies the whole line into each message.
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false })
  for (const document of composer.compose(readTokens(file, text, lines), true, text.length)) {
    const [error] = document.errors
    if (error === undefined) return { document, lines }
    const { line, col } = lines.linePos(error.pos[0])
    throw new UsageError(`${file}: invalid JSON or YAML: ${error.message} (line ${line}, column ${col})`)
  }
  throw new UsageError(`${file}: invalid JSON or YAML: the file is empty`)
}

function describeTooLarge(file: string): string {
  return `${file}: larger than ${MOST_BYTES} bytes, the limit of CloudFormation for a template`
}

function* readTokens(file: string, text: string, lines: LineCounter): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine)
  lines.addNewLine(0)
  let tokens = 0
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme)
    tokens += 1
    // Checks the limits here, because the composer recurses into the tokens, and could overflow the stack.
    if (tokens > MOST_TOKENS || parser.stack.length > DEEPEST || isTooLong(parser.stack.at(-1))) throw createTooMuchError(file)
  }
  yield* parser.end()
}

/** Creates the error for a file that has more entries or levels than any template. */
export function createTooMuchError(file: string): UsageError {
  return new UsageError(
    `${file}: too large or nested too deeply; expected at most ${DEEPEST} levels, and ${MOST_ENTRIES} entries in one list or map`,
  )
}

function isTooLong(token: CST.Token | undefined): boolean {
  if (token === undefined || !CST.isCollection(token)) return false
  const properties = token.items.at(-1)?.start ?? []
  return token.items.length > MOST_ENTRIES || properties.length > MOST_ENTRIES
}

/**
 * Reads a template or configuration. Stops at CloudFormation's size limit, so an endless file such as /dev/zero is safe.
 *
 * @param shown The file's name, for error messages.
 * @throws UsageError when the file is larger than CloudFormation's limit for a template.
 */
export async function readLimited(path: string, shown: string): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of createReadStream(path, { end: MOST_BYTES })) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  if (bytes.length > MOST_BYTES) throw new UsageError(describeTooLarge(shown))
  return bytes.toString('utf8')
}

/**
 * Reads a template or configuration, like {@link readLimited}.
 *
 * @throws UsageError also when the file is missing or is a folder.
 */
export async function readTemplateText(path: string, shown: string): Promise<string> {
  return readLimited(path, shown).catch((error: NodeJS.ErrnoException) => {
    if (error instanceof UsageError) throw error
    if (error.code === 'ENOENT') throw new UsageError(`${shown}: no such file`)
    throw new UsageError(`${shown}: ${error.code === 'EISDIR' ? 'is a folder, not a file' : error.message}`)
  })
}
