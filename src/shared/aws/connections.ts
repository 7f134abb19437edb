import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Duplex } from 'node:stream'
import { LifeguardError } from '../rules/errors.ts'

/** A connection, TLS handshake included, was not made in time. */
class ConnectTimeoutError extends LifeguardError {
  override readonly name = 'ConnectTimeoutError'
  override readonly code = 'connect-timeout'
  constructor(ms: number) {
    super(`No connection was made within ${ms} ms`)
  }
}

/** How long connections may take, and rest; in milliseconds. */
export interface ConnectionTimes {
  /** From the look-up of the host's name to the end of the TLS handshake. */
  readonly connectMs: number
  /** How long a connection may have been idle to be used again. */
  readonly idleMs: number
}

/** Connections of one client, which are watched for what can be known after an error. */
export interface Connections {
  readonly httpAgent: HttpAgent
  readonly httpsAgent: HttpsAgent
  /** Closes what has been idle for too long. To be called before each request. */
  readonly dropIdle: () => void
  /** Whether this is the error of a connection that was never made: nothing of its request was written. */
  readonly neverMade: (error: unknown) => boolean
}

/**
 * Makes agents whose connections are kept for requests in quick succession alone. Between two invocations Lambda freezes the
 * process, while the service closes idle connections: the next request would be written into one that is gone, and its
 * failure tells nobody whether the request arrived.
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
  // Node writes a request when the handshake is over, not before.
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
  // The request fails with the very error of its connection.
  socket.once('error', onFailure).once(made, stop).once('close', stop)
}

const freeSockets = (agent: HttpAgent): Duplex[] => Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? [])

interface Moment {
  readonly wall: number
  readonly monotonic: number
}

const now = (): Moment => ({ wall: Date.now(), monotonic: performance.now() })

// The monotonic clock may stand still while the process is frozen, and the wall clock may be set, also back: the longer counts.
function idleMs(since: Moment): number {
  const { wall, monotonic } = now()
  return Math.max(Math.abs(wall - since.wall), monotonic - since.monotonic)
}
