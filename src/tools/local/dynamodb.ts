import { createServer, type Server, type ServerResponse } from 'node:http'
import { importPeer } from '../lib/import-peer.ts'
import { type LocalService, listenOnLoopback } from './loopback.ts'

/** A local DynamoDB. */
export interface LocalDynamoDb extends LocalService {
  /** Starts the engine, if no request has done so. Rejects with the error of the start. */
  readonly start: () => Promise<void>
  /** Returns the endpoint of the running engine. Returns undefined before the first request, and if the engine cannot start. */
  readonly engine: () => Promise<string | undefined>
  /** Returns the error with which the engine failed to start. Every request gets its message as an answer. */
  readonly problem: () => unknown
}

/** Options of {@link startDynamoDb}. */
export interface DynamoDbOptions {
  /** Creates tables before the first request is answered. Its parameter is the endpoint of the engine. */
  readonly prepare?: (endpoint: string) => Promise<void>
  /** True to load the engine at the first request, so that handlers without DynamoDB do not need it. */
  readonly lazy?: boolean
}

interface Engine extends LocalService {
  readonly server: Server
}

/**
 * Starts an empty in-memory DynamoDB in this process. It is dynalite, which supports tables, items and conditions, but not
 * transactions, PartiQL, streams or time to live.
 *
 * @throws MissingPeerError if dynalite is not installed, and the errors of `prepare`. With `lazy`, requests get these errors.
 * @example
 * const dynamodb = await startDynamoDb()
 * const client = new DynamoDBClient({ endpoint: dynamodb.endpoint, region: 'us-east-1', credentials })
 * await dynamodb.stop()
 */
export async function startDynamoDb({ prepare, lazy = false }: DynamoDbOptions = {}): Promise<LocalDynamoDb> {
  let starting: Promise<Engine> | undefined
  let problem: unknown
  const start = (): Promise<Engine> => {
    starting ??= startEngine(prepare)
    return starting
  }
  const front = createServer((request, response) => {
    start().then(
      ({ server }) => server.emit('request', request, response),
      (error: unknown) => {
        problem = error
        request.resume()
        answerProblem(response, error)
      },
    )
  })
  if (!lazy) await start()
  const { endpoint, stop } = await listenOnLoopback(front)
  const started = async (): Promise<Engine | undefined> => starting?.catch(() => undefined)
  return {
    endpoint,
    start: async () => void (await start()),
    engine: async () => (await started())?.endpoint,
    problem: () => problem,
    stop: async () => {
      await stop()
      await (await started())?.stop()
    },
  }
}

/** @throws MissingPeerError if dynalite is not installed, and the errors of `prepare`. */
async function startEngine(prepare: DynamoDbOptions['prepare']): Promise<Engine> {
  const { default: dynalite } = await importPeer('dynalite', 'to run an embedded DynamoDB', () => import('dynalite'))
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 })
  // If a client disconnects in the middle of a request, dynalite throws, and this process exits. A killed handler is such a client.
  // This listener runs after dynalite's request listener, so it can remove the error listener that throws.
  server.on('request', (request) => request.removeAllListeners('error').on('error', () => undefined))
  const service = await listenOnLoopback(server)
  try {
    await prepare?.(service.endpoint)
  } catch (error) {
    await service.stop()
    throw error
  }
  return { ...service, server }
}

/** Answers with an error that SDK clients do not retry. */
function answerProblem(response: ServerResponse, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error)
  response
    .writeHead(400, { 'content-type': 'application/x-amz-json-1.0' })
    .end(JSON.stringify({ __type: 'lifeguard#LocalDynamoDbError', message }))
}
