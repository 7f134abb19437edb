import type { SourceOf } from '../shared/cognito/triggers.ts'
import { readLocale } from '../shared/messages/locales.ts'
import { mailableName } from '../shared/messages/mailable-name.ts'
import { assertOptions, assertTexts, describeValue } from '../shared/rules/arguments.ts'
import type { MaybePromise } from '../shared/rules/invocation.ts'
import { skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import type { RuleUser } from '../shared/rules/trigger.ts'
import { assertMessage, type Message } from './encode-message.ts'
import { assertEmailSending, type EmailSending, REASONS, respondWith } from './respond-with.ts'
import type { CustomMessage } from './trigger.ts'

type Source = SourceOf<'CustomMessage'>

/** The parts of a message. `code` and `username` are placeholders, which Cognito replaces. */
export interface MessageParts<Sources extends Source> {
  readonly code: string
  /** Only an administrator's invitation has a user name. It must contain both placeholders. */
  readonly username: Sources extends 'CustomMessage_AdminCreateUser' ? string : undefined
  /** The user's name, if it is short and has only letters, so that it cannot be spam. */
  readonly name: string | undefined
  /** The user's language tag in lower case, from the attribute `locale` or from `clientMetadata.locale`. */
  readonly locale: string | undefined
  /** The user. Attributes are not escaped, and users choose them. */
  readonly user: RuleUser
}

/** Options of {@link message}. */
export interface MessageOptions {
  /** The service that sends the pool's emails, as in `messages`. */
  readonly emailSending?: EmailSending
}

/**
 * Makes a rule that writes the message of some trigger sources in code. If `write` returns undefined, or a message that Cognito would reject,
 * Cognito sends its own message.
 *
 * @param source One trigger source, or several.
 * @throws TypeError if an argument is invalid.
 * @example
 * message('CustomMessage_Authentication', ({ code }) => ({ sms: `${code} is your sign-in code` }))
 */
export function message<const Sources extends Source>(
  source: Sources | readonly Sources[],
  write: (parts: MessageParts<NoInfer<Sources>>) => MaybePromise<Message | undefined>,
  options: MessageOptions = {},
): Rule<CustomMessage> {
  const sources: readonly string[] = typeof source === 'string' ? [source] : source
  assertTexts('message()', sources)
  if (typeof write !== 'function') throw new TypeError(`message(): argument 2 is ${describeValue(write)}; expected a function`)
  assertOptions('message()', options, ['emailSending'])
  const { emailSending = 'cognito' } = options
  assertEmailSending('message()', emailSending)
  const rule = defineRule<CustomMessage>(
    'message',
    async ({ event, user }) => {
      if (!sources.includes(event.triggerSource)) return skip('other-source')
      const { codeParameter, usernameParameter, clientMetadata } = event.request
      if (!codeParameter) return skip('no-code', 'The event has no codeParameter')
      const parts = {
        code: codeParameter,
        username: usernameParameter ?? undefined,
        name: mailableName(user),
        locale: readLocale(user.attributes.locale, clientMetadata?.locale),
        user,
      }
      // The cast is safe for a real event: Cognito sends the user name exactly for an invitation.
      const written = await write(parts as MessageParts<Sources>)
      if (written === undefined) return skip('no-message')
      assertMessage(written)
      return respondWith(written, event, emailSending)
    },
    { can: ['answer'], permissions: [], reasons: ['other-source', 'no-code', ...REASONS] },
  )
  return { ...rule, ...(emailSending === 'developer' && { emailSending }) }
}
