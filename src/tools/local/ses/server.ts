import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { listenOnLoopback } from '../loopback.ts'
import { readBody } from '../read-body.ts'
import { type Draft, parseSendEmail } from './compose.ts'
import { renderInbox } from './inbox-page.ts'
import type { LocalSes, ReceivedMail, SesOptions } from './local-ses.ts'
import { type Answer, formatErrorAnswer, formatResultAnswer, readCall, SesError } from './protocol.ts'
import { formatJsonAnswer, formatJsonError, isVersion2, parseSendEmailV2 } from './version-2.ts'

/** The maximum size of a call's body in bytes: 10 MB, which is also SES's default limit for an email. */
const MAX_BODY_BYTES = 10 * 1024 * 1024

/**
 * Starts a local SES (API versions 1 and 2) that sends nothing. It keeps accepted emails in an inbox, and shows the inbox to
 * browsers at the same URL. It supports only SendEmail, in version 2 with `Simple` content. It rejects invalid calls with SES's errors, and accepts every valid sender and
 * recipient.
 *
 * @example
 * const ses = await startSes()
 * const client = new SESClient({ endpoint: ses.endpoint, region: 'us-east-1', credentials })
 * // ... send ...
 * ses.inbox().map((mail) => mail.subject)
 * await ses.stop()
 */
export async function startSes({ keep = 10_000 }: SesOptions = {}): Promise<LocalSes> {
  const mails: ReceivedMail[] = []
  const accept = (mail: ReceivedMail): void => {
    mails.push(mail)
    if (mails.length > keep) mails.shift()
  }
  const server = createServer((request, response) => {
    const answered = request.method === 'POST' ? answerCall(request, response, accept) : answerBrowser(request, response, mails)
    // The promise rejects if the client disconnects in the middle of the request. Then no response can be sent.
    answered.catch(() => response.destroy())
  })
  const service = await listenOnLoopback(server)
  return {
    ...service,
    inbox: () => [...mails],
    clear: () => {
      mails.length = 0
    },
  }
}

async function answerCall(request: IncomingMessage, response: ServerResponse, accept: (mail: ReceivedMail) => void): Promise<void> {
  // Reads the whole body before responding. A client that receives a response while it still sends may report a connection error.
  const body = await readBody(request, MAX_BODY_BYTES)
  const path = request.url ?? '/'
  const answer = buildAnswer(path, body, accept)
  response.writeHead(answer.status, answer.headers).end(answer.body)
}

function buildAnswer(path: string, body: string | undefined, accept: (mail: ReceivedMail) => void): Answer {
  const second = isVersion2(path)
  try {
    if (body === undefined) throw new SesError('RequestEntityTooLarge', `The request is longer than ${MAX_BODY_BYTES} bytes.`, 413)
    const draft = second ? parseSendEmailV2(path, body) : parseQuery(body)
    const at = new Date()
    const messageId = createMessageId(at)
    accept({ ...draft, messageId, at: at.toISOString() })
    return second ? formatJsonAnswer(messageId) : formatResultAnswer('SendEmail', { MessageId: messageId })
  } catch (error) {
    if (error instanceof SesError) return second ? formatJsonError(error) : formatErrorAnswer(error)
    throw error
  }
}

function parseQuery(body: string): Draft {
  const call = readCall(body)
  if (call.action === '') throw new SesError('MissingAction', 'The request is missing an action or a required parameter.')
  if (call.action !== 'SendEmail') throw new SesError('InvalidAction', `The action ${call.action} is not valid for this web service.`)
  return parseSendEmail(call)
}

// Returns an id with the format and length of real SES message ids (60 characters), so that stored and logged ids are realistic.
function createMessageId(at: Date): string {
  return `0100${at.getTime().toString(16).padStart(12, '0')}-${randomUUID()}-000000`
}

async function answerBrowser(request: IncomingMessage, response: ServerResponse, mails: readonly ReceivedMail[]): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD, POST' }).end()
    return
  }
  const [path = '/'] = (request.url ?? '/').split('?', 1)
  const page = renderInbox(path, mails)
  response
    .writeHead(page.status, {
      'content-type': page.contentType,
      'content-security-policy': page.policy,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    })
    .end(page.body)
}
