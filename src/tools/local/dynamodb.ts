import { importPeer } from '../lib/import-peer.ts'
import { type LocalService, listenOnLoopback } from './loopback.ts'

/**
 * Starts an empty in-memory DynamoDB in this process. It is dynalite, which supports tables, items and conditions, but not
 * transactions, PartiQL, streams or time to live.
 *
 * @throws MissingPeerError if dynalite is not installed.
 * @example
 * const dynamodb = await startDynamoDb()
 * const client = new DynamoDBClient({ endpoint: dynamodb.endpoint, region: 'us-east-1', credentials })
 * await dynamodb.stop()
 */
export async function startDynamoDb(): Promise<LocalService> {
  const { default: dynalite } = await importPeer('dynalite', 'to run an embedded DynamoDB', () => import('dynalite'))
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 })
  // If a client disconnects in the middle of a request, dynalite throws, and this process exits. A killed handler is such a client.
  // This listener runs after dynalite's request listener, so it can remove the error listener that throws.
  server.on('request', (request) => request.removeAllListeners('error').on('error', () => undefined))
  return listenOnLoopback(server)
}
