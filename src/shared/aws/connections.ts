import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Duplex } from 'node:stream'
import { LifeguardError } from '../rules/errors.ts'

/** The error of a connection or TLS handshake that timed out. */
class ConnectTimeoutError extends LifeguardError {
  override readonly name = 'ConnectTimeoutError'
  override readonly code = 'connect-timeout'
  constructor(ms: number) {
    super(`No connection was made within ${ms} ms`)
  }
}

/** Timeouts of connections, in milliseconds. */
export interface ConnectionTimes {
  /** Time limit for the DNS lookup, the connection and the TLS handshake together. */
  readonly connectMs: number
  /** Maximum idle time after which a connection is still reused. */
  readonly idleMs: number
}

/** The HTTP agents of one client, with functions that watch their connections. */
export interface Connections {
  readonly httpAgent: HttpAgent
  readonly httpsAgent: HttpsAgent
  /** Closes connections that were idle for too long. Call it before each request. */
  readonly dropIdle: () => void
  /** Returns true if the connection failed before the request was sent. */
  readonly neverMade: (error: unknown) => boolean
}

/**
 * Creates agents that reuse a connection only for a short time.
 *
 * Between two invocations Lambda freezes the process, and AWS closes idle connections. A request on a closed connection
 * fails, and the error does not show if AWS received the request.
 *
 * @example
 * const { httpAgent, httpsAgent, dropIdle, neverMade } = createWatchedConnections({ connectMs: 1000, idleMs: 2000 })
 */
export function createWatchedConnections(times: ConnectionTimes): Connections {
  const failed = new WeakSet<object>()
  const idleSince = new WeakMap<object, Moment>()
  const watch = (agent: HttpAgent, made: 'connect' | 'secureConnect'): void => {
    const connect = agent.createConnection.bind(agent)
    agent.createConnection = (options, callback) => {
      const socket = connect(options, callback)
      if (socket) watchUntilMade(socket, made, times.connectMs, (error) => failed.add(error))
      return socket
    }
    agent.on('free', (socket: Duplex) => idleSince.set(socket, now()))
  }
  const httpAgent = new HttpAgent({ keepAlive: true })
  const httpsAgent = new HttpsAgent({ keepAlive: true })
  watch(httpAgent, 'connect')
  // Waits for 'secureConnect', because Node sends the request only after the TLS handshake.
  watch(httpsAgent, 'secureConnect')
  return {
    httpAgent,
    httpsAgent,
    dropIdle() {
      for (const socket of [httpAgent, httpsAgent].flatMap(freeSockets)) {
        const since = idleSince.get(socket)
        if (since === undefined || idleMs(since) > times.idleMs) socket.destroy()
      }
    },
    neverMade: (error) => typeof error === 'object' && error !== null && failed.has(error),
  }
}

function watchUntilMade(socket: Duplex, made: string, connectMs: number, onFailure: (error: Error) => void): void {
  const timer = setTimeout(() => socket.destroy(new ConnectTimeoutError(connectMs)), connectMs)
  const stop = (): void => {
    clearTimeout(timer)
    socket.off('error', onFailure)
  }
  // The request fails with the same error object as its connection, so `neverMade` recognises this object.
  socket.once('error', onFailure).once(made, stop).once('close', stop)
}

const freeSockets = (agent: HttpAgent): Duplex[] => Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? [])

interface Moment {
  readonly wall: number
  readonly monotonic: number
}

const now = (): Moment => ({ wall: Date.now(), monotonic: performance.now() })

// Measures with two clocks and returns the longer time, because each clock can be wrong. The monotonic clock may stop while the
// process is frozen, and the wall clock may be adjusted.
function idleMs(since: Moment): number {
  const { wall, monotonic } = now()
  return Math.max(Math.abs(wall - since.wall), monotonic - since.monotonic)
}
