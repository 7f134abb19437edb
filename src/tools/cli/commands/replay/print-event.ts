import { basename, dirname, resolve } from 'node:path'
import { parseTriggerName } from '../../../lib/find-trigger.ts'
import { isWholeFile } from '../../../replay/read-events.ts'
import type { Replayed, ReplayResult } from '../../../replay/replay.ts'
import { createPart, type Line, type Part, type Style } from '../../io.ts'
import { describeCallerView, formatCause, formatPath } from '../../print-result.ts'
import { escapeText, WIDTH, wrapText } from '../../text.ts'
import { describeMessages } from './print-messages.ts'

const LABEL_WIDTH = 34
const MIXED_WIDTH = 42
const MORE = '      '
const LONGEST_STRING = 80
const COLOURS = { proceed: 'green', denied: 'yellow', failed: 'red', 'not run': 'yellow' } as const

/** Formats the heading above the results of a folder, or of a file with many events. */
export function formatHeading({ result }: Replayed, folder: string): Line {
  const path = formatPath(folder, isWholeFile(result) ? dirname(resolve(folder, result.file)) : result.file)
  const trigger = findSharedTrigger(result)
  return trigger === undefined ? createPart('bold', path) : [createPart('bold', trigger), `  ${path}`]
}

/** Returns the trigger of a result, if the folder of the event has the name of the trigger. */
function findSharedTrigger(result: ReplayResult): string | undefined {
  const { file, trigger } = result
  const named = isWholeFile(result) ? parseTriggerName(basename(dirname(resolve(file)))) : undefined
  return named === trigger ? named : undefined
}

/** Returns true if a result differs from its expectation. Without an expectation, returns true if the handler or a rule failed. */
export function isUnexpected({ result: { expected, outcome, failedRules } }: Replayed): boolean {
  return expected === false || (expected === null && (outcome === 'failed' || (failedRules ?? []).length > 0))
}

/** Formats the result of one event. */
export function formatEvent(replayed: Replayed): readonly Line[] {
  const { result, mismatches, notStarted } = replayed
  const width = findSharedTrigger(result) === undefined ? MIXED_WIDTH : LABEL_WIDTH
  const label = formatLabel(replayed)
  const decision = result.outcome ?? 'not run'
  const start = ['  ', formatMark(replayed), ` ${label.padEnd(width)}  `, createPart(COLOURS[decision], decision.padEnd(7))]
  const room = WIDTH - (4 + Math.max(label.length, width) + 2 + 7 + 2)

  const why = escapeText(result.outcome === null ? `${result.error?.message}` : describeDecision(result))
  const updated = describeUpdate(replayed)
  const after = updated === undefined ? [] : formatContinuation(updated.text, updated.style)
  // The error of a handler that does not start is printed once per handler, and not for each event.
  if (result.outcome === null || notStarted !== undefined) return [...appendCell(start, why, room), ...after]
  const sees = `→ ${escapeText(describeCallerView(result))}`
  const oneLine = result.outcome === 'proceed' && why.length + 1 + sees.length <= room
  return [
    ...(oneLine ? [[...start, `  ${why === '' ? '' : `${why} `}`, createPart('dim', sees)]] : appendCell(start, why, room)),
    ...explainDecision(result).flatMap((text) => formatContinuation(text, 'yellow')),
    ...(oneLine ? [] : formatContinuation(sees)),
    ...describeAnswers(result).flatMap((text) => formatContinuation(text)),
    ...describeErrors(result).flatMap(({ text, style }) => formatContinuation(text, style)),
    ...mismatches.flatMap((text) => formatContinuation(text, 'red')),
    ...after,
  ]
}

/** Describes what `--update` did for an event. */
export function describeUpdate({ update }: Replayed): { readonly text: string; readonly style: Style } | undefined {
  if (update === undefined || update.state === 'unchanged') return undefined
  const name = basename(update.file)
  if (update.state === 'written') return { text: `wrote ${name}`, style: 'green' }
  return { text: `did not write ${name}, because a failure is not recorded unless the file expects it already`, style: 'yellow' }
}

/** Appends a text to a line, or puts the text on the next lines if it does not fit. */
function appendCell(start: readonly Part[], text: string, room: number): readonly Line[] {
  if (text === '') return [start]
  return text.length <= room ? [[...start, `  ${text}`]] : [start, ...formatContinuation(text)]
}

