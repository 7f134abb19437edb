import type { Replayed } from '../../../replay/replay.ts'
import { createPart, EXIT, type Line, type Part } from '../../io.ts'
import { formatPath } from '../../print-result.ts'
import { isUnexpected } from './print-event.ts'

/** The counts of a replay's results. */
export interface Tally {
  readonly add: (replayed: Replayed) => void
  readonly count: () => number
  readonly exitCode: () => number
  /** Formats the summary: the counts. */
  readonly lines: () => readonly Line[]
}

/** Starts counting results and time. */
export function startTally(): Tally {
  const startedAt = performance.now()
  const counts = { proceed: 0, denied: 0, failed: 0, notRun: 0, met: 0, open: 0, unexpected: 0, unreadable: 0, written: 0 }
  const total = (): number => counts.proceed + counts.denied + counts.failed + counts.notRun

  return {
    add(replayed) {
      const { result } = replayed
      counts[result.outcome ?? 'notRun'] += 1
      if (result.expected === true) counts.met += 1
      if (replayed.update?.state === 'written') counts.written += 1
      if (replayed.unreadable) counts.unreadable += 1
      else if (isUnexpected(replayed)) counts.unexpected += 1
      else if (result.expected === null) counts.open += 1
    },
    count: total,
    exitCode: () => (counts.unreadable > 0 ? EXIT.usage : counts.unexpected > 0 ? EXIT.unexpected : EXIT.fine),
    lines() {
      const outcomes = (['proceed', 'denied', 'failed'] as const)
        .filter((outcome) => counts[outcome] > 0)
        .map((outcome) => `${counts[outcome]} ${outcome}`)
      const how: readonly Part[] = [
        ...(counts.met > 0 ? [`${counts.met} as expected`] : []),
        ...(counts.unexpected > 0 ? [createPart('red', `${counts.unexpected} unexpected`)] : []),
        ...(counts.unreadable > 0 ? [createPart('red', `${counts.unreadable} unreadable`)] : []),
        ...(counts.open > 0 ? [`${counts.open} without an expectation`] : []),
      ]
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
      const notRun = counts.notRun > 0 ? [`${counts.notRun} not run`] : []
      return [
        '',
        `${total()} ${total() === 1 ? 'event' : 'events'}: ${[...outcomes, ...notRun].join(', ')}`,
        ...(counts.written > 0 ? [`${counts.written} ${counts.written === 1 ? 'expectation' : 'expectations'} written`] : []),
        [...how.flatMap((part, index) => (index === 0 ? [part] : [', ', part])), `; ${seconds} s`],
      ]
    },
  }
}

/** Formats the place of a result as `file:line`, which editors can open. */
export function formatResultPlace({ result: { file, line, item } }: Replayed, folder: string): string {
  return `${formatPath(folder, file)}${line === null ? '' : `:${line}`}${item === null ? '' : `, event ${item}`}`
}
