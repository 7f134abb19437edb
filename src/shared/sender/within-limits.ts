import { assertLimit, type Counter, type Limit } from '../limits/counter.ts'
import { assertOptions } from '../rules/arguments.ts'
import type { Condition } from '../rules/condition.ts'
import type { RuleContext } from '../rules/trigger.ts'
import { identifyMessage } from './send-claims.ts'
import type { Sender } from './sender.ts'

/** The text messages to all phone numbers that begin with the same digits. */
export interface PrefixLimit extends Limit {
  /** The number of digits that are compared, with the calling code. 6 digits of `+491701234567` are `491701`. */
  readonly digits: number
}

/** The limits of {@link withinLimits}. At least one is required. */
export interface WithinLimitsOptions {
  readonly counter: Counter
  /** The messages to one user. */
  readonly perUser?: Limit | undefined
  /** The messages to one phone number. Only for text messages. */
  readonly perNumber?: Limit | undefined
  /** The messages to phone numbers that begin with the same digits. Only for text messages. */
  readonly perPrefix?: PrefixLimit | undefined
  /** The messages to all users of the pool. */
  readonly budget?: Limit | undefined
}

/** Returns what a limit counts. Undefined if the event has no such thing. */
type Subject = (ctx: RuleContext<Sender>) => string | undefined

/**
 * Makes a condition that counts messages, and is false if a limit is reached. A `when` then skips with `message-limit-reached`, the metric
 * `Skips` counts the skip, and the invocation succeeds. With limits up to 50, Lambda's retry of a failed event counts once.
 *
 * Emails and text messages are counted apart. The condition throws if the counter does.
 *
 * @throws TypeError without a limit or with an unknown option, RangeError if a number is out of range.
 * @example
 * when(withinLimits({ counter, perUser: { max: 5, windowSeconds: 3600 } }), sendSms(texter, catalogue, { code }))
 */
export function withinLimits<T extends Sender>(options: WithinLimitsOptions): Condition<T> {
  const owner = 'withinLimits()'
  assertOptions(owner, options, ['counter', 'perUser', 'perNumber', 'perPrefix', 'budget'])
  const { counter, perUser, perNumber, perPrefix, budget } = options
  const { digits = 1 } = perPrefix ?? {}
  if (!Number.isInteger(digits) || digits < 1 || digits > 15)
    throw new RangeError(`${owner}: perPrefix.digits is ${digits}; expected an integer from 1 to 15`)
  const phone: Subject = ({ user }) => user.phoneNumber
  const limits = [
    { name: 'perUser', limit: perUser, subject: ({ user }: RuleContext<Sender>) => user.sub ?? user.userName },
    { name: 'perNumber', limit: perNumber, subject: phone },
    { name: 'perPrefix', limit: perPrefix, subject: ({ user }: RuleContext<Sender>) => user.phoneNumber?.slice(0, digits + 1) },
    { name: 'budget', limit: budget, subject: () => '' },
  ].flatMap(({ limit, ...rest }) => (limit === undefined ? [] : [{ ...rest, limit }]))
  if (limits.length === 0) throw new TypeError(`${owner}: expected a limit, such as perUser: { max: 5, windowSeconds: 3600 }`)
  for (const { name, limit } of limits) assertLimit(`${owner}: ${name}`, limit)

  const isWithin = async (ctx: RuleContext<T>): Promise<boolean> => {
    const { trigger, event, signal } = ctx
    const use = identifyMessage(event)
    for (const { name, limit, subject } of limits) {
      const counted = subject(ctx)
      const key = JSON.stringify(['messages', trigger, event.userPoolId, name, counted])
      const { max, windowSeconds } = limit
      if (counted !== undefined && !(await counter.count(key, { max, windowSeconds }, signal, use))) return false
    }
    return true
  }
  return Object.assign(isWithin, { unmet: 'message-limit-reached', permissions: counter.permissions, reads: ['sub', 'phone_number'] })
}
