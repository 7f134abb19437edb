import { type Evidence, groupBy, parseEffectSub } from './evidence.ts'
import type { Attempt } from './pool.ts'
import type { Passed } from './proxy.ts'
import type { User } from './users.ts'

/** Finds out why nobody knows whether a user's mail was sent; undefined where nothing explains it. */
export type Explain = (user: Pick<User, 'sub' | 'email'>) => string | undefined

/**
 * Looks in the harness's own log for what can have cut an effect off: SES was called, whatever became of it; or a process was
 * killed or stood still that had the user's event, or that swept while the user's effect was being written to.
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
    if (confirmations.has(sub)) return 'the process that had the event was killed or stood still'
    const swept = (writes.get(sub) ?? []).some((write) => isByCutShort(write, sweeps))
    return swept ? 'the process that swept was killed or stood still' : undefined
  }
}

/**
 * Whether a write came from a sweep that was cut short. It may arrive after the process was killed: then nobody waits for its answer,
 * and no other sweep has begun.
 */
function isByCutShort({ at, answered }: Passed, sweeps: readonly Attempt[]): boolean {
  return sweeps.some((sweep) => {
    if (!isCutShort(sweep) || sweep.startedAt > at) return false
    const isLast = !sweeps.some(({ startedAt }) => sweep.startedAt < startedAt && startedAt <= at)
    return at <= sweep.endedAt || (answered === 'left' && isLast)
  })
}

/** The last of them should be rare: a refusal is certain, and lost only with what was to be written of it. */
function describeSesAnswers(calls: readonly Passed[]): string {
  if (calls.some(({ status }) => status === 200)) return 'SES accepted it'
  return calls.some(({ fault }) => fault !== 'throttling') ? 'SES did not say' : 'SES refused it'
}

function isCutShort({ ending, frozen }: Attempt): boolean {
  return frozen || ending.kind === 'crashed' || ending.kind === 'hung'
}
