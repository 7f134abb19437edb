import { type Evidence, groupBy, parseEffectSub } from './evidence.ts'
import type { Attempt } from './pool.ts'
import type { Passed } from './proxy.ts'

/** Explains why a user got a second email although SES had accepted the first. Returns undefined if no fault explains it. */
export type Excuse = (sub: string, first: Passed, second: Passed) => string | undefined

/**
 * Returns a function that searches the harness's log for a fault between two emails. Because of it, no handler recorded that SES had
 * accepted the first email: SES's response was lost, the process was killed or stopped, or the write of `done` to the ledger failed.
 */
export function excuses({ attempts, dynamodb }: Pick<Evidence, 'attempts' | 'dynamodb'>): Excuse {
  const tries = groupBy(attempts, ({ sub }) => sub)
  const marks = groupBy(dynamodb, ({ action, about }) => (action === 'UpdateItem' ? parseEffectSub(about) : undefined))
  return (sub, first, second) => {
    if (first.answered !== 'whole') return 'the response to the first email was lost'
    const acceptedAt = first.actedAt ?? first.at
    const holds = ({ startedAt, endedAt }: Attempt): boolean => startedAt <= acceptedAt && acceptedAt <= endedAt
    const mine = [...(tries.get(sub) ?? []), ...(tries.get('sweeper') ?? [])].filter(holds)
    if (mine.some(({ ending }) => ending.kind === 'crashed' || ending.kind === 'hung'))
      return 'the process was killed after the first email'
    if (mine.some(({ frozen }) => frozen)) return 'the process was stopped after the first email'
    const between = (marks.get(sub) ?? []).filter(({ at }) => at >= acceptedAt && at <= second.at)
    return between.some(isLost) ? 'the ledger write after the first email failed' : undefined
  }
}

function isLost({ fault, answered }: Passed): boolean {
  return answered !== 'whole' || (fault !== undefined && fault !== 'latency')
}
