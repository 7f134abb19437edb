import type { Evidence } from './evidence.ts'
import type { Attempt } from './pool.ts'
import type { Passed } from './proxy.ts'
import type { User } from './users.ts'

/** The records that a history is built from. */
export type Recorded = Pick<Evidence, 'attempts' | 'dynamodb' | 'ses' | 'cognito' | 'effects'>

/**
 * Formats everything that the harness recorded about one user, in order of time. The history is part of the report, because a failed
 * run may pass when it is repeated: the seed does not control how processes are scheduled. Times are milliseconds since the first
 * record.
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
      ({ state, attempt, reason, token }) => `finally: ${state}, attempt ${attempt}, ${reason ?? 'no reason'}${token ? ', claimed' : ''}`,
    )
  return [...seen.map(([at, line]) => `${Math.round(at - start)} ms: ${line}`), ...standing]
}

function formatTries({ name, startedAt, endedAt, ending, frozen }: Attempt): readonly (readonly [number, string])[] {
  const how = ending.kind === 'threw' ? `threw ${ending.error.message}` : ending.kind
  return [
    [startedAt, `${name} starts`],
    [endedAt, `${name} ${how}${frozen ? ', and its process had been stopped' : ''}`],
  ]
}

function formatCall({ action, about, fault, status, answered }: Passed): string {
  const table = about.includes(' ') ? ` ${about.split(' ')[0]}` : ''
  return `  ${action}${table} ${fault ?? 'no fault'}, ${status ?? 'not executed'}, response: ${answered}`
}