function formatContinuation(text: string, style: Style = 'dim'): readonly Line[] {
  return wrapText(text, MORE).map((line) => createPart(style, line))
}

function formatLabel({ result, time }: Replayed): string {
  const { line, item } = result
  const places = [...(line === null ? [] : [`line ${line}`]), ...(item === null ? [] : [`event ${item}`])]
  const name = isWholeFile(result) ? basename(result.file).replace(/\.json$/, '') : places.join(', ') || 'event'
  const trigger = result.trigger === null || findSharedTrigger(result) !== undefined ? '' : ` (${result.trigger})`
  return `${escapeText(name)}${trigger}${time > 1 ? ` #${time}` : ''}`
}

function formatMark(replayed: Replayed): Part {
  if (replayed.unreadable || isUnexpected(replayed)) return createPart('red', '✗')
  if (replayed.result.outcome === null) return createPart('yellow', '-')
  return replayed.result.expected === true ? createPart('green', '✓') : createPart('dim', '·')
}

// Reasons that combinators give. They explain nothing about the user, so replay does not print them.
const COMPOSED = ['condition-false', 'failed-open', 'shadowed']

/** Describes the decision: the rule and its reason, or the rules that had effects. */
function describeDecision({ decidedBy, reason, trace, outcome, failedRules }: ReplayResult): string {
  if (decidedBy !== null) return reason === null ? decidedBy : `${decidedBy}: ${reason}`
  if (reason !== null) return reason
  if (trace === null) return outcome === 'proceed' ? '' : 'the function returned an error'
  const done = trace.filter((rule) => rule.outcome === 'done' && !trace.some((inner) => inner.path.startsWith(`${rule.path}.`)))
  if (done.length > 0) return done.map(({ rule }) => rule).join(', ')
  const skipped = trace.filter((rule) => rule.outcome === 'skip' && rule.reason !== null && !COMPOSED.includes(rule.reason))
  return skipped.map(({ rule, reason: why }) => `${rule}: ${why}`)[0] ?? (failedRules?.length === 0 ? 'no rule denied' : '')
}

/** Returns the error message of the rule that failed, or the explanation of the rule that denied. */
function explainDecision({ trace, outcome, decidedBy }: ReplayResult): readonly string[] {
  const cause = outcome === 'failed' ? 'error' : 'deny'
  const rule = trace?.find((each) => each.rule === decidedBy && each.outcome === cause && each.message !== undefined && !each.shadow)
  const text = rule ? formatCause(rule) : undefined
  return text === undefined ? [] : [text]
}

/** Describes the messages that Cognito sends, or else the answers of rules and the response that Cognito gets. */
function describeAnswers({ trace, response, outcome }: ReplayResult): readonly string[] {
  const messages = outcome === 'proceed' ? describeMessages(response) : []
  if (messages.length > 0) return messages.map(escapeText)
  const answers = (trace ?? []).flatMap(({ rule, answer }) =>
    answer === undefined ? [] : [`${rule} answers ${spaceJson(escapeText(answer))}`],
  )
  if (answers.length === 0 || outcome !== 'proceed') return []
  return [...answers, `Cognito gets ${spaceJson(escapeText(JSON.stringify(response)))}`]
}

/** Adds spaces between the fields of JSON, so that it can be wrapped, and shortens long strings. */
function spaceJson(json: string): string {
  // The trace truncates long answers, so the last string may have no end.
  return json.replaceAll(/("(?:[^"\\]|\\.)*(?:"|\\?$))|[,:]/g, (separator, text: string | undefined) => {
    if (text === undefined) return `${separator} `
    return text.length <= LONGEST_STRING ? text : `${text.slice(0, LONGEST_STRING)}…"`
  })
}

/** Describes the errors of rules that did not change the decision. No other line of the output contains these errors. */
function describeErrors({ trace, outcome }: ReplayResult): readonly { readonly text: string; readonly style: Style }[] {
  if (trace === null || outcome === 'failed') return []
  const broken = trace.filter((rule) => rule.outcome === 'error')
  const innermost = broken.filter((rule) => !broken.some((other) => other.path.startsWith(`${rule.path}.`)))
  return innermost.map((logged) => {
    const { rule, reason, shadow } = logged
    const how = `${rule} failed${shadow ? ' in shadow mode' : ''}: ${reason ?? 'unknown'}`
    const cause = formatCause(logged)
    return { text: cause === undefined ? how : `${how}: ${cause}`, style: shadow ? 'yellow' : 'red' }
  })
}
