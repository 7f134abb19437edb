import { EFFECT_LOST } from '../../../../shared/lambda/report.ts'
import type { Line } from '../../../../shared/lines.ts'
import type { LostEffect } from '../../../../shared/rules/errors.ts'
import { isObject } from '../../../../shared/rules/invocation.ts'
import { tryParseJson } from '../../../lib/json.ts'

/** A lost effect from a log, or the number of a line that mentions a lost effect but cannot be read. */
export type LostLine = { readonly kind: 'lost'; readonly effect: LostEffect } | { readonly kind: 'unreadable'; readonly number: number }

// The prefix of a line in an export to S3 (a time) and in `aws logs tail` (a time and the name of the log stream).
const PREFIX = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?\s+(?:\d{4}\/\d\d\/\d\d\/[\w-]*\[[\w$-]+\][\da-f]+\s+)?(?=\{)/

// The fields of a log event in CloudWatch's API. An object that has any other field is not a log event but a log line of a program.
const EVENT_FIELDS: readonly string[] = ['timestamp', 'ingestionTime', 'message', 'eventId', 'logStreamName']

/**
 * Finds the log lines in which handlers report effects that they could not write to the ledger. Such a line is exactly one JSON
 * object. Ignores other lines, and strings inside an object, because a user may have written their text.
 *
 * A line may have the prefix of `aws logs tail` or of an export to S3, or be a log event of CloudWatch's API. If the first line is a
 * lone bracket, reads the input as the output of the AWS CLI with `--output json`: log events, or log lines as strings.
 */
export async function* readLostEffects(lines: AsyncIterable<Line>): AsyncGenerator<LostLine> {
  let printed: Line[] | undefined
  let isFirst = true
  for await (const line of lines) {
    if (isFirst && (line.text === '{' || line.text === '[')) printed = []
    isFirst = false
    if (printed === undefined) yield* readLogLine(line)
    else printed.push(line)
  }
  if (printed !== undefined) yield* readDocuments(printed)
}

/** Reads the input as JSON documents. If a document is not valid JSON, reads the whole input line by line instead. */
function* readDocuments(lines: readonly Line[]): Generator<LostLine> {
  const documents = splitDocuments(lines).map((document) => ({
    ...document,
    // A document on a single line is a log line, because the AWS CLI never prints events on a single line.
    isLine: !document.text.includes('\n'),
    value: tryParseJson(document.text),
  }))
  if (documents.some(({ value }) => value === undefined)) for (const line of lines) yield* readLogLine(line)
  else for (const document of documents) yield* document.isLine ? readLogLine(document) : readDocument(document)
}

function* readDocument({ number, value }: { readonly number: number; readonly value?: unknown }): Generator<LostLine> {
  // Only a top-level list contains log lines as strings. Any other string may come from a user.
  if (Array.isArray(value)) for (const each of value) yield* readLogEvent(each, number)
  else for (const each of toLogEvents(value)) if (isObject(each)) yield* readLogEvent(each, number)
}

/** Splits the output of several AWS CLI calls into documents. Counts the brackets that end or start a line. */
function splitDocuments(lines: readonly Line[]): readonly Line[] {
  const documents: Line[] = []
  let held: Line[] = []
  let depth = 0
  for (const line of lines) {
    held.push(line)
    depth += (/[[{]$/.test(line.text) ? 1 : 0) - (/^[\]}]/.test(line.text) ? 1 : 0)
    if (depth > 0) continue
    documents.push(joinLines(held))
    held = []
  }
  return held.length === 0 ? documents : [...documents, joinLines(held)]
}

function joinLines(lines: readonly Line[]): Line {
  return { number: lines[0]?.number ?? 0, text: lines.map(({ text }) => text).join('\n') }
}

function toLogEvents(document: unknown): readonly unknown[] {
  return isObject(document) && Array.isArray(document.events) ? document.events : [document]
}

function* readLogLine({ number, text }: Line): Generator<LostLine> {
  if (!text.includes(EFFECT_LOST)) return
  const value = tryParseJson(text.replace(PREFIX, ''))
  // Only CloudWatch adds `ingestionTime`. An object without this field is a log line of a program, and a user may have written its message.
  const isEvent = isObject(value) && typeof value.timestamp === 'number' && typeof value.ingestionTime === 'number'
  yield* isEvent ? readLogEvent(value, number) : readLogObject(value, number)
}

/** Reads an entry of a document: a log line as a string, a log event whose message is a log line, or the object of a log line. */
function* readLogEvent(event: unknown, number: number): Generator<LostLine> {
  const line = typeof event === 'string' ? event : findMessage(event)
  if (line?.includes(EFFECT_LOST)) yield* readLogObject(tryParseJson(line), number)
  else if (line === undefined && isObject(event)) yield* readLogObject(event, number)
}

function findMessage(value: unknown): string | undefined {
  if (!isObject(value) || !Object.keys(value).every((field) => EVENT_FIELDS.includes(field))) return undefined
  return typeof value.message === 'string' ? value.message : undefined
}

function* readLogObject(value: unknown, number: number): Generator<LostLine> {
  const effect = isObject(value) ? parseLostEffect(value) : 'unreadable'
  if (effect === 'unreadable') yield { kind: 'unreadable', number }
  else if (effect !== undefined) yield { kind: 'lost', effect }
}

/** Parses the log line of a lost effect. Returns undefined for any other log line. */
function parseLostEffect(value: Readonly<Record<string, unknown>>): LostEffect | 'unreadable' | undefined {
  if (value.message !== EFFECT_LOST) return undefined
  const { userPoolId, sub, effect, token, triggerSource, appClient } = value
  const isWhole = isText(userPoolId) && isText(sub) && isText(effect) && isText(token)
  if (!isWhole) return 'unreadable'
  return { userPoolId, sub, effect, token, ...(isText(triggerSource) && { triggerSource }), ...(isText(appClient) && { appClient }) }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
