import { type Evidence, groupBy, parseEffectSub } from './evidence.ts'
import type { Attempt } from './pool.ts'
import type { Passed } from './proxy.ts'
import type { User } from './users.ts'

/** Explains why a user's email has the state `unknown`. Returns undefined if no fault explains it. */
export type Explain = (user: Pick<User, 'sub' | 'email'>) => string | undefined

/**
 * Returns a function that searches the harness's log for the cause: a call to SES, or the kill or stop of a process. The process
 * handled the user's event, or wrote the user's effect in a sweep.
 */
export function unknowns({ attempts, dynamodb, ses }: Pick<Evidence, 'attempts' | 'dynamodb' | 'ses'>): Explain {
  const called = groupBy(ses, ({ about }) => about)
  const cutShort = attempts.filter(isCutShort)
  const confirmations = new Set(cutShort.filter(({ name }) => name === 'post-confirmation').map(({ sub }) => sub))
  const sweeps = attempts.filter(({ name }) => name === 'sweeper')
  const writes = groupBy(dynamodb, ({ action, about }) => (action === 'UpdateItem' ? parseEffectSub(about) : undefined))
  return ({ sub, email }) => {
    const calls = called.get(email)
    if (calls !== undefined) return describeSesAnswers(calls)
    if (confirmations.has(sub)) return 'the process that handled the event was killed or stopped'
    const swept = (writes.get(sub) ?? []).some((write) => isByCutShort(write, sweeps))
    return swept ? 'the sweeping process was killed or stopped' : undefined
  }
}

/**
 * Returns true if a write came from an interrupted sweep. A write that arrived after the sweep's process was killed counts only if its
 * caller had disconnected and no later sweep had started.
 */
function isByCutShort({ at, answered }: Passed, sweeps: readonly Attempt[]): boolean {
  return sweeps.some((sweep) => {
    if (!isCutShort(sweep) || sweep.startedAt > at) return false
    const isLast = !sweeps.some(({ startedAt }) => sweep.startedAt < startedAt && startedAt <= at)
    return at <= sweep.endedAt || (answered === 'left' && isLast)
  })
}

/**
 * Summarises SES's responses to the emails of a user. The result `SES rejected it` should be rare: after a rejection, the state is
 * unknown only if the ledger write failed.
 */
function describeSesAnswers(calls: readonly Passed[]): string {
  if (calls.some(({ status }) => status === 200)) return 'SES accepted it'
  return calls.some(({ fault }) => fault !== 'throttling') ? 'SES did not answer' : 'SES rejected it'
}

function isCutShort({ ending, frozen }: Attempt): boolean {
  return frozen || ending.kind === 'crashed' || ending.kind === 'hung'
}
