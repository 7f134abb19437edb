import { styleText } from 'node:util'
import { escapeText } from './text.ts'

/** The colour or weight of a part of a line. */
export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan'

/** A part of a line, with or without a style. */
export type Part = string | { readonly style: Style; readonly text: string }

/** One line of output, without its line break. Its text may hold untrusted characters: rendering escapes them. */
export type Line = Part | readonly Part[]

/** The parts of the process that a command may use. Commands write only through this interface, so all output is escaped. */
export interface Io {
  /** Writes lines to standard output. Resolves when the stream accepts more. */
  readonly out: (lines: readonly Line[]) => Promise<void>
  /** Writes lines to standard error. */
  readonly err: (lines: readonly Line[]) => void
  /** Replaces the current line on standard error. An empty text erases the line. */
  readonly redraw: (text: string) => void
  /** True if standard error is a terminal. */
  readonly errIsTerminal: boolean
  /** Opens standard input. */
  readonly input: () => AsyncIterable<string>
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The working directory. */
  readonly folder: string
  /** Aborted when the command must end. */
  readonly signal: AbortSignal
}

/** The exit codes that each command's help documents. */
export const EXIT = { fine: 0, unexpected: 1, usage: 2 } as const

/** The exit codes after a signal: 128 plus the signal's number, as in a shell. */
export const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const

const ERASE_LINE = '\r\u001b[2K'

/** Creates a part of a line with a style. Only terminals show the style. */
export function createPart(style: Style, text: string): Part {
  return { style, text }
}

/** Returns the text of a line without its styles. */
export function toLineText(line: Line): string {
  return toParts(line)
    .map((part) => (typeof part === 'string' ? part : part.text))
    .join('')
}

/** Splits a text at its line breaks and indents each line. */
export function indentLines(text: string): readonly string[] {
  return text.split(/\r?\n/).map((line) => `  ${line}`)
}

/**
 * Renders lines for a stream. Escapes control characters in the text, so only this function adds line breaks and colours.
 *
 * @example
 * renderLines([['a ', createPart('red', 'b\n')]], file) // 'a b\\n\n'
 */
export function renderLines(lines: readonly Line[], stream: NodeJS.WritableStream): string {
  const render = (part: Part): string =>
    typeof part === 'string' ? escapeText(part) : styleText(part.style, escapeText(part.text), { stream })
  return lines.map((line) => `${toParts(line).map(render).join('')}\n`).join('')
}

/** Renders a line that replaces the line at the cursor. */
export function renderRedrawn(text: string): string {
  return `${ERASE_LINE}${escapeText(text)}`
}

function toParts(line: Line): readonly Part[] {
  return typeof line === 'string' || 'style' in line ? [line] : line
}

/** Yields the values of a generator until the signal is aborted, even if the next value is still pending. */
export async function* readUntilAborted<V>(source: AsyncGenerator<V>, signal: AbortSignal): AsyncGenerator<V> {
  while (!signal.aborted) {
    const next = await raceNext(source, signal)
    if (next === undefined || next.done) return
    yield next.value
  }
}

// Adds one abort listener for each value. Promise.race with a single promise would keep every yielded value in memory.
function raceNext<V>(source: AsyncGenerator<V>, signal: AbortSignal): Promise<IteratorResult<V> | undefined> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => resolve(undefined)
    signal.addEventListener('abort', aborted, { once: true })
    const settled = (): void => signal.removeEventListener('abort', aborted)
    source.next().then(resolve, reject).finally(settled)
  })
}
