import { addressOf, splitMailboxes } from './addresses.ts'
import type { ReceivedMail } from './local-ses.ts'
import type { QueryCall } from './protocol.ts'
import { decodeWords, readHeader } from './raw-message.ts'
import { SesError } from './ses-error.ts'

const MAX_RECIPIENTS = 50

/** A mail that a call asks to send, sound in itself. */
export interface Draft extends Omit<ReceivedMail, 'messageId' | 'at'> {
  /** Where bounces go, when that is not the sender. */
  readonly returnPath: string | undefined
}

/**
 * Reads the mail out of a SendEmail call.
 *
 * @throws SesError ValidationError for a missing part, InvalidParameterValue for a malformed or missing address.
 * @see https://docs.aws.amazon.com/ses/latest/APIReference/API_SendEmail.html
 */
export function fromSendEmail(call: QueryCall): Draft {
  const text = call.parameter('Message.Body.Text.Data')
  const html = call.parameter('Message.Body.Html.Data')
  if (text === undefined && html === undefined) throw missing('message.body')
  return checked({
    from: required(call, 'Source', 'source'),
    to: call.list('Destination.ToAddresses'),
    cc: call.list('Destination.CcAddresses'),
    bcc: call.list('Destination.BccAddresses'),
    replyTo: call.list('ReplyToAddresses'),
    returnPath: call.parameter('ReturnPath'),
    subject: required(call, 'Message.Subject.Data', 'message.subject.data'),
    ...(text === undefined ? {} : { text }),
    ...(html === undefined ? {} : { html }),
  })
}

/**
 * Reads the mail out of a SendRawEmail call. Its sender and recipients come from the call where it names them, else from
 * the message's header.
 *
 * @throws SesError ValidationError for a missing message, InvalidParameterValue for a malformed or missing address.
 * @see https://docs.aws.amazon.com/ses/latest/APIReference/API_SendRawEmail.html
 */
export function fromSendRawEmail(call: QueryCall): Draft {
  const raw = Buffer.from(required(call, 'RawMessage.Data', 'rawMessage.data'), 'base64').toString('utf8')
  const header = readHeader(raw)
  const from = call.parameter('Source') ?? header('From')[0]
  if (from === undefined) throw new SesError('InvalidParameterValue', "Missing required header 'From'.")
  const destinations = call.list('Destinations')
  const recipients = (name: string): string[] => (destinations.length > 0 ? [] : header(name).flatMap(splitMailboxes))
  return checked({
    from,
    to: destinations.length > 0 ? destinations : recipients('To'),
    cc: recipients('Cc'),
    bcc: recipients('Bcc'),
    replyTo: header('Reply-To').flatMap(splitMailboxes),
    returnPath: header('Return-Path')[0],
    subject: decodeWords(header('Subject')[0] ?? ''),
    raw,
  })
}

function checked(draft: Draft): Draft {
  const recipients = [...draft.to, ...draft.cc, ...draft.bcc]
  if (recipients.length > MAX_RECIPIENTS) {
    throw new SesError('InvalidParameterValue', `Recipient count exceeds ${MAX_RECIPIENTS}.`)
  }
  const returnPath = draft.returnPath === undefined ? [] : [draft.returnPath]
  for (const mailbox of [draft.from, ...recipients, ...draft.replyTo, ...returnPath]) addressOf(mailbox)
  if (recipients.length === 0) throw new SesError('InvalidParameterValue', "Missing required header 'To'.")
  return draft
}

function required(call: QueryCall, name: string, member: string): string {
  const value = call.parameter(name)
  if (value === undefined) throw missing(member)
  return value
}

function missing(member: string): SesError {
  return new SesError(
    'ValidationError',
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  )
}
