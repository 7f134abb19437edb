import { basename, dirname, resolve } from 'node:path'
import { STDIN } from '../../../lib/event-files.ts'
import { triggerNamed } from '../../../lib/trigger-of.ts'
import type { Replayed, ReplayResult } from '../../../replay/replay.ts'
import { type Line, type Part, type Style, styled } from '../../io.ts'
import { callerSees, causeOf, shownPath } from '../../print-result.ts'
import { escapeText, WIDTH, wrapped } from '../../text.ts'

const LABEL_WIDTH = 34
const MIXED_WIDTH = 42
const MORE = '      '
const COLOURS = { proceed: 'green', denied: 'yellow', failed: 'red', 'not run': 'yellow' } as const

/** Where results come from, as the heading above them says it: their folder, or the file of many events. */
export function headingOf({ result }: Replayed, folder: string): Line {
  const path = shownPath(folder, result.line === null && result.file !== STDIN ? dirname(resolve(folder, result.file)) : result.file)
  const trigger = sharedTrigger(result)
  return trigger === undefined ? styled('bold', path) : [styled('bold', trigger), `  ${path}`]
}

/** The trigger for which the event's folder is named, if it is. */
function sharedTrigger({ file, line, trigger }: ReplayResult): string | undefined {
  const named = line === null && file !== STDIN ? triggerNamed(basename(dirname(resolve(file)))) : undefined
  return named === trigger ? named : undefined
}

/** Whether something went otherwise than it should. */
export function isUnexpected({ result }: Replayed): boolean {
  return result.expected === false || (result.expected === null && result.outcome === 'failed')
}

/** The lines for one event. */
export function eventLines(replayed: Replayed): readonly Line[] {
  const { result, mismatches, notStarted } = replayed
  const width = sharedTrigger(result) === undefined ? MIXED_WIDTH : LABEL_WIDTH
  const label = labelOf(replayed)
  const decision = result.outcome ?? 'not run'
  const start = ['  ', markOf(replayed), ` ${label.padEnd(width)}  `, styled(COLOURS[decision], decision.padEnd(7))]
  const room = WIDTH - (4 + Math.max(label.length, width) + 2 + 7 + 2)

  const why = escapeText(result.outcome === null ? `${result.error?.message}` : decidedHow(result))
  // Why it does not start is told once, not under each of its events.
  if (result.outcome === null || notStarted !== undefined) return withCell(start, why, room)
  const sees = `→ ${escapeText(callerSees(result))}`
  const oneLine = result.outcome === 'proceed' && why.length + 1 + sees.length <= room
  return [
    ...(oneLine ? [[...start, `  ${why === '' ? '' : `${why} `}`, styled('dim', sees)]] : withCell(start, why, room)),
    ...whyDecided(result).flatMap((text) => continued(text, 'yellow')),
    ...(oneLine ? [] : continued(sees)),
    ...answered(result).flatMap((text) => continued(text)),
    ...passedOver(result).flatMap((text) => continued(text, 'yellow')),
    ...mismatches.flatMap((text) => continued(text, 'red')),
  ]
}

/** Puts a text at the end of a line, or below it where it does not fit. */
function withCell(start: readonly Part[], text: string, room: number): readonly Line[] {
  if (text === '') return [start]
  return text.length <= room ? [[...start, `  ${text}`]] : [start, ...continued(text)]
}

function continued(text: string, style: Style = 'dim'): readonly Line[] {
  return wrapped(text, MORE).map((line) => styled(style, line))
}

function labelOf({ result, time }: Replayed): string {
  const name = result.line !== null ? `line ${result.line}` : result.file === STDIN ? 'event' : basename(result.file).replace(/\.json$/, '')
  const trigger = result.trigger === null || sharedTrigger(result) !== undefined ? '' : ` (${result.trigger})`
  return `${escapeText(name)}${trigger}${time > 1 ? ` #${time}` : ''}`
}

function markOf(replayed: Replayed): Part {
  if (replayed.unreadable || isUnexpected(replayed)) return styled('red', '✗')
  if (replayed.result.outcome === null) return styled('yellow', '-')
  return replayed.result.expected === true ? styled('green', '✓') : styled('dim', '·')
}

// What compositions say when they skip: nothing that a rule found.
const COMPOSED = ['condition-false', 'failed-open', 'shadowed']

/** The rule that decided and why; of a post trigger, what its rules did. */
function decidedHow({ decidedBy, reason, trace, outcome }: ReplayResult): string {
  if (decidedBy !== null) return reason === null ? decidedBy : `${decidedBy}: ${reason}`
  if (reason !== null) return reason
  if (trace === null) return outcome === 'proceed' ? '' : 'the function returned an error'
  const done = trace.filter((rule) => rule.outcome === 'done' && !trace.some((inner) => inner.path.startsWith(`${rule.path}.`)))
  if (done.length > 0) return done.map(({ rule }) => rule).join(', ')
  const skipped = trace.filter((rule) => rule.outcome === 'skip' && rule.reason !== null && !COMPOSED.includes(rule.reason))
  return skipped.map(({ rule, reason: why }) => `${rule}: ${why}`)[0] ?? 'no rule objected'
}

/** What broke the rule that a handler failed on, or what the rule that denied explains. */
function whyDecided({ trace, outcome, decidedBy }: ReplayResult): readonly string[] {
  const said = outcome === 'failed' ? 'error' : 'deny'
  const rule = trace?.find((each) => each.rule === decidedBy && each.outcome === said && each.message !== undefined && !each.shadow)
  const cause = rule ? causeOf(rule) : undefined
  return cause === undefined ? [] : [cause]
}

/** What rules answered in the trigger's own words, and what Cognito gets. */
function answered({ trace, response, outcome }: ReplayResult): readonly string[] {
  const answers = (trace ?? []).flatMap(({ rule, answer }) => (answer === undefined ? [] : [`${rule} answers ${escapeText(answer)}`]))
  if (answers.length === 0 || outcome !== 'proceed') return []
  return [...answers, `Cognito gets ${escapeText(JSON.stringify(response))}`]
}

/** Rules that broke and did not decide: nobody sees them otherwise. */
function passedOver({ trace, outcome }: ReplayResult): readonly string[] {
  if (trace === null || outcome === 'failed') return []
  const broken = trace.filter((rule) => rule.outcome === 'error')
  const innermost = broken.filter((rule) => !broken.some((other) => other.path.startsWith(`${rule.path}.`)))
  return innermost.map((said) => {
    const { rule, reason, shadow } = said
    const cause = causeOf(said)
    const how = `${rule} broke${shadow ? ' in the shadow' : ' and was passed over'}: ${reason ?? 'unknown'}`
    return cause === undefined ? how : `${how}: ${cause}`
  })
}
