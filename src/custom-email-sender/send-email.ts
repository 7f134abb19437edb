import type { AttributeMap } from '../shared/cognito/event.ts'
import type { SourceOf } from '../shared/cognito/triggers.ts'
import { formatEmailAddress, parseEmailAddress } from '../shared/email/address.ts'
import type { Mailer } from '../shared/mail/mailer.ts'
import { type Catalogue, compileCatalogue } from '../shared/messages/catalogue.ts'
import type { MessageValues } from '../shared/messages/texts.ts'
import { assertMethod, assertOptions } from '../shared/rules/arguments.ts'
import { skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import type { RuleContext } from '../shared/rules/trigger.ts'
import type { SendClaims } from '../shared/sender/send-claims.ts'
import { assertComplete, mergePermissions, SENDING, sendMessage } from '../shared/sender/send-message.ts'
import { type CodeReader, readMessageName } from '../shared/sender/sender.ts'
import type { CustomEmailSender } from './trigger.ts'
import type { UserFinder } from './user-finder.ts'

/** Options of {@link sendEmail}. */
export interface SendEmailOptions {
  /** Decrypts the codes: `decryptCode(keyring)`. */
  readonly code: CodeReader
  /** Prevents a repeated event from sending an email again. By default, each delivery of an event sends it. */
  readonly claims?: SendClaims | undefined
  /** Looks up the address for notifications about account takeovers. Without it, these are not sent. */
  readonly users?: UserFinder | undefined
}

/** The messages with a code. If AWS adds a source to the table of triggers, this does not compile until it is here. */
const WITH_CODE: { readonly [Source in Exclude<SourceOf<'CustomEmailSender'>, typeof TAKEOVER>]: true } = {
  CustomEmailSender_SignUp: true,
  CustomEmailSender_AdminCreateUser: true,
  CustomEmailSender_ResendCode: true,
  CustomEmailSender_ForgotPassword: true,
  CustomEmailSender_UpdateUserAttribute: true,
  CustomEmailSender_VerifyUserAttribute: true,
  CustomEmailSender_Authentication: true,
}
const TAKEOVER = 'CustomEmailSender_AccountTakeOverNotification'
const OWNER = 'sendEmail()'

/**
 * Makes a rule that sends every email of the user pool: codes, invitations, and notifications about account takeovers. An event with an
 * unknown trigger source gets the text `default` of the catalogue, with its code.
 *
 * @throws TypeError if an argument or a text is invalid, or if the fallback language has no email for one of the messages.
 * @example
 * sendEmail(sesMailer({ ses: sesClient(), from: 'Example <code@example.com>' }), catalogue, { code: decryptCode(keyring) })
 */
export function sendEmail(mailer: Mailer, catalogue: Catalogue, options: SendEmailOptions): Rule<CustomEmailSender> {
  assertMethod(OWNER, 'the mailer', mailer, 'send', 'sesMailer({ ses, from })')
  assertOptions(OWNER, options, ['code', 'claims', 'users'])
  const { code, claims, users } = options
  assertMethod(OWNER, 'code', code, 'read', 'decryptCode(keyring)')
  const texts = compileCatalogue(catalogue, { owner: OWNER, needsText: true })
  const sources = [...Object.keys(WITH_CODE), ...(users === undefined ? [] : [TAKEOVER])]
  assertComplete(
    OWNER,
    texts,
    'email',
    sources.map((triggerSource) => readMessageName({ triggerSource })),
  )
  const permissions = mergePermissions(mailer, code, claims, users)

  return defineRule<CustomEmailSender>(
    'send-email',
    async (ctx) => {
      const isTakeover = ctx.event.triggerSource === TAKEOVER
      if (isTakeover && users === undefined) return skip('no-user-finder', 'The event has no address. The option users looks it up')
      const attributes = isTakeover ? await findVerified(ctx, users) : ctx.user.attributes
      if (!attributes?.email) return skip('no-email')
      const address = parseEmailAddress(attributes.email)
      if (address === undefined) return skip('email-malformed')
      const to = formatEmailAddress(address)
      const recipient = { to, attributes, ...(isTakeover && { values: readTakeover(ctx.user.attributes) }) }
      return sendMessage(ctx, { code, claims, texts }, recipient, ({ email }) => email && (() => mailer.send({ to, ...email }, ctx.signal)))
    },
    {
      can: ['done'],
      samples: texts.samples,
      reasons: [...SENDING.reasons, 'no-user-finder'],
      ...(permissions && { permissions }),
    },
  )
}

/** Returns the attributes of the user if the address is verified, because a stranger must not read about the user's sign-ins. */
async function findVerified(
  { event, user, signal }: RuleContext<CustomEmailSender>,
  users: UserFinder | undefined,
): Promise<AttributeMap | undefined> {
  const userName = user.userName || user.attributes.USER_NAME || ''
  const attributes = await users?.find({ userPoolId: event.userPoolId, userName }, signal)
  return attributes?.email_verified === 'true' ? attributes : undefined
}

/** @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-adaptive-authentication.html */
function readTakeover(attributes: AttributeMap): MessageValues {
  return {
    loginTime: attributes.LOGIN_TIME,
    ipAddress: attributes.IP_ADDRESS,
    city: attributes.CITY,
    country: attributes.COUNTRY,
    deviceName: attributes.DEVICE_NAME,
    validLink: attributes.ONE_CLICK_LINK_VALID,
    invalidLink: attributes.ONE_CLICK_LINK_INVALID,
  }
}
