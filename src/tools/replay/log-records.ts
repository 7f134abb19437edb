import type { Line } from '../../shared/lines.ts'
import { isObject } from '../../shared/rules/invocation.ts'
import { NotationError, parseNotation } from '../lib/inspect-notation.ts'
import { DEEPEST, isTooDeep } from '../lib/json.ts'

/** An event in a text, or the reason why a part of the text is unreadable. */
export interface Found {
  /** The position in a JSON array, or in the `events` of the AWS CLI, from 1. Absent for a single event. */
  readonly item?: number
  /** The parsed JSON, which may be any value. */
  readonly event?: unknown
  readonly unreadable?: string
}

/** A value of one or more lines. */
export interface LogRecord {
  /** The number of its first line, from 1. */
  readonly line: number
  readonly found: readonly Found[]
}

// The start of a line of CloudWatch Logs: a date, or a report of Lambda's runtime.
const LOG_LINE = /^(?:\d{4}[-/]\d\d[-/]\d\d[T /]|(?:START|END|REPORT|INIT_START|INIT_REPORT|XRAY) )/
// Also matches an escape outside a string, so that a line of many escaped quotes is scanned only once.
const STRINGS = /\\.|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`/g
const OPENING = /[{[]$/
// A message of Lambda's JSON format is at most two levels below the answer of the AWS CLI.
const MOST_LEVELS = 4
const ADVICE = 'Log the event with console.log(JSON.stringify(event))'

/** Groups lines into values: one value a line, or a value whose first line ends with an opening bracket. Yields what each value holds. */
export async function* readRecords(lines: AsyncIterable<Line> | Iterable<Line>): AsyncGenerator<LogRecord> {
  let open: { readonly line: number; readonly texts: string[]; depth: number } | undefined
  for await (const { number, text } of lines) {
    // A new log line ends a value that is still incomplete.
    if (open !== undefined && LOG_LINE.test(text)) {
      yield toRecord(open.line, open.texts.join('\n'))
      open = undefined
    }
    if (open !== undefined) {
      open.texts.push(text)
      open.depth += countDepth(text)
    } else if (OPENING.test(text)) open = { line: number, texts: [text], depth: countDepth(text.slice(findStart(text))) }
    else yield toRecord(number, text)
    if (open !== undefined && open.depth <= 0) {
      yield toRecord(open.line, open.texts.join('\n'))
      open = undefined
    }
  }
  if (open !== undefined) yield toRecord(open.line, open.texts.join('\n'))
}

function countDepth(text: string): number {
  const bare = text.replaceAll(STRINGS, '')
  return (bare.match(/[{[]/g)?.length ?? 0) - (bare.match(/[\]}]/g)?.length ?? 0)
}

function toRecord(line: number, text: string): LogRecord {
  return { line, found: readText(text, false) }
}

/**
 * Reads the events in a text: a JSON value, an object as `console.log` prints it, or a log line that ends with one of them.
 *
 * @param logged True if the text is a log message. Then anything but an event is left out.
 */
export function readText(text: string, logged: boolean, level: number = 0): readonly Found[] {
  if (text.trim() === '') return logged ? [] : [{ unreadable: 'empty' }]
  const json = tryJson(text)
  if ('value' in json) return readValue(json.value, logged, level)
  const start = findStart(text)
  const isLog = logged || LOG_LINE.test(text)
  if (start === -1) return isLog ? [] : [{ unreadable: `not JSON: ${json.error}` }]
  try {
    const { value, end } = parseNotation(text, start)
    const rest = text.slice(end).trim()
    if (rest === '') return readValue(value, isLog, level)
    if (isLog) return isEvent(value) ? readValue(value, true, level) : []
  } catch (error) {
    if (!(error instanceof NotationError)) throw error
    // A log has many objects that are not events, so a message about such an object would not help.
    if (isLog && !text.includes('triggerSource')) return []
    if (error.cutOff) return [{ unreadable: `the event was ${error.message}. ${ADVICE}` }]
    if (isLog) return [{ unreadable: `the event is incomplete: ${error.message}. ${ADVICE}` }]
  }
  return [{ unreadable: `not JSON: ${json.error}` }]
}

function tryJson(text: string): { readonly value: unknown } | { readonly error: string } {
  try {
    return { value: JSON.parse(text) }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

/** Returns the position of the first `{`, or 0 if the text begins with `[`. Returns -1 if the text has neither. */
function findStart(text: string): number {
  return text.startsWith('[') ? 0 : text.indexOf('{')
}

/** Returns the events in a JSON value: in an array, in an answer of the AWS CLI, or in a line of Lambda's JSON format. */
export function readValue(value: unknown, logged: boolean, level: number = 0): readonly Found[] {
  if (isTooDeep(value)) return [{ unreadable: `nested more than ${DEEPEST} levels deep, unlike any Cognito event` }]
  if (level > MOST_LEVELS || isEvent(value)) return [{ event: value }]
  if (Array.isArray(value) && value.length > 0) return numberItems(value, logged, level)
  if (isObject(value)) {
    const { events, message = value['@message'], type } = value
    if (Array.isArray(events) && events.some((each) => isObject(each) && 'message' in each)) return numberItems(events, true, level)
    if (typeof type === 'string' && type.startsWith('platform.')) return []
    if (typeof message === 'string') return readText(message, true, level + 1)
    if (isObject(message)) return readValue(message, true, level + 1)
  }
  return logged ? [] : [{ event: value }]
}

function numberItems(items: readonly unknown[], logged: boolean, level: number): readonly Found[] {
  return items.flatMap((item, index) => {
    const found = typeof item === 'string' ? readText(item, true, level + 1) : readValue(item, logged, level + 1)
    return found.map((each) => ({ ...each, item: index + 1 }))
  })
}

/** Returns true for an event of a trigger. Handlers log objects that have only a `triggerSource`, such as their decision. */
function isEvent(value: unknown): boolean {
  return isObject(value) && typeof value.triggerSource === 'string' && isObject(value.request)
}
