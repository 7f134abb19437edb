import type { Evidence } from './evidence.ts'
import type { Passed } from './proxy.ts'
import type { User } from './users.ts'

/**
 * Why a user got a second mail although the first was accepted: what happened between the two that kept anybody from knowing
 * of the first. Undefined where nothing did, which is a fault of the handlers.
 */
export function excuse(user: User, first: Passed, second: Passed, { attempts, dynamodb }: Evidence): string | undefined {
  if (first.answered !== 'whole') return 'the answer to the first was lost'
  const acceptedAt = first.actedAt ?? first.at
  const mine = attempts.filter(
    ({ sub, startedAt, endedAt, name }) => (sub === user.sub || name === 'sweeper') && startedAt <= acceptedAt && acceptedAt <= endedAt,
  )
  if (mine.some(({ ending }) => ending.kind === 'crashed')) return 'the process was killed after the first'
  if (mine.some(({ frozen }) => frozen)) return 'the process stood still after the first'
  const marks = dynamodb.filter(
    ({ about, action, at }) => action === 'UpdateItem' && about.includes(`#${user.sub}#`) && at >= acceptedAt && at <= second.at,
  )
  if (marks.some(({ fault, answered }) => answered !== 'whole' || (fault !== undefined && fault !== 'latency')))
    return 'the mark of the first was lost'
  return undefined
}
