import { assertMethod, assertOptions } from '../shared/rules/arguments.ts'
import { failOpen } from '../shared/rules/combinators.ts'
import { skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import type { Trigger } from '../shared/rules/trigger.ts'
import type { LastSeenStore } from '../shared/seen/last-seen-store.ts'

/** Options of {@link lastSeen}. */
export interface LastSeenOptions {
  /** The hours after a write in which the user is not written again, 24 by default. The stored time may be this old. */
  readonly periodHours?: number
  /** Returns the current time. Uses the process clock by default. */
  readonly now?: () => Date
}

const OWNER = 'lastSeen()'
const HOUR_MS = 3_600_000
/** A year of hours. */
const LONGEST_PERIOD = 8760

/**
 * Makes a rule that records when a user was last seen, at most once in a period. Mount it on post authentication and pre token generation.
 * The command `lifeguard inactive` lists the users who were not seen.
 *
 * An error of the store is logged and counted, and never refuses a user.
 *
 * @throws TypeError if the store or an option is invalid, RangeError if `periodHours` is not more than 0 and at most 8,760.
 * @example
 * preTokenGeneration(lastSeen(dynamoLastSeen({ documents: documentClient(), table: 'last-seen' })))
 */
export function lastSeen<T extends Trigger>(store: LastSeenStore, options: LastSeenOptions = {}): Rule<T> {
  assertMethod(OWNER, 'the store', store, 'record', 'dynamoLastSeen({ documents, table })')
  assertOptions(OWNER, options, ['periodHours', 'now'])
  const { periodHours = 24, now = () => new Date() } = options
  if (!(periodHours > 0 && periodHours <= LONGEST_PERIOD))
    throw new RangeError(`${OWNER}: periodHours is ${periodHours}; expected a number of hours, more than 0 and at most ${LONGEST_PERIOD}`)
  const rule = defineRule<T>(
    'last-seen',
    async ({ event, user, signal }) => {
      if (user.sub === undefined || !event.userPoolId) return skip('no-sub', 'A time belongs to a sub, and the event has none')
      const recorded = await store.record({ userPoolId: event.userPoolId, sub: user.sub }, now(), periodHours * HOUR_MS, signal)
      return skip(recorded ? 'seen-recorded' : 'seen-already')
    },
    { can: [], reasons: ['seen-already', 'seen-recorded'], ...(store.permissions && { permissions: store.permissions }) },
  )
  return failOpen(rule)
}
