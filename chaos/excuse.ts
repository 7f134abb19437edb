import { type Evidence, groupBy, parseEffectSub } from './evidence.ts'
import type { Attempt } from './pool.ts'
import type { Passed } from './proxy.ts'

/** Finds out why a user got a second mail although the first was accepted; undefined where nothing excuses it. */
export type Excuse = (sub: string, first: Passed, second: Passed) => string | undefined

/**
 * Looks in the harness's own log for what happened between two mails that kept anybody from knowing of the first: its answer
 * was lost, the process was killed or stood still, or the mark in the ledger did not come through.
 */
export function excuses({ attempts, dynamodb }: Pick<Evidence, 'attempts' | 'dynamodb'>): Excuse {
  const tries = groupBy(attempts, ({ sub }) => sub)
  const marks = groupBy(dynamodb, ({ action, about }) => (action === 'UpdateItem' ? parseEffectSub(about) : undefined))
  return (sub, first, second) => {
    if (first.answered !== 'whole') return 'the answer to the first was lost'
    const acceptedAt = first.actedAt ?? first.at
    const holds = ({ startedAt, endedAt }: Attempt): boolean => startedAt <= acceptedAt && acceptedAt <= endedAt
    const mine = [...(tries.get(sub) ?? []), ...(tries.get('sweeper') ?? [])].filter(holds)
    if (mine.some(({ ending }) => ending.kind === 'crashed' || ending.kind === 'hung')) return 'the process was killed after the first'
    if (mine.some(({ frozen }) => frozen)) return 'the process stood still after the first'
    const between = (marks.get(sub) ?? []).filter(({ at }) => at >= acceptedAt && at <= second.at)
    return between.some(isLost) ? 'the mark of the first was lost' : undefined
  }
}

function isLost({ fault, answered }: Passed): boolean {
  return answered !== 'whole' || (fault !== undefined && fault !== 'latency')
}
