import { once } from 'node:events'
import { type Agent, request as httpRequest } from 'node:http'
import { createServer as createHttpsServer, request as httpsRequest } from 'node:https'
import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Connections, createWatchedConnections } from '../../../src/shared/aws/connections.ts'
import { createCertificate } from '../../support/self-signed.ts'
import { startTroubledService, type TroubledService } from '../../support/troubled-service.ts'

const times = { connectMs: 10_000, idleMs: 2000 }

let connections: Connections
beforeEach(() => {
  connections = createWatchedConnections(times)
})
afterEach(() => {
  connections.httpAgent.destroy()
  connections.httpsAgent.destroy()
  vi.restoreAllMocks()
})

/** Sends a POST request with a few bytes, and returns the HTTP status or the error. */
function post(url: string, agent: Agent): Promise<unknown> {
  return new Promise((resolve) => {
    const send = url.startsWith('https:') ? httpsRequest : httpRequest
    send(url, { agent, method: 'POST' }, (response) => response.resume().on('end', () => setImmediate(resolve, response.statusCode)))
      .on('error', resolve)
      .end('an email')
  })
}

describe('createWatchedConnections', () => {
  let service: TroubledService
  const used = new Set<unknown>()

  beforeEach(async () => {
    used.clear()
    service = await startTroubledService(({ request, response }) => {
      used.add(request.socket)
      response.end()
    })
  })
  afterEach(() => service.stop())

  const postTwice = async (between: () => void): Promise<void> => {
    expect(await post(service.endpoint, connections.httpAgent)).toBe(200)
    between()
    connections.dropIdle()
    expect(await post(service.endpoint, connections.httpAgent)).toBe(200)
  }

  it('reuses a connection for a request that follows immediately', async () => {
    await postTwice(() => undefined)
    expect(used.size).toBe(1)
  })

  /** Sends two requests, advances the clocks between them, and returns the number of connections used. */
  const connectionsAfter = async ({ wall, monotonic }: { readonly wall: number; readonly monotonic: number }): Promise<number> => {
    const [wallNow, monotonicNow] = [Date.now(), performance.now()]
    await postTwice(() => {
      vi.spyOn(Date, 'now').mockReturnValue(wallNow + wall)
      vi.spyOn(performance, 'now').mockReturnValue(monotonicNow + monotonic)
    })
    return used.size
  }

  it('reuses a connection that was idle for less than the maximum idle time', async () => {
    expect(await connectionsAfter({ wall: 1900, monotonic: 1900 })).toBe(1)
  })

  it.each([
    { clock: 'only the wall clock has advanced, because the process was frozen', wall: 2500, monotonic: 0 },
    { clock: 'only the monotonic clock has advanced, because the wall clock was changed', wall: 0, monotonic: 2500 },
    { clock: 'the wall clock was set back', wall: -60_000, monotonic: 0 },
  ])('does not reuse a connection when $clock', async (clocks) => {
    expect(await connectionsAfter(clocks)).toBe(2)
  })

  it('closes an idle connection, and reuses a recently used one', async () => {
    const agent = connections.httpAgent
    await Promise.all([post(service.endpoint, agent), post(service.endpoint, agent)])
    expect(used.size).toBe(2)
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 2500)
    await post(service.endpoint, agent)
    connections.dropIdle()
    await Promise.all([post(service.endpoint, agent), post(service.endpoint, agent)])
    expect(used.size).toBe(3)
  })
})

describe('neverMade', () => {
  let server: Server | undefined
  const open = new Set<Socket>()

  afterEach(async () => {
    for (const socket of open) socket.destroy()
    if (server?.listening) await new Promise((resolve) => server?.close(resolve))
    server = undefined
  })

  async function listening(next: Server, scheme: 'http' | 'https'): Promise<string> {
    server = next.on('connection', (socket: Socket) => {
      open.add(socket.on('error', () => undefined))
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('The server has no port')
    return `${scheme}://127.0.0.1:${address.port}`
  }

  /** Starts a server that records each request, and then closes the connection. */
  async function startTls(received: unknown[]): Promise<{ readonly url: string; readonly cert: string }> {
    const { key, cert } = createCertificate()
    const url = await listening(
      createHttpsServer({ key, cert }, ({ socket, url }) => {
        received.push(url)
        socket.destroy()
      }),
      'https',
    )
    return { url, cert }
  }

  it('returns true if no server listens on the port', async () => {
    const url = await listening(createServer(), 'http')
    await new Promise((resolve) => server?.close(resolve))
    const error = await post(url, connections.httpAgent)
    expect(error).toMatchObject({ code: 'ECONNREFUSED' })
    expect(connections.neverMade(error)).toBe(true)
  })

  it('returns true if the host does not exist', async () => {
    // A label of more than 63 characters is invalid, so the look-up fails without a DNS request.
    const error = await post(`http://${'a'.repeat(64)}.invalid`, connections.httpAgent)
    expect(error).toMatchObject({ syscall: 'getaddrinfo' })
    expect(connections.neverMade(error)).toBe(true)
  })

  it('returns true if the server resets the connection during the TLS handshake', async () => {
    const url = await listening(
      createServer((socket) => socket.once('data', () => socket.resetAndDestroy())),
      'https',
    )
    const error = await post(url, connections.httpsAgent)
    expect(error).toMatchObject({ code: 'ECONNRESET' })
    expect(connections.neverMade(error)).toBe(true)
  })

  it('returns true if the TLS handshake times out', async () => {
    const url = await listening(createServer(), 'https')
    const impatient = createWatchedConnections({ ...times, connectMs: 50 })
    const error = await post(url, impatient.httpsAgent)
    expect(error).toMatchObject({ name: 'ConnectTimeoutError', code: 'connect-timeout', message: 'No connection was made within 50 ms' })
    expect(impatient.neverMade(error)).toBe(true)
  })

  it('returns true if the certificate is not trusted, because the server receives no request', async () => {
    const received: unknown[] = []
    const { url } = await startTls(received)
    const error = await post(url, connections.httpsAgent)
    expect(error).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    expect(connections.neverMade(error)).toBe(true)
    expect(received).toEqual([])
  })

  it('returns false if the connection fails after the TLS handshake', async () => {
    const received: unknown[] = []
    const { url, cert } = await startTls(received)
    connections.httpsAgent.options.ca = cert
    const error = await post(url, connections.httpsAgent)
    expect(error).toMatchObject({ code: 'ECONNRESET' })
    expect(connections.neverMade(error)).toBe(false)
    expect(received).toEqual(['/'])
  })

  it('returns false if an established connection fails after the connect timeout', async () => {
    const url = await listening(
      createServer((socket) => setTimeout(() => socket.destroy(), 100)),
      'http',
    )
    const impatient = createWatchedConnections({ ...times, connectMs: 50 })
    const error = await post(url, impatient.httpAgent)
    expect(error).toMatchObject({ code: 'ECONNRESET' })
    expect(impatient.neverMade(error)).toBe(false)
  })

  it.each([undefined, null, 'ECONNREFUSED', new Error('other')])(
    'returns false for a value that is not a connection error: %s',
    (error) => {
      expect(connections.neverMade(error)).toBe(false)
    },
  )
})
