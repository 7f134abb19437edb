import { Agent, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { tryParseJson } from '../../../src/tools/lib/json.ts'
import type { PoolProcess } from './pool-process.ts'

/** An answer of the pool. Undefined stands for a request whose connection was cut. */
export interface Reply {
  readonly status: number
  /** The name of the error. Undefined for a success. */
  readonly error: string | undefined
  readonly message: string
  readonly body: Readonly<Record<string, unknown>>
}

/** Calls a pool, and cuts some of its connections. */
export interface Caller {
  readonly send: (operation: string, input: object) => Promise<Reply | undefined>
  /** Sends a request until it is answered. Returns the answer and the number of requests. */
  readonly sendUntilAnswered: (operation: string, input: object) => Promise<{ readonly reply: Reply; readonly requests: number }>
  /** Sends a request whose connection is never cut. */
  readonly sendSafely: (operation: string, input: object) => Promise<Reply>
  /** Returns the code of the newest message to an address. */
  readonly readCode: (address: string) => Promise<string | undefined>
  readonly close: () => void
}

/** Counts of all callers. */
export interface Traffic {
  requests: number
  cut: number
  readonly latencies: number[]
}

// The places at which a connection is cut: in the middle of the request, before the answer, and in the middle of the answer.
const CUTS = ['request', 'waiting', 'answer'] as const
type Cut = (typeof CUTS)[number]

/** Creates a caller. @param random Returns a number from 0 to 1. @param cutShare The share of requests whose connection is cut. */
export function createCaller(
  { endpoint }: Pick<PoolProcess, 'endpoint'>,
  random: () => number,
  traffic: Traffic,
  cutShare: number,
): Caller {
  const agent = new Agent({ keepAlive: true })
  const { port } = new URL(endpoint)

  function call(operation: string, input: object, cut: Cut | undefined): Promise<Reply | undefined> {
    const body = Buffer.from(JSON.stringify(input))
    const headers = {
      'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
      'content-type': 'application/x-amz-json-1.1',
      'content-length': body.length,
      authorization: 'AWS4-HMAC-SHA256 Credential=load/20260101/us-east-1/cognito-idp/aws4_request',
    }
    const startedAt = performance.now()
    traffic.requests += 1
    return new Promise((resolve, reject) => {
      const outgoing = request({ host: '127.0.0.1', port, agent, method: 'POST', path: '/', headers })
      const end = (): void => {
        traffic.cut += 1
        outgoing.destroy()
        resolve(undefined)
      }
      // A server may close an idle connection at the moment in which a client uses it again.
      outgoing.on('error', (error) => (cut === undefined && !outgoing.reusedSocket ? reject(error) : resolve(undefined)))
      outgoing.on('response', (response) => {
        if (cut !== undefined) return end()
        readReply(response).then((reply) => {
          traffic.latencies.push(performance.now() - startedAt)
          resolve(reply)
        }, reject)
      })
      if (cut === 'request') outgoing.write(body.subarray(0, body.length / 2), end)
      // A moment in which the pool may read the request, run it, or answer.
      else outgoing.end(body, () => cut === 'waiting' && setTimeout(end, random() * 5))
    })
  }

  const send = (operation: string, input: object): Promise<Reply | undefined> =>
    call(operation, input, random() < cutShare ? CUTS[Math.floor(random() * CUTS.length)] : undefined)

  return {
    send,
    async sendUntilAnswered(operation, input) {
      for (let requests = 1; ; requests++) {
        const reply = await send(operation, input)
        if (reply !== undefined) return { reply, requests }
      }
    },
    async sendSafely(operation, input) {
      for (;;) {
        const reply = await call(operation, input, undefined)
        if (reply !== undefined) return reply
      }
    },
    async readCode(address) {
      const url = `${endpoint}/_lifeguard/inbox?to=${encodeURIComponent(address)}`
      const messages: unknown = await (await fetch(url, { headers: { accept: 'application/json' } })).json()
      const code: unknown = Array.isArray(messages) ? messages.at(-1)?.code : undefined
      return typeof code === 'string' ? code : undefined
    },
    close: () => agent.destroy(),
  }
}

async function readReply(response: IncomingMessage): Promise<Reply> {
  const body = Object(tryParseJson(await text(response)))
  const status = response.statusCode ?? 0
  return { status, error: status === 200 ? undefined : String(body.__type), message: String(body.message ?? ''), body }
}
