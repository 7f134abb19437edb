import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { splitLines, withoutMark } from '../../shared/lines.ts'
import { findEventFiles, STDIN } from '../lib/event-files.ts'
import { type Found, readRecords, readText } from './log-records.ts'

/** The content of an event file, or of a part of it. */
export interface ReadEvent {
  /** The file's path, or `-` for standard input. */
  readonly file: string
  /** The number of the event's first line, from 1. Null if the file is one JSON value or one event. */
  readonly line: number | null
  /** The event's position in a JSON array, or in the `events` of the AWS CLI, from 1. Absent for a single event. */
  readonly item?: number
  /** The parsed JSON, which may be any value. Absent if the file or line is unreadable. */
  readonly event?: unknown
  /** Explains why the file or line is unreadable. Absent if it is readable. */
  readonly unreadable?: string
}

/** The text of a file or of standard input, in chunks. */
type Text = AsyncIterable<string>

/**
 * Yields the events of the paths one by one. Also yields an event that cannot be read, with the error message. A text may be JSON,
 * one event a line, a log, or an event as `console.log` prints it.
 */
export async function* readEvents(paths: readonly string[], stdin: () => Text): AsyncGenerator<ReadEvent> {
  for await (const file of findEventFiles(paths)) {
    if (file === STDIN) yield* readLines(file, stdin())
    else if (file.endsWith('.json')) yield* await readWhole(file)
    else yield* readLines(file, createReadStream(file, 'utf8'))
  }
}

/** Returns true if an event has a file of its own, which may have an expectation beside it. */
export function isWholeFile({ file, line, item }: Pick<ReadEvent, 'file' | 'line'> & { readonly item?: number | null }): boolean {
  return file !== STDIN && line === null && (item ?? null) === null
}

async function* readLines(file: string, chunks: Text): AsyncGenerator<ReadEvent> {
  let lines = 0
  let events = 0
  try {
    for await (const { line, found } of readRecords(splitLines(chunks))) {
      lines += 1
      events += found.length
      for (const each of found) yield toReadEvent(file, line, each)
    }
    if (lines > 0 && events === 0) yield { file, line: null, unreadable: 'the log contains no event of a user pool trigger' }
  } catch (error) {
    yield { file, line: null, unreadable: error instanceof Error ? error.message : String(error) }
  }
}

/** Reads a file as one JSON value, or as one value in the notation of `console.log`. If it is neither, reads its lines. */
async function readWhole(file: string): Promise<readonly ReadEvent[]> {
  let text: string
  try {
    text = withoutMark(await readFile(file, 'utf8'))
  } catch (error) {
    return [{ file, line: null, unreadable: error instanceof Error ? error.message : String(error) }]
  }
  const whole = readText(text, false).map((found) => toReadEvent(file, null, found))
  const isValue = /^\s*[{[]/.test(text)
  if (isValue && whole.length > 0 && whole.every(({ unreadable }) => unreadable === undefined)) return whole
  const lines: ReadEvent[] = []
  for await (const each of readLines(file, toChunks(text))) lines.push(each)
  // If no line is an event, the message about the whole file is better, because it names the position in the file.
  return lines.length === 0 || (isValue && whole.length > 0 && lines.every(({ event }) => event === undefined)) ? whole : lines
}

async function* toChunks(text: string): Text {
  yield text
}

function toReadEvent(file: string, line: number | null, { item, event, unreadable }: Found): ReadEvent {
  return { file, line, ...(item !== undefined && { item }), ...(unreadable === undefined ? { event } : { unreadable }) }
}
