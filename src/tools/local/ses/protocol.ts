import { randomUUID } from 'node:crypto'
import { escapeUTF8 } from 'entities'
import { LifeguardError } from '../../../shared/rules/errors.ts'

const NAMESPACE = 'http://ses.amazonaws.com/doc/2010-12-01/'

/** A call in the AWS Query protocol. The name of a nested parameter is joined by dots, such as `Message.Subject.Data`. */
export interface QueryCall {
  /** The name of the action. Empty if the body names no action. */
  readonly action: string
  readonly parameter: (name: string) => string | undefined
  /** Returns the members of a list, sorted by index. */
  readonly list: (name: string) => readonly string[]
}

/**
 * Parses the form-encoded body of a call. Never throws: if the body is not a form, the action is an empty string.
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

/** An HTTP response. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Formats the response to a successful call. `result` contains the fields of the result. */
export function formatResultAnswer(action: string, result: Readonly<Record<string, string>>): Answer {
  const requestId = randomUUID()
  const fields = Object.entries(result).map(([name, value]) => formatElement(name, value))
  const xml =
    `<${action}Response xmlns="${NAMESPACE}"><${action}Result>${fields.join('')}</${action}Result>` +
    `<ResponseMetadata>${formatElement('RequestId', requestId)}</ResponseMetadata></${action}Response>`
  return createAnswer(200, requestId, xml)
}

/**
 * An error with SES's code and message.
 *
 * @see https://docs.aws.amazon.com/ses/latest/APIReference/CommonErrors.html
 * @see https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html
 */
export class SesError extends LifeguardError {
  override readonly name = 'SesError'
  readonly code = 'ses-refused'
  /** SES's error code. An SDK client uses this code as the name of the exception. */
  readonly sesCode: string
  /** The HTTP status: 4xx for an invalid call, 5xx for an error of SES. */
  readonly status: number
  constructor(sesCode: string, message: string, status = 400) {
    super(message)
    this.sesCode = sesCode
    this.status = status
  }
}

/** Formats the response to a rejected call. */
export function formatErrorAnswer(error: SesError): Answer {
  const requestId = randomUUID()
  const type = error.status < 500 ? 'Sender' : 'Receiver'
  const fields = formatElement('Type', type) + formatElement('Code', error.sesCode) + formatElement('Message', error.message)
  const xml = `<ErrorResponse xmlns="${NAMESPACE}"><Error>${fields}</Error>${formatElement('RequestId', requestId)}</ErrorResponse>`
  return createAnswer(error.status, requestId, xml)
}

function createAnswer(status: number, requestId: string, body: string): Answer {
  return { status, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }, body }
}

function formatElement(name: string, text: string): string {
  return `<${name}>${escapeUTF8(text.replace(NOT_IN_XML, '\uFFFD'))}</${name}>`
}

// XML 1.0 forbids most control characters, even escaped. A client could not parse an error message with a control character.
const NOT_IN_XML = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu
