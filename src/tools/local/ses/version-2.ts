import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import { checkMailboxes, type Draft } from './compose.ts'
import { type Answer, SesError } from './protocol.ts'

/** The path of SendEmail in version 2 of the API. */
const SEND_EMAIL = '/v2/email/outbound-emails'

/** Returns true if the path of a request belongs to version 2 of the API. */
export function isVersion2(path: string): boolean {
  return path.startsWith('/v2/')
}

const part = z.object({ Data: z.string() })
const addresses = z.array(z.string()).default([])
const input = z.object({
  FromEmailAddress: z.string(),
  Destination: z.object({ ToAddresses: addresses, CcAddresses: addresses, BccAddresses: addresses }),
  ReplyToAddresses: addresses,
  Content: z.object({
    Simple: z.object({ Subject: part, Body: z.object({ Text: part.optional(), Html: part.optional() }) }),
  }),
})

/**
 * Parses and validates the email of a SendEmail call of version 2. It supports `Simple` content only.
 *
 * @throws SesError if the call is invalid.
 * @see https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
 */
export function parseSendEmailV2(path: string, body: string): Draft {
  if (path !== SEND_EMAIL) throw new SesError('UnknownOperationException', `The local SES supports only POST ${SEND_EMAIL}.`, 404)
  const parsed = input.safeParse(parseJson(body))
  if (!parsed.success) throw new SesError('BadRequestException', describeIssue(parsed.error))
  const { FromEmailAddress: from, Destination: to, ReplyToAddresses: replyTo, Content: content } = parsed.data
  const { Subject, Body } = content.Simple
  if (Body.Text === undefined && Body.Html === undefined) throw new SesError('BadRequestException', 'Content.Simple.Body is empty.')
  const draft = {
    from,
    to: to.ToAddresses,
    cc: to.CcAddresses,
    bcc: to.BccAddresses,
    replyTo,
    subject: Subject.Data,
    ...(Body.Text && { text: Body.Text.Data }),
    ...(Body.Html && { html: Body.Html.Data }),
  }
  checkMailboxes(draft, undefined)
  return draft
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw new SesError('SerializationException', 'The body is not JSON.')
  }
}

function describeIssue({ issues: [issue] }: z.ZodError): string {
  return `${issue?.path.join('.')}: ${issue?.message}`
}

/** Formats the response to a successful call of version 2. */
export function formatJsonAnswer(messageId: string): Answer {
  return createAnswer(200, { MessageId: messageId })
}

/** The names of version 2 for errors of version 1, with their HTTP status. */
const NAMES: Readonly<Record<string, readonly [string, number]>> = {
  InvalidParameterValue: ['BadRequestException', 400],
  Throttling: ['TooManyRequestsException', 429],
}

/** Formats the response to a rejected call of version 2. */
export function formatJsonError({ sesCode, status, message }: SesError): Answer {
  const [name, code] = NAMES[sesCode] ?? [sesCode, status]
  return createAnswer(code, { message }, { 'x-amzn-errortype': name })
}

function createAnswer(status: number, body: object, headers: Readonly<Record<string, string>> = {}): Answer {
  const all = { 'content-type': 'application/json', 'x-amzn-requestid': randomUUID(), ...headers }
  return { status, headers: all, body: JSON.stringify(body) }
}
