import { LIMITS } from '../shared/messages/check-message.ts'
import { isObject } from '../shared/rules/invocation.ts'
import type { CognitoResponse } from '../shared/rules/trigger.ts'
import type { CustomMessageEvent } from './trigger.ts'

/** The answer of a custom message rule. Cognito sends its own message on a channel that the answer lacks. */
export interface Message {
  /** Only for pools that send emails with Amazon SES. With other pools, an email in the answer makes Cognito's call fail. */
  readonly email?: { readonly subject: string; readonly html: string }
  readonly sms?: string
}

/** A reason for which Cognito would reject a message. */
export interface MessageFault {
  /** A constant identifier for the trace. */
  readonly reason: 'code-missing' | 'user-name-missing' | 'message-too-long'
  /** The text with the fault, and the fault. */
  readonly explanation: string
}

/** Combines two answers. For each channel, the later one wins. */
export function combineMessages(earlier: Message, later: Message): Message {
  return { ...earlier, ...later }
}

/**
 * Builds Cognito's response from the rules' answer.
 *
 * @throws TypeError if the answer has unknown fields, or if Cognito would reject the message.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-message.html
 */
export function encodeMessage(message: Message | undefined, event: CustomMessageEvent): CognitoResponse | undefined {
  if (message === undefined) return undefined
  assertMessage(message)
  const fault = findFault(message, event)
  if (fault !== undefined) throw new TypeError(fault.explanation)
  const { email, sms } = message
  return {
    ...(sms !== undefined && { smsMessage: sms }),
    ...(email && { emailMessage: email.html, emailSubject: email.subject }),
  }
}

/** @throws TypeError if a message has an unknown field, or a text is not a string. */
export function assertMessage(message: Message): void {
  assertKeys('message', message, ['email', 'sms'])
  if (message.sms !== undefined && typeof message.sms !== 'string') throw new TypeError("Message field 'sms' is not a string")
  if (message.email === undefined) return
  assertKeys('email', message.email, ['subject', 'html'])
  for (const field of ['subject', 'html'] as const) {
    const text = message.email[field]
    if (typeof text !== 'string' || text === '') throw new TypeError(`Message field 'email.${field}' is not a text`)
  }
}

function assertKeys(what: string, value: unknown, keys: readonly string[]): void {
  if (!isObject(value)) throw new TypeError(`The ${what} is not an object`)
  const unknown = Object.keys(value).find((key) => !keys.includes(key))
  if (unknown !== undefined) throw new TypeError(`Unknown ${what} field '${unknown}'; expected ${keys.join(', ')}`)
}

// The longest code has eight digits, and Cognito's placeholder `{####}` has six characters.
const LONGEST_CODE = '00000000'

/** Returns why Cognito would reject a message, or undefined. The code must be in each text, and the user name in an invitation. */
export function findFault({ email, sms }: Message, event: CustomMessageEvent): MessageFault | undefined {
  const { codeParameter, usernameParameter } = event.request
  const code = codeParameter ?? ''
  const username = (isInvitation(event) && usernameParameter) || ''
  for (const [part, text] of [
    ['html', email?.html],
    ['sms', sms],
  ] as const) {
    if (text === undefined) continue
    if (code === '' || !text.includes(code))
      return { reason: 'code-missing', explanation: `${part}: the placeholder of the code is missing` }
    if (!text.includes(username))
      return { reason: 'user-name-missing', explanation: `${part}: the placeholder of the user name is missing` }
  }
  for (const [part, text] of [
    ['subject', email?.subject],
    ['html', email?.html],
    ['sms', sms],
  ] as const) {
    const length = text === undefined ? 0 : text.replaceAll(code || ' ', LONGEST_CODE).length
    if (length > LIMITS[part])
      return { reason: 'message-too-long', explanation: `${part}: ${length} characters with the code; Cognito allows ${LIMITS[part]}` }
  }
  return undefined
}

/** Returns true if the message is an administrator's invitation, whose code is a temporary password. */
export function isInvitation({ triggerSource }: CustomMessageEvent): boolean {
  return triggerSource === 'CustomMessage_AdminCreateUser'
}
