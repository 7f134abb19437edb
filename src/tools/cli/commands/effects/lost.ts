import { EFFECT_LOST } from '../../../../shared/lambda/report.ts'
import type { Line } from '../../../../shared/lines.ts'
import type { LostEffect } from '../../../../shared/rules/errors.ts'
import { isObject } from '../../../../shared/rules/invocation.ts'
import { tryParseJson } from '../../../lib/json.ts'

/** What a log line says of a lost effect. */
export type LostLine = { readonly kind: 'lost'; readonly effect: LostEffect } | { readonly kind: 'unreadable'; readonly number: number }

// How the AWS CLI's `logs tail` and an export to S3 begin a line: a time, and with `tail` the name of the log stream.
const PREFIX = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?\s+(?:\d{4}\/\d\d\/\d\d\/[\w-]*\[[\w$-]+\][\da-f]+\s+)?(?=\{)/

// An event as CloudWatch's API describes it, and no log line of a program.
const EVENT_FIELDS: readonly string[] = ['timestamp', 'ingestionTime', 'message', 'eventId', 'logStreamName']

/**
 * Finds the lines by which handlers tell of effects that no ledger knows. Such a line is one JSON object, and nothing else: in any
 * other line, and in a text inside an object, a user may have written the same words.
 *
 * The lines may have the prefix of `aws logs tail` or of an export to S3, or be events of CloudWatch's API. Where the input begins
 * with a lone bracket, it is what the AWS CLI prints with `--output json`: a document of such events, or of lines as JSON texts.
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

/** A text that is not all JSON is a log like any other, that begins with something printed over several lines. */
function* readDocuments(lines: readonly Line[]): Generator<LostLine> {
  const documents = splitDocuments(lines).map((document) => ({
    ...document,
    // The AWS CLI prints no events in one line, so this is a line of a log.
    isLine: !document.text.includes('\n'),
    value: tryParseJson(document.text),
  }))
  if (documents.some(({ value }) => value === undefined)) for (const line of lines) yield* readLogLine(line)
  else for (const document of documents) yield* document.isLine ? readLogLine(document) : readDocument(document)
}

function* readDocument({ number, value }: { readonly number: number; readonly value?: unknown }): Generator<LostLine> {
  // Only a list that is the whole document holds lines as texts. Elsewhere a text may come from a user.
  if (Array.isArray(value)) for (const each of value) yield* readLogEvent(each, number)
  else for (const each of toLogEvents(value)) if (isObject(each)) yield* readLogEvent(each, number)
}

/** One or more documents, the output of one call after the other. Brackets that span lines stand at the ends of lines. */
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
  // A program may log an object with a time and a message of a user, but not the time at which CloudWatch took it.
  const isEvent = isObject(value) && typeof value.timestamp === 'number' && typeof value.ingestionTime === 'number'
  yield* isEvent ? readLogEvent(value, number) : readLogObject(value, number)
}

/** What a document has in place of a line: the text of the line, an event with that text, or the line's own object. */
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

/** Undefined for an object that tells of something else. */
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
