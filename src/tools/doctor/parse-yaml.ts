import { createReadStream } from 'node:fs'
import { Composer, CST, type Document, Lexer, LineCounter, Parser } from 'yaml'
import { UsageError } from '../lib/errors.ts'

/** CloudFormation takes no larger template, in bytes. */
const MOST_BYTES = 1 << 20
/** How deep a template may be nested. CloudFormation's own limit is lower. */
export const DEEPEST = 200

// The densest template of the largest size has fewer. The parser's time grows with the square of the entries of one list.
const MOST_TOKENS = 400_000
const MOST_ENTRIES = 20_000

/** A document, with the lines of its text. */
export interface Parsed {
  readonly document: Document.Parsed
  readonly lines: LineCounter
}

/**
 * Parses the first document of a JSON or YAML text, within limits that keep it below a few seconds whatever the text is.
 *
 * @param file Its name, for the error.
 * @throws UsageError when the text is neither JSON nor YAML, or is beyond the limits.
 */
export function parseYaml(file: string, text: string): Parsed {
  if (Buffer.byteLength(text) > MOST_BYTES) throw new UsageError(describeTooLarge(file))
  const lines = new LineCounter()
  // The library compares each key with each other one to find equal ones, and copies the line into each of its messages.
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false })
  for (const document of composer.compose(readTokens(file, text, lines), true, text.length)) {
    const [error] = document.errors
    if (error === undefined) return { document, lines }
    const { line, col } = lines.linePos(error.pos[0])
    throw new UsageError(`${file}: neither JSON nor YAML: ${error.message} (line ${line}, column ${col})`)
  }
  throw new UsageError(`${file}: neither JSON nor YAML: it is empty`)
}

/** The refusal of a file above the largest size. */
function describeTooLarge(file: string): string {
  return `${file}: larger than ${MOST_BYTES} bytes; CloudFormation takes no larger template`
}

function* readTokens(file: string, text: string, lines: LineCounter): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine)
  lines.addNewLine(0)
  let tokens = 0
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme)
    tokens += 1
    // Checked before the composer recurses into it.
    if (tokens > MOST_TOKENS || parser.stack.length > DEEPEST || isTooLong(parser.stack.at(-1))) throw createTooMuchError(file)
  }
  yield* parser.end()
}

/** The refusal of what no template has. */
export function createTooMuchError(file: string): UsageError {
  return new UsageError(
    `${file}: too large or too deep for a template; expected at most ${DEEPEST} levels and ${MOST_ENTRIES} entries in one list or map`,
  )
}

function isTooLong(token: CST.Token | undefined): boolean {
  if (token === undefined || !CST.isCollection(token)) return false
  const properties = token.items.at(-1)?.start ?? []
  return token.items.length > MOST_ENTRIES || properties.length > MOST_ENTRIES
}

/**
 * Reads a file that a template or a configuration may be. Of one that is too large, or has no end, no more is read.
 *
 * @param shown Its name, for the error.
 * @throws UsageError when it is larger than any template.
 */
export async function readLimited(path: string, shown: string): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of createReadStream(path, { end: MOST_BYTES })) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  if (bytes.length > MOST_BYTES) throw new UsageError(describeTooLarge(shown))
  return bytes.toString('utf8')
}
