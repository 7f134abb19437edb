import { styleText } from 'node:util'
import { escapeText } from './text.ts'

/** How a part of a line is shown. */
export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan'

/** A part of a line, with or without a style. */
export type Part = string | { readonly style: Style; readonly text: string }

/** One line of output, without its line break. Its text may come from anywhere: it is escaped when it is written. */
export type Line = Part | readonly Part[]

/** What a command may use of the process. Nothing else writes to the terminal, so nothing reaches it unescaped. */
export interface Io {
  /** Writes lines to standard output; done when there is room for more. */
  readonly out: (lines: readonly Line[]) => Promise<void>
  /** Writes lines to standard error. */
  readonly err: (lines: readonly Line[]) => void
  /** Draws a line on standard error in place of the one that was drawn before. An empty text erases it. */
  readonly redraw: (text: string) => void
  /** Whether a person watches standard error. */
  readonly errIsTerminal: boolean
  /** Opens standard input. */
  readonly input: () => AsyncIterable<string>
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The working folder. */
  readonly folder: string
  /** Aborted when the command must end. */
  readonly signal: AbortSignal
}

/** Exit codes, as the help says them. */
export const EXIT = { fine: 0, unexpected: 1, usage: 2 } as const

/** The exit codes of a command that a signal ended: 128 and the number of the signal, as shells do. */
export const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const

const ERASE_LINE = '\r\u001b[2K'

/** Gives a part of a line a style, which shows on terminals only. */
export function createPart(style: Style, text: string): Part {
  return { style, text }
}

/** Returns the text of a line without its styles. */
export function toLineText(line: Line): string {
  return toParts(line)
    .map((part) => (typeof part === 'string' ? part : part.text))
    .join('')
}

/** Splits a text of several lines, such as what a command printed, into indented lines. */
export function indentLines(text: string): readonly string[] {
  return text.split(/\r?\n/).map((line) => `  ${line}`)
}

/**
 * Renders lines for a stream. Escape sequences and line breaks come from here alone; in the text of the lines they are escaped.
 *
 * @example
 * renderLines([['a ', styled('red', 'b\n')]], stream) // 'a b\\n\n' where the stream is no terminal
 */
export function renderLines(lines: readonly Line[], stream: NodeJS.WritableStream): string {
  const render = (part: Part): string =>
    typeof part === 'string' ? escapeText(part) : styleText(part.style, escapeText(part.text), { stream })
  return lines.map((line) => `${toParts(line).map(render).join('')}\n`).join('')
}

/** Renders a line that replaces the one the cursor is on. */
export function renderRedrawn(text: string): string {
  return `${ERASE_LINE}${escapeText(text)}`
}

function toParts(line: Line): readonly Part[] {
  return typeof line === 'string' || 'style' in line ? [line] : line
}

/** Passes on what a generator yields until a signal says that it is enough, even while the next is being waited for. */
export async function* readUntilAborted<V>(source: AsyncGenerator<V>, signal: AbortSignal): AsyncGenerator<V> {
  while (!signal.aborted) {
    const next = await raceNext(source, signal)
    if (next === undefined || next.done) return
    yield next.value
  }
}

// Racing one long-lived promise of the abortion would keep everything that was ever yielded in memory.
function raceNext<V>(source: AsyncGenerator<V>, signal: AbortSignal): Promise<IteratorResult<V> | undefined> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => resolve(undefined)
    signal.addEventListener('abort', aborted, { once: true })
    const settled = (): void => signal.removeEventListener('abort', aborted)
    source.next().then(resolve, reject).finally(settled)
  })
}
