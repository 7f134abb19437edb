import { basename, dirname, relative, resolve } from 'node:path'
import { isNdjson, STDIN } from '../replay/event-files.ts'
import type { Replayed, ReplayResult } from '../replay/replay.ts'
import { callerSees } from './caller-sees.ts'
import type { Io } from './io.ts'
import { plain, WIDTH, wrapped } from './table.ts'

const LABEL_WIDTH = 34
const MORE = '      '

/** A path as it is shown: relative to the working folder where it lies below it. */
export function shownPath(folder: string, file: string): string {
  if (file === STDIN) return 'standard input'
  const path = relative(folder, resolve(folder, file))
  return path === '' ? '.' : path.startsWith('..') ? file : path
}

/** What a run of results has in common: their trigger and where they come from. */
export function groupOf({ result }: Replayed, folder: string): string {
  const path = result.line === null && result.file !== STDIN ? dirname(shownPath(folder, result.file)) : shownPath(folder, result.file)
  return result.trigger === null ? path : `${result.trigger}  ${path}`
}

/** Whether something went otherwise than it should. */
export function isUnexpected({ result }: Replayed): boolean {
  return result.expected === false || (result.expected === null && result.outcome === 'failed')
}

/** The lines for one event. */
export function eventLines(replayed: Replayed, paint: Io['paint']): readonly string[] {
  const { result, mismatches } = replayed
  const label = labelOf(replayed)
  const start = `${markOf(replayed, paint)} ${label.padEnd(LABEL_WIDTH)}`
  if (result.outcome === null) return [`  ${start}  ${paint('yellow', 'not run')}`, ...continued(`${result.error?.message}`, paint)]

  const decision = paint(result.outcome === 'proceed' ? 'green' : result.outcome === 'denied' ? 'yellow' : 'red', result.outcome.padEnd(7))
  const why = plain(decidedHow(result))
  const sees = `→ ${plain(callerSees(result))}`
  const used = 4 + Math.max(label.length, LABEL_WIDTH) + 2 + 7 + 2
  const oneLine = result.outcome === 'proceed' && used + why.length + 1 + sees.length <= WIDTH
  return [
    `  ${start}  ${decision}  ${oneLine ? `${why} ${paint('dim', sees)}` : used + why.length <= WIDTH ? why : ''}`.trimEnd(),
    ...(used + why.length > WIDTH ? continued(why, paint) : []),
    ...(oneLine ? [] : continued(sees, paint)),
    ...passedOver(result).flatMap((text) => continued(text, paint, 'yellow')),
    ...mismatches.flatMap((text) => continued(plain(text), paint, 'red')),
  ]
}

function continued(text: string, paint: Io['paint'], style: 'dim' | 'red' | 'yellow' = 'dim'): readonly string[] {
  return wrapped(text, MORE).map((line) => paint(style, line))
}

function labelOf({ result, time }: Replayed): string {
  const again = time > 1 ? ` (${time})` : ''
  const name = result.line === null ? basename(result.file).replace(/\.json$/, '') : `line ${result.line}`
  return `${plain(isNdjson(result.file) || result.file !== STDIN ? name : result.line === null ? 'event' : name)}${again}`
}

function markOf(replayed: Replayed, paint: Io['paint']): string {
  if (replayed.unreadable || isUnexpected(replayed)) return paint('red', '✗')
  if (replayed.result.outcome === null) return paint('yellow', '-')
  return replayed.result.expected === true ? paint('green', '✓') : paint('dim', '·')
}

/** The rule that decided and why; of a post trigger, what its rules did. */
function decidedHow({ decidedBy, reason, trace, outcome }: ReplayResult): string {
  if (decidedBy !== null) return reason === null ? decidedBy : `${decidedBy}: ${reason}`
  if (reason !== null) return reason
  if (trace === null) return outcome === 'proceed' ? '' : 'the function returned an error'
  const done = trace.filter((rule) => rule.outcome === 'done' && !trace.some((inner) => inner.path.startsWith(`${rule.path}.`)))
  if (done.length > 0) return done.map(({ rule }) => rule).join(', ')
  const skipped = trace.filter((rule) => rule.reason !== null).map(({ rule, reason: why }) => `${rule} skipped: ${why}`)
  return skipped[0] ?? 'no rule objected'
}

/** Rules that broke and did not decide: nobody sees them otherwise. */
function passedOver({ trace, outcome }: ReplayResult): readonly string[] {
  if (trace === null || outcome === 'failed') return []
  const broken = trace.filter((rule) => rule.outcome === 'broken')
  const innermost = broken.filter((rule) => !broken.some((other) => other.path.startsWith(`${rule.path}.`)))
  return innermost.map(
    ({ rule, reason, shadow }) => `${rule} broke${shadow ? ' in the shadow' : ' and was passed over'}: ${reason ?? 'unknown'}`,
  )
}
