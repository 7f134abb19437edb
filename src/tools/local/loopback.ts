import { once } from 'node:events'
import type { Server } from 'node:http'

/** A service that runs inside this process or beside it, on a free loopback port. */
export interface LocalService {
  /** Where it listens, such as `http://127.0.0.1:41234`: what an SDK client takes as its endpoint. */
  readonly endpoint: string
  /** Ends it, open connections included. A second call waits for the same end. */
  readonly stop: () => Promise<void>
}

/**
 * Starts an HTTP server on a free port of 127.0.0.1, out of reach of other machines.
 *
 * @throws Error of the operating system when no port can be had.
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
    // An SDK client keeps its connections open, and a request may hang on purpose: without this, close would wait for them.
    server.closeAllConnections()
  })
}
