import { type Catalogue, compileCatalogue } from '../shared/messages/catalogue.ts'
import { assertMethod, assertOptions, describeValue } from '../shared/rules/arguments.ts'
import type { Texter } from '../shared/sms/texter.ts'
import { CODE_OPTIONS, type CodeOptions, codeStep } from './codes.ts'
import type { ChallengeStep } from './steps.ts'

/** Options of {@link smsCode}. */
export interface SmsCodeOptions extends CodeOptions {
  readonly texter: Texter
  /** The texts of the message, by language. The message is named `Authentication`, or `default`. */
  readonly texts: Catalogue
  /** By default, an unverified number gets no code, because a stranger may own it. With `send`, it gets one. */
  readonly unverified?: 'refuse' | 'send'
}

const OWNER = 'smsCode()'
const E164 = /^\+[1-9]\d{6,14}$/

/**
 * Makes a step in which the user types a code from a text message. Each sign-in sends one message. A user without a verified number gets
 * none, and cannot pass.
 *
 * @throws TypeError if an option is missing or wrong, or if the texts lack an SMS. RangeError if a number is out of range.
 * @example
 * smsCode({ texter: snsTexter({ sns: snsClient() }), texts, key })
 */
export function smsCode(options: SmsCodeOptions): ChallengeStep {
  assertOptions(OWNER, options, ['texter', 'texts', 'unverified', ...CODE_OPTIONS])
  const { texter, unverified = 'refuse' } = options
  assertMethod(OWNER, 'texter', texter, 'send', 'snsTexter({ sns })')
  if (unverified !== 'refuse' && unverified !== 'send')
    throw new TypeError(`${OWNER}: unverified is ${describeValue(unverified)}; expected 'refuse' or 'send'`)
  const texts = compileCatalogue(options.texts, { owner: OWNER })
  if (texts.write('Authentication', { attributes: {} }, { code: '000000' })?.sms === undefined)
    throw new TypeError(
      `${OWNER}: texts has no sms in the language ${options.texts.fallback}; expected a message Authentication or default`,
    )
  return codeStep(
    OWNER,
    {
      name: 'sms-code',
      permissions: texter.permissions,
      samples: texts.samples,
      async send(code, { event, user, signal }) {
        const to = user.phoneNumber
        if (to === undefined || !E164.test(to) || (!user.phoneNumberVerified && unverified !== 'send')) return false
        const { clientMetadata } = event.request
        const text = texts.write('Authentication', { attributes: user.attributes, clientMetadata }, { code })?.sms
        if (text === undefined) return false
        await texter.send({ to, text }, signal)
        return true
      },
    },
    options,
  )
}
