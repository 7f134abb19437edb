import { randomInt } from 'node:crypto'
import { escapeUTF8 } from 'entities'
import type { TriggerSource } from '../../shared/cognito/triggers.ts'
import { CognitoError } from './errors.ts'
import type { Code, Medium, User } from './model.ts'
import type { Condition, Flow, Step } from './operation.ts'
import { sendThroughSender } from './senders.ts'
import { findLambda, type PoolSettings } from './settings/pool-settings.ts'
import { callTrigger } from './triggers.ts'

/** The kind of a message, which ends the names of its trigger sources. */
export type MessageKind =
  | 'SignUp'
  | 'AdminCreateUser'
  | 'ResendCode'
  | 'ForgotPassword'
  | 'UpdateUserAttribute'
  | 'VerifyUserAttribute'
  | 'Authentication'

/** A message to send. */
export interface Message {
  readonly medium: Medium
  readonly to: string
  readonly code: string
}

/** The delivery of a code, as the caller gets it. */
export interface DeliveryDetails {
  readonly Destination: string
  readonly DeliveryMedium: Medium
  readonly AttributeName?: string
}

const CODE = '{####}'
const USER_NAME = '{username}'
const CODE_MINUTES = 60 * 24
export const MAX_TRIES = 5

/** Creates a code of six digits. @param minutes How long it is valid. */
export function createCode(now: number, minutes: number = CODE_MINUTES, digits = 6): Code {
  const value = String(randomInt(10 ** digits)).padStart(digits, '0')
  return { value, expiresAt: now + minutes * 60_000, tries: 0 }
}

/** A message whose text is written. The flow keeps it between the steps that write and send it. */
export interface Outgoing {
  readonly message: Message
  readonly texts: Partial<Texts>
}

/** The steps of a message: CustomMessage writes its text, then a custom sender or the pool sends it. */
export function messageSteps<Input = unknown>(
  kind: MessageKind,
  find: (flow: Flow<Input>) => Message | undefined,
  when?: Condition<Input>,
): readonly Step<Input>[] {
  const start: Step<Input> = {
    kind: 'trigger',
    text: `CustomMessage_${kind}`,
    when,
    run: async (flow) => {
      const message = find(flow)
      flow.outgoing = message && { message, texts: await writeMessage(flow, kind, message) }
    },
  }
  const sender = (medium: Medium, name: 'CustomEmailSender' | 'CustomSMSSender'): Step<Input> => ({
    kind: 'trigger',
    text: `${name}_${kind}`,
    when: {
      text: `the message is ${medium === 'EMAIL' ? 'an email' : 'a text message'}`,
      holds: (flow) => flow.outgoing?.message.medium === medium,
    },
    run: async (flow) => {
      const { outgoing } = flow
      if (outgoing === undefined || findLambda(flow.pool.settings, name) === undefined) return
      await sendThroughSender(flow, `${name}_${kind}`, outgoing.message.code)
      flow.outgoing = undefined
    },
  })
  const deliver: Step<Input> = {
    kind: 'deliver',
    text: 'puts the message in the inbox',
    when: { text: 'no custom sender sends it', holds: (flow) => flow.outgoing !== undefined },
    run: (flow) => {
      if (flow.outgoing !== undefined) deliverMessage(flow, kind, flow.outgoing)
      flow.outgoing = undefined
    },
  }
  return [start, sender('EMAIL', 'CustomEmailSender'), sender('SMS', 'CustomSMSSender'), deliver]
}

function deliverMessage({ world, pool, user }: Flow, kind: MessageKind, { message, texts: written }: Outgoing): void {
  const texts = { ...defaultTexts(pool.settings, kind), ...written }
  const isEmail = message.medium === 'EMAIL'
  const put = (text: string, render: (raw: string) => string): string =>
    text.replaceAll(CODE, () => render(message.code)).replaceAll(USER_NAME, () => render(user?.username ?? ''))
  const asIs = (raw: string): string => raw
  world.inbox.add({
    at: new Date(world.now()).toISOString(),
    channel: isEmail ? 'email' : 'sms',
    to: message.to,
    subject: isEmail ? put(texts.emailSubject, asIs) : null,
    text: isEmail ? null : put(texts.smsMessage, asIs),
    html: isEmail ? put(texts.emailMessage, escapeUTF8) : null,
    code: message.code,
  })
}

interface Texts {
  readonly emailSubject: string
  readonly emailMessage: string
  readonly smsMessage: string
}

const LIMITS = { emailMessage: 20_000, emailSubject: 140, smsMessage: 140 } as const

/**
 * Calls CustomMessage. Returns the texts that Cognito takes.
 *
 * @throws CognitoError if CustomMessage refuses or fails.
 */
async function writeMessage(flow: Flow, kind: MessageKind, { medium }: Message): Promise<Partial<Texts>> {
  const source: TriggerSource = `CustomMessage_${kind}`
  const isInvitation = kind === 'AdminCreateUser'
  // AWS lists only pre sign-up for the metadata of AdminCreateUser, and only the triggers of a sign-in for that of RespondToAuthChallenge.
  const isPassed = !isInvitation && !flow.row.startsWith('RespondToAuthChallenge')
  const clientMetadata = isPassed ? flow.clientMetadata : undefined
  const isSentByFunction = findLambda(flow.pool.settings, medium === 'EMAIL' ? 'CustomEmailSender' : 'CustomSMSSender') !== undefined
  const assumption = isSentByFunction ? 'custom-message-runs-before-sender' : undefined
  if (assumption !== undefined && !flow.world.assume(assumption)) {
    flow.steps.push({ kind: 'trigger', text: source, assumption, skipped: true })
    return {}
  }
  const request = {
    ...(isInvitation && { clientId: 'CLIENT_ID_NOT_APPLICABLE' }),
    request: {
      codeParameter: CODE,
      linkParameter: '{##Click Here##}',
      usernameParameter: isInvitation ? USER_NAME : null,
      ...(clientMetadata !== undefined && { clientMetadata }),
    },
  }
  const response = await callTrigger(flow, source, request, assumption)
  const texts = Object.entries(LIMITS).flatMap(([name, limit]): readonly [string, string][] => {
    const text = response?.[name]
    const needed = name === 'emailSubject' ? [] : [CODE, ...(isInvitation ? [USER_NAME] : [])]
    const isTaken = typeof text === 'string' && text.length <= limit && needed.every((each) => text.includes(each))
    return isTaken ? [[name, text]] : []
  })
  const hasEmail = typeof response?.emailMessage === 'string' || typeof response?.emailSubject === 'string'
  if (hasEmail && flow.pool.settings.EmailConfiguration.EmailSendingAccount === 'COGNITO_DEFAULT')
    throw new CognitoError('InvalidLambdaResponseException', 'Unrecognizable lambda output')
  return Object.fromEntries(texts)
}

// The texts of Cognito's own messages.
function defaultTexts(settings: PoolSettings, kind: MessageKind): Texts {
  const { VerificationMessageTemplate: verification, AdminCreateUserConfig } = settings
  if (kind === 'AdminCreateUser') {
    const { EmailMessage, EmailSubject, SMSMessage } = AdminCreateUserConfig.InviteMessageTemplate
    const text = `Your username is ${USER_NAME} and temporary password is ${CODE}.`
    return { emailSubject: EmailSubject ?? 'Your temporary password', emailMessage: EmailMessage ?? text, smsMessage: SMSMessage ?? text }
  }
  const sms = kind === 'Authentication' ? settings.SmsAuthenticationMessage : undefined
  const text = `Your ${kind === 'Authentication' ? 'authentication' : kind === 'ForgotPassword' ? 'password reset' : 'confirmation'} code is ${CODE}.`
  return {
    emailSubject: settings.EmailVerificationSubject ?? verification.EmailSubject ?? 'Your verification code',
    emailMessage: settings.EmailVerificationMessage ?? verification.EmailMessage ?? text,
    smsMessage: sms ?? settings.SmsVerificationMessage ?? verification.SmsMessage ?? text,
  }
}

/** Returns the message to a contact of a user. Undefined if the user has no such contact. */
export function toContact(user: User, attribute: string, code: string): Message | undefined {
  const to = user.attributes[attribute]
  return to === undefined ? undefined : { medium: attribute === 'email' ? 'EMAIL' : 'SMS', to, code }
}

/** Describes where a code went, with most of the address hidden. */
export function describeDelivery({ medium, to }: Message, attribute?: string): DeliveryDetails {
  return { Destination: maskContact(to), DeliveryMedium: medium, ...(attribute !== undefined && { AttributeName: attribute }) }
}

/** Hides an address as Cognito does: `f***@e***` or `+*******1234`. */
export function maskContact(contact: string): string {
  const [, first = '', domain] = /^(.)[^@]*@(.)/.exec(contact) ?? []
  return domain === undefined ? `+${'*'.repeat(Math.max(contact.length - 5, 0))}${contact.slice(-4)}` : `${first}***@${domain}***`
}
