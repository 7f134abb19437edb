import { once } from 'node:events'
import type { Server } from 'node:http'
import { UsageError } from '../lib/errors.ts'
import type { LocalService } from '../local/loopback.ts'
import { type Assume, createAssume } from './assumptions.ts'
import { createInbox, type Inbox } from './inbox.ts'
import { createJournal, type Journal } from './journal.ts'
import { createLoginRoutes } from './login/routes.ts'
import type { World } from './operation.ts'
import { type Certificate, createPoolServer } from './server.ts'
import { createSessions } from './sessions.ts'
import { createStore, type Store } from './store.ts'
import { createSigningKey, type SigningKey } from './tokens.ts'
import type { CallTrigger } from './triggers.ts'

/** Options of {@link startPools}. */
export interface PoolsOptions {
  /** Invokes the functions of the pools. */
  readonly call: CallTrigger
  /** Encrypts a code for a custom sender. */
  readonly encrypt: World['encrypt']
  readonly store?: Store
  readonly key?: SigningKey
  readonly inbox?: Inbox
  readonly journal?: Journal
  readonly assume?: Assume
  /** Returns the time in milliseconds since 1970. */
  readonly now?: () => number
  /** The port. By default a free one. */
  readonly port?: number
  /** The certificate of a second port with HTTPS. Amplify calls managed login only by HTTPS. */
  readonly tls?: Certificate & { readonly port?: number }
}

/** Running user pools. */
export interface LocalPools extends LocalService {
  readonly world: World
  readonly port: number
  /** The host and the port with HTTPS, for the `domain` of Amplify. Undefined without a certificate. */
  readonly domain: string | undefined
}

/**
 * Starts local user pools on a loopback port. They have the API of Amazon Cognito user pools.
 *
 * @throws UsageError if the port is taken.
 * @example
 * const pools = await startPools({ call, encrypt: encryptCode })
 * const client = new CognitoIdentityProviderClient({ endpoint: pools.endpoint, region: 'us-east-1', credentials })
 * await pools.stop()
 */
export async function startPools(options: PoolsOptions): Promise<LocalPools> {
  const { call, encrypt, now = Date.now, port: wanted = 0, tls } = options
  const { store = createStore(), key = createSigningKey(), inbox = createInbox(), journal = createJournal() } = options
  let endpoint = ''
  const world: World = {
    store,
    sessions: createSessions(now),
    key,
    call,
    encrypt,
    inbox,
    journal,
    assume: options.assume ?? createAssume(),
    now,
    endpoint: () => endpoint,
    ready: Promise.resolve(),
    background: new Set(),
  }
  const routes = createLoginRoutes(world)
  const server = createPoolServer(world, routes)
  const tlsServer = tls && createPoolServer(world, routes, tls)
  const port = await listen(server, wanted)
  endpoint = `http://localhost:${port}`
  const tlsPort = tlsServer && (await listenOrClose(tlsServer, tls?.port ?? 0, server))
  let stopped: Promise<void> | undefined
  return {
    world,
    endpoint,
    port,
    domain: tlsPort === undefined ? undefined : `localhost:${tlsPort}`,
    stop: () => {
      stopped ??= Promise.all([server, ...(tlsServer === undefined ? [] : [tlsServer])].map(close)).then(() => undefined)
      return stopped
    },
  }
}

/** Starts the second server. Closes the first one if the port is taken. */
async function listenOrClose(server: Server, port: number, first: Server): Promise<number> {
  try {
    return await listen(server, port)
  } catch (error) {
    await close(first)
    throw error
  }
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new UsageError(`The local user pool cannot listen on port ${port}: ${error instanceof Error ? error.message : String(error)}`)
  }
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  return address.port
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()))
    server.closeAllConnections()
  })
}
