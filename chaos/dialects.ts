import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { crc32 } from 'node:zlib'
import { formatErrorAnswer, readCall, SesError } from '../src/tools/local/ses/protocol.ts'

/** An HTTP response of a service. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** The action and the subject of a call. */
export interface Call {
  /** The action, such as `UpdateItem` or `SendEmail`. */
  readonly action: string
  /** The table and key, or the recipient. A retry of the call has the same subject. */
  readonly about: string
}

/** How a service's requests are parsed and its errors formatted. */
export interface Dialect {
  readonly read: (headers: IncomingHttpHeaders, body: string) => Call
  /** Returns the service's own throttling error. */
  readonly throttled: () => Answer
  /** Returns the service's own internal error. */
  readonly failed: () => Answer
}

const FAILED = { message: 'The request processing has failed because of an unknown error.' }

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
export const dynamoDb: Dialect = {
  read: (headers, body) => ({ action: readAction(headers), about: readKeys(body) }),
  throttled: () =>
    jsonError('1.0', 400, 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException', {
      message:
        'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.',
    }),
  failed: () => jsonError('1.0', 500, 'com.amazonaws.dynamodb.v20120810#InternalServerError', FAILED),
}

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUsers.html */
export const cognito: Dialect = {
  read: (headers, body) => ({ action: readAction(headers), about: /[0-9a-f-]{36}|\buser-\d+/.exec(body)?.[0] ?? '' }),
  throttled: () => jsonError('1.1', 400, 'TooManyRequestsException', { message: 'Too many requests' }),
  failed: () => jsonError('1.1', 500, 'InternalErrorException', FAILED),
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/CommonErrors.html */
export const eventBridge: Dialect = {
  read: (headers, body) => ({ action: readAction(headers), about: readUserName(body) }),
  throttled: () => jsonError('1.1', 400, 'ThrottlingException', { message: 'Rate exceeded' }),
  failed: () => jsonError('1.1', 500, 'InternalException', FAILED),
}

/** A webhook, as Slack documents it: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export const webhook: Dialect = {
  read: (_, body) => ({ action: 'post', about: readUserName(body) }),
  throttled: () => ({ status: 429, headers: { 'content-type': 'text/plain' }, body: Buffer.from('rate_limited') }),
  failed: () => ({ status: 500, headers: { 'content-type': 'text/plain' }, body: Buffer.from('rollup_error') }),
}

/** @see https://docs.aws.amazon.com/ses/latest/APIReference/CommonErrors.html */
export const ses: Dialect = {
  read(_, body) {
    const call = readCall(body)
    return { action: call.action, about: call.list('Destination.ToAddresses').join(',') }
  },
  throttled: () => sesError(new SesError('Throttling', 'Maximum sending rate exceeded.')),
  failed: () => sesError(new SesError('InternalFailure', FAILED.message, 500)),
}

function readUserName(body: string): string {
  return /\buser-\d+/.exec(body)?.[0] ?? ''
}

function readAction(headers: IncomingHttpHeaders): string {
  return `${headers['x-amz-target'] ?? ''}`.split('.')[1] ?? ''
}

function jsonError(version: string, status: number, type: string, fields: { readonly message: string }): Answer {
  const body = Buffer.from(JSON.stringify({ __type: type, ...fields }))
  return {
    status,
    headers: {
      'content-type': `application/x-amz-json-${version}`,
      'x-amzn-requestid': randomUUID().replaceAll('-', '').toUpperCase(),
      'x-amz-crc32': String(crc32(body)),
    },
    body,
  }
}

function sesError(error: SesError): Answer {
  const { body, ...answer } = formatErrorAnswer(error)
  return { ...answer, body: Buffer.from(body) }
}

/** Returns the table and the keys of a call. Tokens and times are left out, because they change when a call is retried. */
function readKeys(body: string): string {
  const table = /"TableName":"([^"]+)"/.exec(body)?.[1] ?? ''
  const keys = [...body.matchAll(/"pk":\{"S":"((?:[^"\\]|\\.)*)"\}/g)].map(([, key]) => key)
  return [table, ...keys].join(' ')
}
