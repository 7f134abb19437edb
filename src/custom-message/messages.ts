import { type Catalogue, compileCatalogue } from '../shared/messages/catalogue.ts'
import type { Longest } from '../shared/messages/check-message.ts'
import { isMessageName } from '../shared/messages/texts.ts'
import { assertOptions } from '../shared/rules/arguments.ts'
import { skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import type { RuleUser } from '../shared/rules/trigger.ts'
import { isInvitation } from './encode-message.ts'
import { assertEmailSending, type EmailSending, REASONS, respondWith } from './respond-with.ts'
import type { CustomMessage } from './trigger.ts'

/** Options of {@link messages}. */
export interface MessagesOptions {
  /**
   * The service that sends the pool's emails, `cognito` by default. Set `developer` if the pool's EmailSendingAccount is DEVELOPER. Otherwise
   * the rule answers only with an SMS, because Cognito rejects an email with InvalidLambdaResponseException.
   */
  readonly emailSending?: EmailSending
  /** The greatest length of user names and temporary passwords. An SMS invitation needs it, because an SMS has only 140 characters. */
  readonly longest?: Longest
}

const OWNER = 'messages()'

/**
 * Makes a rule that writes Cognito's messages from a catalogue of texts, in the user's language. All texts are checked when the rule is
 * made. A message that the catalogue lacks is left to Cognito.
 *
 * @param catalogue The texts by language, message and channel. A message is named after the trigger source: `SignUp` for
 *   `CustomMessage_SignUp`.
 * @throws TypeError with the language, the message and the text, if a text is invalid. Also if an option is invalid.
 * @example
 * customMessage(messages({ fallback: 'en', locales: { en: { default: { sms: '{{code}} is your code' } } } }))
 */
export function messages(catalogue: Catalogue, options: MessagesOptions = {}): Rule<CustomMessage> {
  assertOptions(OWNER, options, ['emailSending', 'longest'])
  const { emailSending = 'cognito', longest = {} } = options
  assertEmailSending(OWNER, emailSending)
  assertLongest(longest)
  const { write, reads, samples, hasEmails } = compileCatalogue(catalogue, { owner: OWNER, cognitoLimits: longest })
  const rule = defineRule<CustomMessage>(
    'messages',
    ({ event, user }) => {
      const { codeParameter, usernameParameter, clientMetadata } = event.request
      const name = event.triggerSource.replace(/^CustomMessage_/, '')
      if (!codeParameter) return skip('no-code', 'The event has no codeParameter')
      if (isInvitation(event) && !usernameParameter) return skip('no-user-name', 'The event has no usernameParameter')
      // Cognito may need the user name in such a message, and the text `default` has none.
      if (!isMessageName(name) && usernameParameter) return skip('unknown-source', 'The message may need a user name')
      const written = write(
        name,
        { attributes: user.attributes, clientMetadata },
        { code: codeParameter, username: usernameParameter ?? undefined },
      )
      if (written === undefined) return skip('no-message', `The catalogue has no message ${name}`)
      const { sms, email } = written
      if (sms === undefined || !isInvitation(event) || !hasLongerName(user, longest)) return respondWith(written, event, emailSending)
      if (email === undefined) return skip('user-name-too-long', 'With the user name, the SMS may have more than 140 characters')
      return respondWith({ email }, event, emailSending)
    },
    {
      can: ['answer'],
      permissions: [],
      reads,
      samples,
      reasons: ['no-code', 'no-user-name', 'unknown-source', 'user-name-too-long', ...REASONS],
    },
  )
  return { ...rule, ...(hasEmails && { emailSending }) }
}

function assertLongest(longest: unknown): void {
  assertOptions(`${OWNER}: longest`, longest, ['username', 'temporaryPassword'])
  for (const [name, value] of Object.entries(Object(longest))) {
    if (!(typeof value === 'number' && Number.isInteger(value) && value > 0))
      throw new TypeError(`${OWNER}: longest.${name} is ${String(value)}; expected a number of characters`)
  }
}

/** Returns true if Cognito may insert a longer user name than the texts were checked with. It may insert an address as well. */
function hasLongerName({ userName, email, phoneNumber, attributes }: RuleUser, { username }: Longest): boolean {
  const names = [userName, email, phoneNumber, attributes.preferred_username]
  return username !== undefined && names.some((name) => name !== undefined && name.length > username)
}
