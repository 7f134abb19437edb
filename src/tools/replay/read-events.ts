import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { splitLines, withoutMark } from '../../shared/lines.ts'
import { findEventFiles, isNdjson, STDIN } from '../lib/event-files.ts'
import { DEEPEST, isTooDeep } from '../lib/json.ts'

/** The content of an event file, or of one of its lines. */
export interface ReadEvent {
  /** The file's path, or `-` for standard input. */
  readonly file: string
  /** The line number, from 1. Null if the file holds a single event. */
  readonly line: number | null
  /** The parsed JSON, which may be any value. Absent if the file or line is unreadable. */
  readonly event?: unknown
  /** Explains why the file or line is unreadable. Absent if it is readable. */
  readonly unreadable?: string
}

/** The text of a file or of standard input, in chunks. */
type Text = AsyncIterable<string>

/** Yields the events of the paths one by one. Also yields an event that cannot be read, with the error message. */
export async function* readEvents(paths: readonly string[], stdin: () => Text): AsyncGenerator<ReadEvent> {
  for await (const file of findEventFiles(paths)) {
    if (file === STDIN) yield* readStdin(stdin())
    else if (isNdjson(file)) yield* readLines(file, createReadStream(file, 'utf8'))
    else yield await readWhole(file)
  }
}

async function* readLines(file: string, chunks: Text): AsyncGenerator<ReadEvent> {
  try {
    for await (const { number, text } of splitLines(chunks)) yield { file, line: number, ...parseEvent(text) }
  } catch (error) {
    yield { file, line: null, unreadable: toMessage(error) }
  }
}

async function readWhole(file: string): Promise<ReadEvent> {
  try {
    return { file, line: null, ...parseEvent(withoutMark(await readFile(file, 'utf8'))) }
  } catch (error) {
    return { file, line: null, unreadable: toMessage(error) }
  }
}

/** Reads one event a line. If a line is a lone `{`, that line and all lines after it are one pretty-printed event. */
async function* readStdin(stdin: Text): AsyncGenerator<ReadEvent> {
  const whole: string[] = []
  for await (const { number, text } of splitLines(stdin)) {
    if (whole.length > 0 || text === '{') whole.push(text)
    else yield { file: STDIN, line: number, ...parseEvent(text) }
  }
  if (whole.length > 0) yield { file: STDIN, line: null, ...parseEvent(whole.join('\n')) }
}

function parseEvent(text: string): Pick<ReadEvent, 'event' | 'unreadable'> {
  if (text.trim() === '') return { unreadable: 'empty' }
  try {
    const event: unknown = JSON.parse(text)
    return isTooDeep(event) ? { unreadable: `nested more than ${DEEPEST} levels deep, unlike any Cognito event` } : { event }
  } catch (error) {
    return { unreadable: `not JSON: ${toMessage(error)}` }
  }
}

function toMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
