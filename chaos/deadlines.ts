import type { Attempt } from './pool.ts'

/** A try that has ended, and how long it took without the time in which its process was kept from running. */
export interface Timed {
  readonly name: string
  readonly sub: string
  readonly ms: number
  readonly isLate: boolean
  /** It would be late, had its process not been kept from running. */
  readonly isExcused: boolean
}

// What is promised, and not what Cognito would put up with. Written down once more: a harness that reads the handlers' own
// constant would not notice that it has changed.
const DEADLINE_MS = 4000
// For the decision at the deadline, the log line and the answer.
const MARGIN_MS = 500
// Lambda ends the sweeper then.
const SWEEPER_MS = 60_000

/** Times tries; nothing is known of one whose process was killed. */
export function measureDeadlines(attempts: readonly Attempt[]): readonly Timed[] {
  return attempts.flatMap(({ name, sub, ending, startedAt, endedAt }) => {
    if (ending.kind === 'crashed') return []
    if (ending.kind === 'hung') return [{ name, sub, ms: endedAt - startedAt, isLate: true, isExcused: false }]
    const ms = ending.took.ms - ending.took.stalledMs
    const limit = name === 'sweeper' ? SWEEPER_MS : DEADLINE_MS + MARGIN_MS
    return [{ name, sub, ms, isLate: ms > limit, isExcused: ms <= limit && ending.took.ms > limit }]
  })
}
