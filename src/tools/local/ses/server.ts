import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { listenOnLoopback } from '../loopback.ts'
import { type Account, openAccount } from './account.ts'
import { inboxPage } from './inbox-page.ts'
import type { LocalSes, SesFault, SesOptions } from './local-ses.ts'
import { errorAnswer, type QueryAnswer, readCall, resultAnswer } from './protocol.ts'
import { SesError } from './ses-error.ts'

/** The longest body of a call, in bytes. SES's own limit for a mail is 10 MB by default. */
const MAX_BODY_BYTES = 10 * 1024 * 1024

/**
 * Starts an SES endpoint (API version 2010-12-01) that sends nothing: what it accepts lies in an inbox, which a browser can
 * read at the same address. It knows SendEmail, SendRawEmail and GetSendQuota, and refuses what SES refuses, in its words.
 *
 * @example
 * const ses = await startSes({ verified: ['example.com'] })
 * const client = new SESClient({ endpoint: ses.endpoint, region: 'us-east-1', credentials })
 * // ... send ...
 * ses.inbox().map((mail) => mail.subject)
 * await ses.stop()
 */
export async function startSes(options: SesOptions = {}): Promise<LocalSes> {
  const account = openAccount(options)
  let fault: SesFault | undefined
  const server = createServer((request, response) => {
    const answered = request.method === 'POST' ? answerCall(request, response, account, fault) : answerBrowser(request, response, account)
    // A caller that went away in the middle of its request is no concern of the others.
    answered.catch(() => response.destroy())
  })
  const service = await listenOnLoopback(server)
  return {
    ...service,
    inbox: account.inbox,
    clear: account.clear,
    fault: (next) => {
      fault = next
    },
  }
}

async function answerCall(
  request: IncomingMessage,
  response: ServerResponse,
  account: Account,
  fault: SesFault | undefined,
): Promise<void> {
  // In any case to its end: a client that is cut off while it writes reports another error than one that waits.
  const body = await readBody(request)
  if (fault === 'hang') return
  if (fault === 'reset') {
    request.socket.resetAndDestroy()
    return
  }
  const answer = answerTo(body, regionOf(request), account, fault)
  if (fault === 'dropResponse') {
    request.socket.destroy()
    return
  }
  response.writeHead(answer.status, { 'content-type': 'text/xml', 'x-amzn-requestid': answer.requestId }).end(answer.xml)
}

function answerTo(body: string | undefined, region: string, account: Account, fault: SesFault | undefined): QueryAnswer {
  try {
    if (fault === 'throttling') throw new SesError('Throttling', 'Maximum sending rate exceeded.')
    if (fault === 'status500') throw new SesError('InternalFailure', 'The request processing has failed because of an unknown error.', 500)
    if (body === undefined) throw new SesError('RequestEntityTooLarge', `The request is longer than ${MAX_BODY_BYTES} bytes.`, 413)
    const call = readCall(body)
    return resultAnswer(call.action, account.perform(call, region))
  } catch (error) {
    if (error instanceof SesError) return errorAnswer(error)
    throw error
  }
}

// Reads a body that is too long to its end, without keeping it: an answer in the middle of it would reach few clients.
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    if (length <= MAX_BODY_BYTES) chunks.push(chunk)
  }
  return length <= MAX_BODY_BYTES ? Buffer.concat(chunks).toString('utf8') : undefined
}

// A signed request names its region: Credential=KEY/20260101/us-east-1/ses/aws4_request.
function regionOf(request: IncomingMessage): string {
  return /Credential=[^/]*\/\d+\/([a-z0-9-]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? 'us-east-1'
}

async function answerBrowser(request: IncomingMessage, response: ServerResponse, account: Account): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD, POST' }).end()
    return
  }
  const [path = '/'] = (request.url ?? '/').split('?', 1)
  const page = inboxPage(path, account.inbox())
  response
    .writeHead(page.status, {
      'content-type': page.contentType,
      'content-security-policy': page.policy,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    })
    .end(page.body)
}
