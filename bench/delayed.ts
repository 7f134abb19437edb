import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { buffer } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { type LocalService, listenOnLoopback } from '../src/tools/local/loopback.ts'
import type { Certificate } from './certificate.ts'

/** A service behind TLS with an added latency. */
export interface Delayed extends LocalService {
  /** Sets the latency that is added to every response, in milliseconds. */
  readonly delay: (ms: number) => void
}

/** Starts a proxy that adds TLS and a latency to a service. */
export async function startDelayed(target: string, { key, certificate }: Certificate): Promise<Delayed> {
  const agent = new Agent({ keepAlive: true })
  let delayMs = 0
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(incoming)
    if (delayMs > 0) await setTimeout(delayMs)
    const options = { agent, method: incoming.method, path: incoming.url, headers: incoming.headers }
    const forwarded = request(target, options, (answered) => {
      response.writeHead(answered.statusCode ?? 502, answered.headers)
      answered.pipe(response)
    })
    forwarded.on('error', () => response.destroy())
    forwarded.end(body)
  }
  const server = createServer({ key, cert: certificate }, (incoming, response) => {
    // If a process ends during its call, only its own response is destroyed, so other processes are not affected.
    answer(incoming, response).catch(() => response.destroy())
  })
  const { endpoint, stop } = await listenOnLoopback(server)
  return {
    endpoint: endpoint.replace('http:', 'https:'),
    delay: (ms) => {
      delayMs = ms
    },
    stop: async () => {
      agent.destroy()
      await stop()
    },
  }
}
