import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { splitLines, withoutMark } from '../../shared/lines.ts'
import { findEventFiles, isNdjson, STDIN } from '../lib/event-files.ts'
import { DEEPEST, isTooDeep } from '../lib/json.ts'

/** Something that was read where an event should be. */
export interface ReadEvent {
  /** As it was named or found; `-` for standard input. */
  readonly file: string
  /** Counted from 1 where a file holds one event a line, else null. */
  readonly line: number | null
  /** What the JSON holds, which need not be an event; absent where it cannot be read. */
  readonly event?: unknown
  /** Why it cannot be read. */
  readonly unreadable?: string
}

/** Text, in pieces. */
type Text = AsyncIterable<string>

/** Reads events one after the other. Nothing is lost: what cannot be read is yielded with the reason. */
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

/** One event a line, or a single event over many lines, as tools print it: then its first line is a lone brace. */
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
    return isTooDeep(event) ? { unreadable: `nested more than ${DEEPEST} levels deep, as no event of Cognito is` } : { event }
  } catch (error) {
    return { unreadable: `not JSON: ${toMessage(error)}` }
  }
}

function toMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
