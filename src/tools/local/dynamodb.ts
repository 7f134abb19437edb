import { importPeer } from '../lib/import-peer.ts'
import { type LocalService, listenOnLoopback } from './loopback.ts'

/**
 * Starts an empty DynamoDB in this process, kept in memory. It is dynalite, which knows tables, items and conditions, but
 * neither transactions, PartiQL, streams nor a time to live.
 *
 * @throws MissingPeerError when dynalite is not installed.
 * @example
 * const dynamodb = await startDynamoDb()
 * const client = new DynamoDBClient({ endpoint: dynamodb.endpoint, region: 'us-east-1', credentials })
 * await dynamodb.stop()
 */
export async function startDynamoDb(): Promise<LocalService> {
  const { default: dynalite } = await importPeer('dynalite', 'to run an embedded DynamoDB', () => import('dynalite'))
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 })
  // Dynalite throws when a client is cut off while it sends, which would end this process: a handler that is killed at its
  // deadline is such a client. This listener comes after dynalite's own, so that there is one to take away.
  server.on('request', (request) => request.removeAllListeners('error').on('error', () => undefined))
  return listenOnLoopback(server)
}
