import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { startDynamoDb } from './dynamodb.ts'
import type { LocalService } from './loopback.ts'
import type { LocalSes } from './ses/local-ses.ts'
import { startSes } from './ses/server.ts'
import { createTables, type TableNames } from './tables.ts'

/** Local versions of all services that the handlers call. */
export interface LocalServices {
  readonly dynamodb: LocalService
  readonly ses: LocalSes
  /** Environment variables that make a handler call these services. Includes dummy credentials. */
  readonly environment: Readonly<Record<string, string>>
  /** Stops all services. */
  readonly stop: () => Promise<void>
}

const REGION = 'us-east-1'
const ACCESS_KEY_ID = 'local'
const SECRET_ACCESS_KEY = 'local'

/**
 * Starts an embedded DynamoDB with the handlers' tables, and an embedded SES. Each listens on a free loopback port. If a step
 * fails, stops the services that already run.
 *
 * @throws MissingPeerError if dynalite is not installed.
 * @example
 * const services = await startServices({ blocks: 'lifeguard-blocks', profiles: 'lifeguard-profiles', effects: 'lifeguard-effects' })
 * const child = fork('replay-worker.js', { env: services.environment })
 * await services.stop()
 */
export async function startServices(names: TableNames): Promise<LocalServices> {
  const dynamodb = await startDynamoDb()
  try {
    await prepare(dynamodb.endpoint, names)
    const ses = await startSes()
    return {
      dynamodb,
      ses,
      environment: buildServiceEnvironment(dynamodb, ses, names),
      stop: async () => {
        await Promise.all([dynamodb.stop(), ses.stop()])
      },
    }
  } catch (error) {
    await dynamodb.stop()
    throw error
  }
}

async function prepare(endpoint: string, names: TableNames): Promise<void> {
  const credentials = { accessKeyId: ACCESS_KEY_ID, secretAccessKey: SECRET_ACCESS_KEY }
  const client = new DynamoDBClient({ endpoint, region: REGION, credentials })
  try {
    await createTables(client, names)
  } finally {
    client.destroy()
  }
}

function buildServiceEnvironment(dynamodb: LocalService, ses: LocalService, names: TableNames): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint,
    AWS_ENDPOINT_URL_SES: ses.endpoint,
    // If the user's shell sets this variable to true, the SDK ignores the two endpoints above and calls AWS.
    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'false',
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY: SECRET_ACCESS_KEY,
    BLOCK_TABLE: names.blocks,
    PROFILE_TABLE: names.profiles,
    EFFECT_TABLE: names.effects,
  }
}
