import { parseMailbox } from './addresses.ts'
import type { ReceivedMail } from './local-ses.ts'
import { type QueryCall, SesError } from './protocol.ts'

const MAX_RECIPIENTS = 50

/** A valid email of a SendEmail call. */
export type Draft = Omit<ReceivedMail, 'messageId' | 'at'>

/**
 * Parses and validates the email of a SendEmail call.
 *
 * @throws SesError ValidationError for a missing field, InvalidParameterValue for a malformed or missing address.
 * @see https://docs.aws.amazon.com/ses/latest/APIReference/API_SendEmail.html
 */
export function parseSendEmail(call: QueryCall): Draft {
  const text = call.parameter('Message.Body.Text.Data')
  const html = call.parameter('Message.Body.Html.Data')
  if (text === undefined && html === undefined) throw createMissingError('message.body')
  const draft = {
    from: getRequired(call, 'Source', 'source'),
    to: call.list('Destination.ToAddresses'),
    cc: call.list('Destination.CcAddresses'),
    bcc: call.list('Destination.BccAddresses'),
    replyTo: call.list('ReplyToAddresses'),
    subject: getRequired(call, 'Message.Subject.Data', 'message.subject.data'),
    ...(text === undefined ? {} : { text }),
    ...(html === undefined ? {} : { html }),
  }
  checkMailboxes(draft, call.parameter('ReturnPath'))
  return draft
}

/**
 * Checks the addresses of an email.
 *
 * @param returnPath The address for bounces, if it differs from the sender.
 * @throws SesError InvalidParameterValue for a malformed address, or without a recipient.
 */
export function checkMailboxes({ from, to, cc, bcc, replyTo }: Draft, returnPath: string | undefined): void {
  const recipients = [...to, ...cc, ...bcc]
  if (recipients.length > MAX_RECIPIENTS) {
    throw new SesError('InvalidParameterValue', `Recipient count exceeds ${MAX_RECIPIENTS}.`)
  }
  for (const mailbox of [from, ...recipients, ...replyTo, ...(returnPath === undefined ? [] : [returnPath])]) parseMailbox(mailbox)
  if (recipients.length === 0) throw new SesError('InvalidParameterValue', "Missing required header 'To'.")
}

function getRequired(call: QueryCall, name: string, member: string): string {
  const value = call.parameter(name)
  if (value === undefined) throw createMissingError(member)
  return value
}

function createMissingError(member: string): SesError {
  return new SesError(
    'ValidationError',
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  )
}
