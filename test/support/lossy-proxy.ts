import type { LocalService } from '../../src/tools/local/local-service.ts'
import { startTroubledService } from './troubled-service.ts'

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
    const headers: Record<string, string> = {}
    for (const name of ['content-type', 'x-amz-target', 'x-amz-date', 'authorization']) headers[name] = `${request.headers[name] ?? ''}`
    const answer = await fetch(endpoint, { method: 'POST', body, headers })
    const text = await answer.text()
    left -= 1
    if (left >= 0) request.socket.destroy()
    else response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(text)
  })
}
