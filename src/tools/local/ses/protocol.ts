import { randomUUID } from 'node:crypto'
import { escapeUTF8 } from 'entities'
import { LifeguardError } from '../../../shared/rules/errors.ts'

const NAMESPACE = 'http://ses.amazonaws.com/doc/2010-12-01/'

/** One call in the AWS Query protocol: an action and its parameters, nested names joined by dots. */
export interface QueryCall {
  /** Empty when the body names none. */
  readonly action: string
  readonly parameter: (name: string) => string | undefined
  /** The members of a list, in the order of their numbers. */
  readonly list: (name: string) => readonly string[]
}

/**
 * Reads the form-encoded body of a call. Any text is readable: what is no form is a call without an action.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
export function readCall(body: string): QueryCall {
  const form = new URLSearchParams(body)
  return {
    action: form.get('Action') ?? '',
    parameter: (name) => form.get(name) ?? undefined,
    list: (name) => readMembers(form, `${name}.member.`),
  }
}

function readMembers(form: URLSearchParams, prefix: string): string[] {
  return [...form]
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, value]) => ({ index: Number(key.slice(prefix.length)), value }))
    .filter(({ index }) => Number.isInteger(index))
    .sort((a, b) => a.index - b.index)
    .map(({ value }) => value)
}

/** An answer on the wire. */
export interface QueryAnswer {
  readonly status: number
  readonly requestId: string
  readonly xml: string
}

/** The answer to a call that worked; `result` are the fields of its result. */
export function formatResultAnswer(action: string, result: Readonly<Record<string, string>>): QueryAnswer {
  const requestId = randomUUID()
  const fields = Object.entries(result).map(([name, value]) => formatElement(name, value))
  const xml =
    `<${action}Response xmlns="${NAMESPACE}"><${action}Result>${fields.join('')}</${action}Result>` +
    `<ResponseMetadata>${formatElement('RequestId', requestId)}</ResponseMetadata></${action}Response>`
  return { status: 200, requestId, xml }
}

/**
 * A refusal in SES's own words.
 *
 * @see https://docs.aws.amazon.com/ses/latest/APIReference/CommonErrors.html
 * @see https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html
 */
export class SesError extends LifeguardError {
  override readonly name = 'SesError'
  readonly code = 'ses-refused'
  /** SES's code, which an SDK client shows as the exception's name. */
  readonly sesCode: string
  /** The HTTP status: 4xx for the sender's fault, 5xx for the service's. */
  readonly status: number
  constructor(sesCode: string, message: string, status = 400) {
    super(message)
    this.sesCode = sesCode
    this.status = status
  }
}

/** The answer to a call that was refused. */
export function formatErrorAnswer(error: SesError): QueryAnswer {
  const requestId = randomUUID()
  const type = error.status < 500 ? 'Sender' : 'Receiver'
  const fields = formatElement('Type', type) + formatElement('Code', error.sesCode) + formatElement('Message', error.message)
  const xml = `<ErrorResponse xmlns="${NAMESPACE}"><Error>${fields}</Error>${formatElement('RequestId', requestId)}</ErrorResponse>`
  return { status: error.status, requestId, xml }
}

function formatElement(name: string, text: string): string {
  return `<${name}>${escapeUTF8(text.replace(NOT_IN_XML, '\uFFFD'))}</${name}>`
}

// Control characters cannot stand in XML 1.0, not even escaped: an error that quotes one would be unreadable for the client.
const NOT_IN_XML = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu
