import type { IncomingMessage } from 'node:http'
import type { LocalService } from '../../src/tools/local/loopback.ts'
import { startTroubledService } from './troubled-service.ts'

/** An answer that a service behind a proxy gave. */
export interface ForwardedAnswer {
  readonly status: number
  readonly type: string
  readonly text: string
}

/** Passes a call on to the service behind a proxy, and returns its answer. */
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
 * Starts a proxy that loses the answers to the first calls: the service behind it carries them out all the same.
 *
 * @param onCall Hears of each call by the name of its operation.
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
