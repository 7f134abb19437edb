import { describeValue } from '../shared/rules/arguments.ts'
import { type Answer, respond, type Skip, skip } from '../shared/rules/outcome.ts'
import { findFault, type Message } from './encode-message.ts'
import type { CustomMessageEvent } from './trigger.ts'

/** The service that sends the pool's emails: your SES identity (`developer`), or Cognito's own address (`cognito`). */
export type EmailSending = 'developer' | 'cognito'

/** The reasons of `respondWith`. */
export const REASONS = [
  'message-written',
  'no-message',
  'email-sent-by-cognito',
  'code-missing',
  'user-name-missing',
  'message-too-long',
] as const

/** @throws TypeError if the value is not an {@link EmailSending}. */
export function assertEmailSending(owner: string, value: unknown): void {
  if (value === 'developer' || value === 'cognito') return
  throw new TypeError(
    `${owner}: emailSending is ${typeof value === 'string' ? `'${value}'` : describeValue(value)}; expected 'developer' or 'cognito'`,
  )
}

/**
 * Answers with a message. Leaves out its email if Cognito sends the pool's emails, because Cognito then accepts only an SMS. Skips with the
 * reason if Cognito would reject the message, so that Cognito sends its own.
 */
export function respondWith({ email, sms }: Message, event: CustomMessageEvent, emailSending: EmailSending): Answer<Message> | Skip {
  if (email === undefined && sms === undefined) return skip('no-message')
  const message: Message = {
    ...(email && emailSending === 'developer' && { email: { subject: email.subject, html: email.html } }),
    ...(sms !== undefined && { sms }),
  }
  if (message.email === undefined && message.sms === undefined)
    return skip('email-sent-by-cognito', "The message has only an email, and emailSending is 'cognito'")
  const fault = findFault(message, event)
  return fault === undefined ? respond<Message>(message, 'message-written') : skip(fault.reason, fault.explanation)
}
