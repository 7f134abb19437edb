import { startCognito } from './cognito/server.ts'
import { type LocalDynamoDb, startDynamoDb } from './dynamodb.ts'
import { startEventBridge } from './event-bridge/server.ts'
import { LOCAL_KEY_ARN } from './kms/data-key.ts'
import { startKms } from './kms/server.ts'
import type { LocalService } from './loopback.ts'
import type { LocalSes } from './ses/local-ses.ts'
import { startSes } from './ses/server.ts'
import { type LocalSns, startSns } from './sns/server.ts'
import type { TableDefinition, TableNames } from './tables.ts'

/** Local versions of all services that the handlers call. */
export interface LocalServices {
  readonly dynamodb: LocalDynamoDb
  readonly ses: LocalSes
  readonly sns: LocalSns
  /** Environment variables that make a handler call these services. Includes dummy credentials. */
  readonly environment: Readonly<Record<string, string>>
  /** Stops all services. */
  readonly stop: () => Promise<void>
}

/** Options of {@link startServices}. */
export interface StartOptions {
  /** The tables of the user's template. A table with the name of a handler's table replaces that table. */
  readonly tables?: readonly TableDefinition[]
  /** Writes items after the tables are created, and before the first request is answered. */
  readonly fill?: (endpoint: string) => Promise<void>
  /** True to start DynamoDB at its first request, so that handlers that do not use it do not wait for it. */
  readonly lazy?: boolean
  /** The endpoint of a Cognito that runs already. By default, one with a few users starts. */
  readonly cognito?: string | undefined
}

/**
 * Starts an embedded DynamoDB with the handlers' tables, and an embedded SES, SNS, KMS, EventBridge and Cognito. Each listens on a
 * free loopback port. If a step fails, stops the services that already run.
 *
 * @throws MissingPeerError if dynalite is not installed, UsageError if a table of `tables` is invalid. With `lazy`, requests get these
 *   errors.
 * @example
 * const services = await startServices({ blocks: 'lifeguard-blocks', profiles: 'lifeguard-profiles', effects: 'lifeguard-effects', limits: 'lifeguard-limits' })
 * const child = fork('replay-worker.js', { env: services.environment })
 * await services.stop()
 */
export async function startServices(
  names: TableNames,
  { tables = [], fill, lazy = false, cognito: running }: StartOptions = {},
): Promise<LocalServices> {
  const prepare = async (endpoint: string): Promise<void> => {
    // Imported here, because it loads the AWS SDK.
    const { createTables, useLocalClient } = await import('./tables.ts')
    await useLocalClient(endpoint, (client) => createTables(client, names, tables))
    await fill?.(endpoint)
  }
  const dynamodb = await startDynamoDb({ prepare, lazy })
  try {
    const [ses, sns, kms, eventBridge, cognito] = await Promise.all([
      startSes(),
      startSns(),
      startKms(),
      startEventBridge(),
      running === undefined ? startCognito() : toRunning(running),
    ])
    return {
      dynamodb,
      ses,
      sns,
      environment: buildServiceEnvironment({ dynamodb, ses, sns, kms, eventBridge, cognito }, names),
      stop: async () => {
        await Promise.all([dynamodb, ses, sns, kms, eventBridge, cognito].map((service) => service.stop()))
      },
    }
  } catch (error) {
    await dynamodb.stop()
    throw error
  }
}

function toRunning(endpoint: string): LocalService {
  return { endpoint, stop: () => Promise.resolve() }
}

function buildServiceEnvironment(
  services: Readonly<Record<'dynamodb' | 'ses' | 'sns' | 'kms' | 'eventBridge' | 'cognito', LocalService>>,
  names: TableNames,
): Record<string, string> {
  const { dynamodb, ses, sns, kms, eventBridge, cognito } = services
  return {
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint,
    AWS_ENDPOINT_URL_SES: ses.endpoint,
    AWS_ENDPOINT_URL_SESV2: ses.endpoint,
    AWS_ENDPOINT_URL_SNS: sns.endpoint,
    AWS_ENDPOINT_URL_KMS: kms.endpoint,
    AWS_ENDPOINT_URL_EVENTBRIDGE: eventBridge.endpoint,
    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: cognito.endpoint,
    KMS_KEY_ARN: LOCAL_KEY_ARN,
    // If the user's shell sets this variable to true, the SDK ignores the endpoints above and calls AWS.
    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'false',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    BLOCK_TABLE: names.blocks,
    PROFILE_TABLE: names.profiles,
    EFFECT_TABLE: names.effects,
    LIMIT_TABLE: names.limits,
  }
}
