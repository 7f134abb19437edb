import { once } from 'node:events'
import type { Server } from 'node:http'

/** A local service on a free loopback port, in this process or in another process. */
export interface LocalService {
  /** The URL of the service, such as `http://127.0.0.1:41234`, for an SDK client's `endpoint`. */
  readonly endpoint: string
  /** Stops the service and closes its connections. Can be called several times. */
  readonly stop: () => Promise<void>
}

/**
 * Starts an HTTP server on a free port of 127.0.0.1, so that other machines cannot reach it.
 *
 * @throws The operating system's error if no port is available.
 * @example
 * const { endpoint, stop } = await listenOnLoopback(createServer(handle))
 */
export async function listenOnLoopback(server: Server): Promise<LocalService> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  let stopped: Promise<void> | undefined
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    stop: () => {
      stopped ??= close(server)
      return stopped
    },
  }
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()))
    // Without this call, `close` waits for idle connections of SDK clients and for hanging requests.
    server.closeAllConnections()
  })
}
