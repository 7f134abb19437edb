import { formatEmailAddress, parseEmailAddress } from '../shared/email/address.ts'
import type { Mailer } from '../shared/mail/mailer.ts'
import { type Catalogue, compileCatalogue } from '../shared/messages/catalogue.ts'
import { assertMethod, assertOptions, describeValue } from '../shared/rules/arguments.ts'
import { CODE_OPTIONS, type CodeOptions, codeStep } from './codes.ts'
import type { ChallengeStep } from './steps.ts'

/** Options of {@link emailCode}. */
export interface EmailCodeOptions extends CodeOptions {
  readonly mailer: Mailer
  /** The texts of the email, by language. The message is named `Authentication`, or `default`. */
  readonly texts: Catalogue
  /** By default, an unverified address gets no code, because a stranger may own it. With `send`, it gets one. */
  readonly unverified?: 'refuse' | 'send'
}

const OWNER = 'emailCode()'

/**
 * Makes a step in which the user types a code from an email. Each sign-in sends one email. A user without a verified address gets none,
 * and cannot pass.
 *
 * @throws TypeError if an option is missing or wrong, or if the texts lack an email. RangeError if a number is out of range.
 * @example
 * emailCode({ mailer: sesMailer({ ses: sesClient(), from: 'sign-in@example.com' }), texts, key })
 */
export function emailCode(options: EmailCodeOptions): ChallengeStep {
  assertOptions(OWNER, options, ['mailer', 'texts', 'unverified', ...CODE_OPTIONS])
  const { mailer, unverified = 'refuse' } = options
  assertMethod(OWNER, 'mailer', mailer, 'send', 'sesMailer({ ses, from })')
  if (unverified !== 'refuse' && unverified !== 'send')
    throw new TypeError(`${OWNER}: unverified is ${describeValue(unverified)}; expected 'refuse' or 'send'`)
  const texts = compileCatalogue(options.texts, { owner: OWNER, needsText: true })
  if (texts.write('Authentication', { attributes: {} }, { code: '000000' })?.email === undefined)
    throw new TypeError(
      `${OWNER}: texts has no email in the language ${options.texts.fallback}; expected a message Authentication or default`,
    )
  return codeStep(
    OWNER,
    {
      name: 'email-code',
      permissions: mailer.permissions,
      samples: texts.samples,
      async send(code, { event, user, signal }) {
        const address = user.email === undefined ? undefined : parseEmailAddress(user.email)
        if (address === undefined || (!user.emailVerified && unverified !== 'send')) return false
        const { clientMetadata } = event.request
        const written = texts.write('Authentication', { attributes: user.attributes, clientMetadata }, { code })
        if (written?.email === undefined) return false
        await mailer.send({ to: formatEmailAddress(address), ...written.email }, signal)
        return true
      },
    },
    options,
  )
}
