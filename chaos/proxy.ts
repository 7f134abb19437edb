import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { type LocalService, listenOnLoopback } from '../src/tools/local/loopback.ts'
import type { Answer, Call, Dialect } from './dialects.ts'
import type { Fault, FaultPlan, Half } from './faults.ts'

/** A call that the proxy recorded. */
export interface Passed extends Call {
  readonly at: number
  readonly fault: Fault | undefined
  /** The service's own status code. Undefined if the call never reached the service. */
  readonly status: number | undefined
  /** The time at which the service answered, on the same clock as `at`. */
  readonly actedAt: number | undefined
  /** How much of the response was sent. `left` means that the caller disconnected before the end of the response. */
  readonly answered: 'whole' | 'half' | 'none' | 'left'
}

/** A proxy in front of a service. */
export interface FaultProxy extends LocalService {
  /** Returns all calls so far, in order of arrival. */
  readonly log: () => readonly Passed[]
}

/** Options of `startFaultProxy`. */
export interface FaultProxyOptions {
  /** The endpoint of the service. */
  readonly target: string
  readonly dialect: Dialect
  readonly plan: FaultPlan
}

type Mutable<V> = { -readonly [Key in keyof V]: V[Key] }

/**
 * Starts a proxy on a free loopback port. It forwards calls to a service and injects the planned faults. Times in the proxy's log
 * are milliseconds of this process's monotonic clock.
 *
 * @example
 * const proxy = await startFaultProxy({ target: ses.endpoint, dialect: ses, plan: faultPlan({ seed: 42, percent: 20 }) })
 */
export async function startFaultProxy({ target, dialect, plan }: FaultProxyOptions): Promise<FaultProxy> {
  const log: Mutable<Passed>[] = []
  const occurrences = new Map<string, number>()
  const agent = new Agent({ keepAlive: true })

  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request)
    const call = dialect.read(request.headers, body.toString('utf8'))
    const known = `${call.action} ${call.about}`
    const occurrence = occurrences.get(known) ?? 0
    occurrences.set(known, occurrence + 1)
    const injection = plan(known, occurrence)
    const passed: Mutable<Passed> = {
      ...call,
      at: performance.now(),
      fault: injection?.fault,
      status: undefined,
      actedAt: undefined,
      answered: 'none',
    }
    log.push(passed)
    const act = async (): Promise<Answer> => {
      const answer = await forward(target, agent, request, body)
      passed.status = answer.status
      passed.actedAt = performance.now()
      return answer
    }
    const whole = async (answer: Answer): Promise<void> => {
      passed.answered = (await send(response, answer)) ? 'whole' : 'left'
    }
    switch (injection?.fault) {
      case 'hang':
        return
      case 'reset':
        request.socket.resetAndDestroy()
        return
      case 'status500':
        return whole(dialect.failed())
      case 'throttling':
        return whole(dialect.throttled())
      case 'dropResponse':
        await act()
        request.socket.destroy()
        return
      case 'halfResponse':
        passed.answered = 'half'
        return sendHalf(request, response, await act(), injection.half)
      case 'latency': {
        const answer = await act()
        await sleep(injection.delayMs)
        return whole(answer)
      }
      case undefined:
        return whole(await act())
    }
  }

  const service = await listenOnLoopback(
    createServer((request, response) => {
      // If a caller is killed during its request, only its own response is destroyed, so other callers are not affected.
      pass(request, response).catch(() => response.destroy())
    }),
  )
  return {
    endpoint: service.endpoint,
    log: () => [...log],
    stop: async () => {
      agent.destroy()
      await service.stop()
    },
  }
}

function forward(target: string, agent: Agent, { method, url, headers }: IncomingMessage, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { host: _, connection: __, ...passed } = headers
    const outgoing = httpRequest(new URL(url ?? '/', target), { method, agent, headers: passed }, (answer) => {
      const kept = ['content-type', 'x-amzn-requestid', 'x-amz-crc32'].flatMap((name) => {
        const value = answer.headers[name]
        return typeof value === 'string' ? [[name, value] as const] : []
      })
      buffer(answer).then((text) => resolve({ status: answer.statusCode ?? 0, headers: Object.fromEntries(kept), body: text }), reject)
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** Sends a response. Returns true if the caller received all of it. */
function send(response: ServerResponse, { status, headers, body }: Answer): Promise<boolean> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve(false)
    response.once('close', () => resolve(response.writableFinished))
    response.writeHead(status, { ...headers, 'content-length': String(body.length) }).end(body)
  })
}

function sendHalf(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Answer, how: Half): void {
  const half = body.subarray(0, Math.ceil(body.length / 2))
  if (how === 'passed-off-as-whole') {
    response.writeHead(status, { ...headers, 'content-length': String(half.length) }).end(half)
    return
  }
  response.writeHead(status, { ...headers, 'content-length': String(body.length + 1) })
  response.write(half, () => {
    if (how === 'cut') request.socket.destroy()
  })
}
