import { assertLimit, type Counter, type Limit } from '../shared/limits/counter.ts'
import { assertOptions, describeValue } from '../shared/rules/arguments.ts'
import { deny, isPublicText, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import type { CustomMessage } from './trigger.ts'

/** Options of {@link limitMessages}. */
export interface LimitMessagesOptions {
  /** Counts the messages, such as `dynamoCounter({ documents, table })`. */
  readonly counter: Pick<Counter, 'count' | 'permissions'>
  /** The messages that one user gets in a fixed window of time, such as `{ max: 5, windowSeconds: 3600 }`. */
  readonly perUser: Limit
  /** The text that the caller gets, without a final full stop. */
  readonly message?: string
}

const OWNER = 'limitMessages()'
const TOO_MANY = 'Too many messages were requested, please try again later'

/**
 * Makes a rule that stops further messages to a user. It counts a message after all rules have passed. While the counter cannot be reached,
 * messages are sent.
 *
 * The denial fails the caller's request, such as ForgotPassword or ResendConfirmationCode.
 *
 * @throws TypeError or RangeError if an option is invalid.
 * @example
 * limitMessages({ counter: dynamoCounter({ documents: documentClient(), table: 'limits' }), perUser: { max: 5, windowSeconds: 3600 } })
 */
export function limitMessages(options: LimitMessagesOptions): Rule<CustomMessage> {
  assertOptions(OWNER, options, ['counter', 'perUser', 'message'])
  const { counter, perUser, message = TOO_MANY } = options
  if (typeof counter?.count !== 'function')
    throw new TypeError(`${OWNER}: counter is ${describeValue(counter)}; expected dynamoCounter({ documents, table })`)
  assertLimit(`${OWNER}: perUser`, perUser)
  if (!isPublicText(message)) throw new TypeError(`${OWNER}: message is ${describeValue(message)}; expected a text for the user`)
  const denial = deny('too-many-messages', message, { code: 'too-many-messages', quiet: true })
  return defineRule<CustomMessage>('limit-messages', () => skip(), {
    can: ['deny'],
    permissions: counter.permissions,
    reasons: ['too-many-messages'],
    commit: {
      async reserve({ event, signal }) {
        const counted = await counter.count(`messages#${event.userPoolId}#${event.userName}`, perUser, signal)
        return counted ? undefined : denial
      },
      // A message that another rule stops later stays counted until the window ends.
      release: () => undefined,
    },
  })
}
