import type { IncomingMessage } from 'node:http'
import type { LocalService } from '../../src/tools/local/loopback.ts'
import { startTroubledService } from './troubled-service.ts'

/** A response of the service behind a proxy. */
export interface ForwardedAnswer {
  readonly status: number
  readonly type: string
  readonly text: string
}

/** Forwards a call to the service behind a proxy, and returns the service's response. */
export async function forward(
  endpoint: string,
  body: string,
  { method = 'POST', headers, url = '/' }: IncomingMessage,
): Promise<ForwardedAnswer> {
  const passed: Record<string, string> = {}
  for (const name of ['content-type', 'x-amz-target', 'x-amz-date', 'authorization']) passed[name] = `${headers[name] ?? ''}`
  const answer = await fetch(`${endpoint}${url}`, { method, headers: passed, ...(method === 'POST' && { body }) })
  return { status: answer.status, type: answer.headers.get('content-type') ?? '', text: await answer.text() }
}

/**
 * Starts a proxy that drops the responses to the first calls. The service behind the proxy still executes these calls.
 *
 * @param lost The number of dropped responses.
 * @param onCall Receives the operation's name of each call.
 */
export async function startLossyProxy(
  endpoint: string,
  lost: number,
  onCall: (operation: string) => void = () => {},
): Promise<LocalService> {
  let left = lost
  return startTroubledService(async ({ body, request, response }) => {
    onCall(`${request.headers['x-amz-target'] ?? new URLSearchParams(body).get('Action')}`.replace(/^.*\./, ''))
    const { status, type, text } = await forward(endpoint, body, request)
    left -= 1
    if (left >= 0) request.socket.destroy()
    else response.writeHead(status, { 'content-type': type }).end(text)
  })
}
