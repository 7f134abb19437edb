import { assertMethod, assertOptions, describeValue } from '../shared/rules/arguments.ts'
import { assertReads, type DeclaresReads } from '../shared/rules/condition.ts'
import { NotDoneError } from '../shared/rules/errors.ts'
import { done, skip } from '../shared/rules/outcome.ts'
import { compose, type Rule, type RulePermission } from '../shared/rules/rule.ts'
import type { RuleContext, Working } from '../shared/rules/trigger.ts'

/** Port that sends a message to people, such as a channel of a chat. */
export interface Webhook {
  /**
   * Sends one text, in one attempt.
   *
   * @throws NotDoneError if the text was certainly not sent. Any other error means that it may have been sent.
   */
  readonly send: (text: string, signal: AbortSignal) => Promise<void>
  /** The IAM permissions that sending needs. */
  readonly permissions?: readonly RulePermission[]
}

/** Options of {@link notify}. */
export interface NotifyOptions<T extends Working = Working> {
  /** Returns the text, or undefined to send none. Nothing else leaves the function. */
  readonly message: (ctx: RuleContext<T>) => string | undefined
  /** The user attributes that `message` reads, or `[]` for none. The ledger keeps them until the message is sent. */
  readonly reads: readonly string[]
}

const OWNER = 'notify()'

/**
 * Makes a rule that sends a message to your own people, such as a line in a channel for each new user. It acts on every source of its
 * trigger. Wrap it in {@link once}, because Cognito may repeat the event.
 *
 * @throws TypeError if the webhook or an option is invalid. The rule fails if `message` returns something else than a text.
 * @example
 * const tell = notify(slackWebhook({ url }), { message: ({ user }) => `New user ${user.attributes.name}`, reads: ['name'] })
 * when(triggeredBy('PostConfirmation_ConfirmSignUp'), once(ledger, tell, { delivery: 'at-most-once' }))
 */
export function notify<T extends Working>(webhook: Webhook, options: NotifyOptions<T>): Rule<T> & DeclaresReads {
  assertMethod(OWNER, 'the webhook', webhook, 'send', 'slackWebhook({ url })')
  assertOptions(OWNER, options, ['message', 'reads'])
  const { message, reads } = options
  if (typeof message !== 'function')
    throw new TypeError(`${OWNER}: message is ${describeValue(message)}; expected a function that returns a text`)
  assertReads(OWNER, reads)
  const rule = compose<T>({
    name: 'notify',
    kind: 'rule',
    can: ['done'],
    reasons: ['no-message'],
    ...(webhook.permissions && { permissions: webhook.permissions }),
    async evaluate(ctx) {
      const text = createText(message, ctx)
      if (text === undefined) return skip('no-message')
      await webhook.send(text, ctx.signal)
      return done()
    },
  })
  return { ...rule, reads }
}

/**
 * Calls `message`. Returns its text, or undefined for no message.
 *
 * @throws NotDoneError if the function fails. Nothing was sent then, so the ledger may run the rule again, with a corrected function.
 */
function createText<T extends Working>(message: NotifyOptions<T>['message'], ctx: RuleContext<T>): string | undefined {
  try {
    const text: unknown = message(ctx)
    if (text === undefined || (typeof text === 'string' && text.trim() !== '')) return text
    // The message of the error does not contain the text, because errors are logged.
    throw new TypeError(`${OWNER}: message returned ${typeof text === 'string' ? 'an empty text' : describeValue(text)}; expected a text`)
  } catch (error) {
    throw new NotDoneError(error)
  }
}
