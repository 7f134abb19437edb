import { basename, dirname, resolve } from 'node:path'
import { STDIN } from '../../../lib/event-files.ts'
import { parseTriggerName } from '../../../lib/find-trigger.ts'
import type { Replayed, ReplayResult } from '../../../replay/replay.ts'
import { createPart, type Line, type Part, type Style } from '../../io.ts'
import { describeCallerView, formatCause, formatPath } from '../../print-result.ts'
import { escapeText, WIDTH, wrapText } from '../../text.ts'

const LABEL_WIDTH = 34
const MIXED_WIDTH = 42
const MORE = '      '
const COLOURS = { proceed: 'green', denied: 'yellow', failed: 'red', 'not run': 'yellow' } as const

/** Where results come from, as the heading above them says it: their folder, or the file of many events. */
export function formatHeading({ result }: Replayed, folder: string): Line {
  const path = formatPath(folder, result.line === null && result.file !== STDIN ? dirname(resolve(folder, result.file)) : result.file)
  const trigger = findSharedTrigger(result)
  return trigger === undefined ? createPart('bold', path) : [createPart('bold', trigger), `  ${path}`]
}

/** The trigger for which the event's folder is named, if it is. */
function findSharedTrigger({ file, line, trigger }: ReplayResult): string | undefined {
  const named = line === null && file !== STDIN ? parseTriggerName(basename(dirname(resolve(file)))) : undefined
  return named === trigger ? named : undefined
}

/** Whether something went otherwise than it should. */
export function isUnexpected({ result }: Replayed): boolean {
  return result.expected === false || (result.expected === null && result.outcome === 'failed')
}

/** The lines for one event. */
export function formatEvent(replayed: Replayed): readonly Line[] {
  const { result, mismatches, notStarted } = replayed
  const width = findSharedTrigger(result) === undefined ? MIXED_WIDTH : LABEL_WIDTH
  const label = formatLabel(replayed)
  const decision = result.outcome ?? 'not run'
  const start = ['  ', formatMark(replayed), ` ${label.padEnd(width)}  `, createPart(COLOURS[decision], decision.padEnd(7))]
  const room = WIDTH - (4 + Math.max(label.length, width) + 2 + 7 + 2)

  const why = escapeText(result.outcome === null ? `${result.error?.message}` : describeDecision(result))
  // Why it does not start is told once, not under each of its events.
  if (result.outcome === null || notStarted !== undefined) return appendCell(start, why, room)
  const sees = `→ ${escapeText(describeCallerView(result))}`
  const oneLine = result.outcome === 'proceed' && why.length + 1 + sees.length <= room
  return [
    ...(oneLine ? [[...start, `  ${why === '' ? '' : `${why} `}`, createPart('dim', sees)]] : appendCell(start, why, room)),
    ...explainDecision(result).flatMap((text) => formatContinuation(text, 'yellow')),
    ...(oneLine ? [] : formatContinuation(sees)),
    ...answered(result).flatMap((text) => formatContinuation(text)),
    ...describeIgnoredErrors(result).flatMap((text) => formatContinuation(text, 'yellow')),
    ...mismatches.flatMap((text) => formatContinuation(text, 'red')),
  ]
}

/** Puts a text at the end of a line, or below it where it does not fit. */
function appendCell(start: readonly Part[], text: string, room: number): readonly Line[] {
  if (text === '') return [start]
  return text.length <= room ? [[...start, `  ${text}`]] : [start, ...formatContinuation(text)]
}

function formatContinuation(text: string, style: Style = 'dim'): readonly Line[] {
  return wrapText(text, MORE).map((line) => createPart(style, line))
}

function formatLabel({ result, time }: Replayed): string {
  const name = result.line !== null ? `line ${result.line}` : result.file === STDIN ? 'event' : basename(result.file).replace(/\.json$/, '')
  const trigger = result.trigger === null || findSharedTrigger(result) !== undefined ? '' : ` (${result.trigger})`
  return `${escapeText(name)}${trigger}${time > 1 ? ` #${time}` : ''}`
}

function formatMark(replayed: Replayed): Part {
  if (replayed.unreadable || isUnexpected(replayed)) return createPart('red', '✗')
  if (replayed.result.outcome === null) return createPart('yellow', '-')
  return replayed.result.expected === true ? createPart('green', '✓') : createPart('dim', '·')
}

// What compositions say when they skip: nothing that a rule found.
const COMPOSED = ['condition-false', 'failed-open', 'shadowed']

/** The rule that decided and why; of a post trigger, what its rules did. */
function describeDecision({ decidedBy, reason, trace, outcome }: ReplayResult): string {
  if (decidedBy !== null) return reason === null ? decidedBy : `${decidedBy}: ${reason}`
  if (reason !== null) return reason
  if (trace === null) return outcome === 'proceed' ? '' : 'the function returned an error'
  const done = trace.filter((rule) => rule.outcome === 'done' && !trace.some((inner) => inner.path.startsWith(`${rule.path}.`)))
  if (done.length > 0) return done.map(({ rule }) => rule).join(', ')
  const skipped = trace.filter((rule) => rule.outcome === 'skip' && rule.reason !== null && !COMPOSED.includes(rule.reason))
  return skipped.map(({ rule, reason: why }) => `${rule}: ${why}`)[0] ?? 'no rule objected'
}

/** What broke the rule that a handler failed on, or what the rule that denied explains. */
function explainDecision({ trace, outcome, decidedBy }: ReplayResult): readonly string[] {
  const said = outcome === 'failed' ? 'error' : 'deny'
  const rule = trace?.find((each) => each.rule === decidedBy && each.outcome === said && each.message !== undefined && !each.shadow)
  const cause = rule ? formatCause(rule) : undefined
  return cause === undefined ? [] : [cause]
}

/** What rules answered in the trigger's own words, and what Cognito gets. */
function answered({ trace, response, outcome }: ReplayResult): readonly string[] {
  const answers = (trace ?? []).flatMap(({ rule, answer }) => (answer === undefined ? [] : [`${rule} answers ${escapeText(answer)}`]))
  if (answers.length === 0 || outcome !== 'proceed') return []
  return [...answers, `Cognito gets ${escapeText(JSON.stringify(response))}`]
}

/** Rules that broke and did not decide: nobody sees them otherwise. */
function describeIgnoredErrors({ trace, outcome }: ReplayResult): readonly string[] {
  if (trace === null || outcome === 'failed') return []
  const broken = trace.filter((rule) => rule.outcome === 'error')
  const innermost = broken.filter((rule) => !broken.some((other) => other.path.startsWith(`${rule.path}.`)))
  return innermost.map((said) => {
    const { rule, reason, shadow } = said
    const cause = formatCause(said)
    const how = `${rule} broke${shadow ? ' in the shadow' : ' and was passed over'}: ${reason ?? 'unknown'}`
    return cause === undefined ? how : `${how}: ${cause}`
  })
}
