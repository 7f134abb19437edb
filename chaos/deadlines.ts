import type { Attempt } from './pool.ts'

/** An invocation that has ended. `ms` excludes the time in which its process did not run. */
export interface Timed {
  readonly name: string
  readonly sub: string
  readonly ms: number
  readonly isLate: boolean
  /** True if the invocation exceeded its deadline only because its process did not run for a while. Then `isLate` is false. */
  readonly isExcused: boolean
}

// The time within which handlers must answer, which is shorter than Cognito's. It is not imported from the handlers, so that a longer
// deadline in their code makes their invocations late here.
const DEADLINE_MS = 4000
// Extra time after the deadline, in which the handler decides, writes the log line and answers.
const MARGIN_MS = 500
// The sweeper's Lambda timeout.
const SWEEPER_MS = 60_000

/** Measures invocations against their deadlines. Skips an invocation whose process ended first. An invocation that hung is late. */
export function measureDeadlines(attempts: readonly Attempt[]): readonly Timed[] {
  return attempts.flatMap(({ name, sub, ending, startedAt, endedAt }) => {
    if (ending.kind === 'crashed') return []
    if (ending.kind === 'hung') return [{ name, sub, ms: endedAt - startedAt, isLate: true, isExcused: false }]
    const ms = ending.took.ms - ending.took.stalledMs
    const limit = name === 'sweeper' ? SWEEPER_MS : DEADLINE_MS + MARGIN_MS
    return [{ name, sub, ms, isLate: ms > limit, isExcused: ms <= limit && ending.took.ms > limit }]
  })
}
