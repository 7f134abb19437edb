import type { Evidence } from './evidence.ts'
import type { Attempt } from './pool.ts'
import type { Passed } from './proxy.ts'
import type { User } from './users.ts'

/** Where a history comes from. */
export type Recorded = Pick<Evidence, 'attempts' | 'dynamodb' | 'ses' | 'cognito' | 'effects'>

/**
 * All that the harness saw of one user, in the order in which it happened: how processes are scheduled is in no seed, so that
 * what broke a promise once may not do so again. Times are milliseconds from the first thing seen.
 */
export function formatHistory({ sub, email }: Pick<User, 'sub' | 'email'>, recorded: Recorded): readonly string[] {
  const calls = [...recorded.dynamodb, ...recorded.cognito, ...recorded.ses].filter(({ about }) => about === email || about.includes(sub))
  const sweeps = recorded.attempts.filter(
    ({ name, startedAt, endedAt }) => name === 'sweeper' && calls.some(({ at }) => startedAt <= at && at <= endedAt),
  )
  const tries = [...recorded.attempts.filter((attempt) => attempt.sub === sub), ...sweeps]
  const seen = [...calls.map((call) => [call.at, formatCall(call)] as const), ...tries.flatMap(formatTries)].sort(([a], [b]) => a - b)
  const start = seen[0]?.[0] ?? 0
  const standing = recorded.effects
    .filter((effect) => effect.sub === sub)
    .map(
      ({ state, attempt, reason, token }) => `in the end: ${state}, attempt ${attempt}, ${reason ?? 'no reason'}${token ? ', held' : ''}`,
    )
  return [...seen.map(([at, line]) => `${Math.round(at - start)} ms: ${line}`), ...standing]
}

function formatTries({ name, startedAt, endedAt, ending, frozen }: Attempt): readonly (readonly [number, string])[] {
  const how = ending.kind === 'threw' ? `threw ${ending.error.message}` : ending.kind
  return [
    [startedAt, `${name} begins`],
    [endedAt, `${name} ${how}${frozen ? ', and its process had stood still' : ''}`],
  ]
}

function formatCall({ action, about, fault, status, answered }: Passed): string {
  const table = about.includes(' ') ? ` ${about.split(' ')[0]}` : ''
  return `  ${action}${table} ${fault ?? 'no fault'}, ${status ?? 'did not act'}, answered: ${answered}`
}
