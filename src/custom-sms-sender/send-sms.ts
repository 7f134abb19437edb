import type { SourceOf } from '../shared/cognito/triggers.ts'
import { type Catalogue, compileCatalogue } from '../shared/messages/catalogue.ts'
import { assertMethod, assertOptions } from '../shared/rules/arguments.ts'
import { skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import type { SendClaims } from '../shared/sender/send-claims.ts'
import { assertComplete, mergePermissions, SENDING, sendMessage } from '../shared/sender/send-message.ts'
import { type CodeReader, readMessageName } from '../shared/sender/sender.ts'
import { isPhoneNumber, type Texter } from '../shared/sms/texter.ts'
import type { CustomSmsSender } from './trigger.ts'

/** Options of {@link sendSms}. */
export interface SendSmsOptions {
  /** Decrypts the codes: `decryptCode(keyring)`. */
  readonly code: CodeReader
  /** Prevents a repeated event from sending a message again. By default, each delivery of an event sends it. */
  readonly claims?: SendClaims | undefined
}

/** The messages of the trigger. If AWS adds a source to the table of triggers, this does not compile until it is here. */
const SOURCES: { readonly [Source in SourceOf<'CustomSMSSender'>]: true } = {
  CustomSMSSender_SignUp: true,
  CustomSMSSender_AdminCreateUser: true,
  CustomSMSSender_ResendCode: true,
  CustomSMSSender_ForgotPassword: true,
  CustomSMSSender_UpdateUserAttribute: true,
  CustomSMSSender_VerifyUserAttribute: true,
  CustomSMSSender_Authentication: true,
}
const OWNER = 'sendSms()'

/**
 * Makes a rule that sends every text message of the user pool. An event with an unknown trigger source gets the text `default` of the
 * catalogue, with its code.
 *
 * Anyone can sign up with a phone number, and each message costs money. Wrap the rule in `when(allowCountries(...))` and
 * `when(withinLimits(...))`.
 *
 * @throws TypeError if an argument or a text is invalid, or if the fallback language has no text message for one of the messages.
 * @example
 * when(allowCountries('DE', 'AT'), sendSms(snsTexter({ sns: snsClient() }), catalogue, { code: decryptCode(keyring) }))
 */
export function sendSms(texter: Texter, catalogue: Catalogue, options: SendSmsOptions): Rule<CustomSmsSender> {
  assertMethod(OWNER, 'the texter', texter, 'send', 'snsTexter({ sns })')
  assertOptions(OWNER, options, ['code', 'claims'])
  const { code, claims } = options
  assertMethod(OWNER, 'code', code, 'read', 'decryptCode(keyring)')
  const texts = compileCatalogue(catalogue, { owner: OWNER })
  assertComplete(
    OWNER,
    texts,
    'sms',
    Object.keys(SOURCES).map((triggerSource) => readMessageName({ triggerSource })),
  )
  const permissions = mergePermissions(texter, code, claims)

  return defineRule<CustomSmsSender>(
    'send-sms',
    async (ctx) => {
      const { user, signal } = ctx
      const to = user.phoneNumber
      if (to === undefined) return skip('no-phone-number')
      if (!isPhoneNumber(to)) return skip('phone-number-malformed')
      return sendMessage(ctx, { code, claims, texts }, { to, attributes: user.attributes }, ({ sms }) =>
        sms === undefined ? undefined : () => texter.send({ to, text: sms }, signal),
      )
    },
    {
      can: ['done'],
      samples: texts.samples,
      reasons: [...SENDING.reasons, 'no-phone-number', 'phone-number-malformed'],
      ...(permissions && { permissions }),
    },
  )
}
