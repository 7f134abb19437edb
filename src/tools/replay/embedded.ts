import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb'
import { defaultSettings, type Environment } from '../lib/environment.ts'
import { UsageError } from '../lib/errors.ts'
import { STDIN } from '../lib/event-files.ts'
import { startServices } from '../local/services.ts'
import type { ReceivedMail } from '../local/ses/local-ses.ts'
import type { TableNames } from '../local/tables.ts'
import { seedBlocks } from './seed.ts'

/** The rows and emails that handlers left in the embedded services. */
export interface SideEffects {
  /** The rows of the profile table. */
  readonly profiles: readonly Readonly<Record<string, unknown>>[]
  /** The emails, oldest first. */
  readonly mails: readonly ReceivedMail[]
}

/** The embedded DynamoDB and SES. The block table contains the blocks of the seed files. */
export interface Embedded {
  /** The environment variables with which handlers use these services. */
  readonly environment: Readonly<Record<string, string>>
  /** Returns the rows and emails that handlers have left so far. */
  readonly sideEffects: () => Promise<SideEffects>
  readonly stop: () => Promise<void>
}

/**
 * Starts the embedded services and seeds the block list.
 *
 * @param settings The settings of the handlers, which may name the tables.
 * @param paths The replayed paths. Seed files beside them are read.
 * @throws MissingPeerError if dynalite is not installed, UsageError if a table name or a seed file is invalid.
 */
export async function startEmbedded(settings: Environment, paths: readonly string[]): Promise<Embedded> {
  const names = readTableNames(settings)
  const { blocks, profiles } = names
  const services = await startServices(names)
  const documents = createDocumentClient(services.dynamodb.endpoint)
  const stop = async (): Promise<void> => {
    documents.destroy()
    await services.stop()
  }
  try {
    await seedBlocks(documents, blocks, await listEventFolders(paths))
  } catch (error) {
    await stop()
    throw error
  }
  return {
    environment: services.environment,
    sideEffects: async () => ({ profiles: await scanTable(documents, profiles), mails: services.ses.inbox() }),
    stop,
  }
}

const TABLE_NAME = /^[\w.-]{3,255}$/

function readTableNames(settings: Environment): TableNames {
  const taken = new Map<string, string>()
  const defaults = defaultSettings()
  const readTableName = (setting: 'BLOCK_TABLE' | 'PROFILE_TABLE' | 'EFFECT_TABLE'): string => {
    const name = settings[setting] || (defaults[setting] ?? setting)
    const refused = `${setting} is ${JSON.stringify(name)}; expected`
    if (!TABLE_NAME.test(name))
      throw new UsageError(`${refused} the name of a DynamoDB table: 3 to 255 letters, digits, dots, hyphens and underscores`)
    const other = taken.get(name)
    if (other !== undefined) throw new UsageError(`${refused} another name, because ${other} has the same value`)
    taken.set(name, setting)
    return name
  }
  return { blocks: readTableName('BLOCK_TABLE'), profiles: readTableName('PROFILE_TABLE'), effects: readTableName('EFFECT_TABLE') }
}

function createDocumentClient(endpoint: string): DynamoDBDocumentClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials })
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } })
}

async function scanTable(documents: DynamoDBDocumentClient, table: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const rows: Record<string, unknown>[] = []
  for await (const page of paginateScan({ client: documents }, { TableName: table, ConsistentRead: true })) rows.push(...(page.Items ?? []))
  return rows
}

async function listEventFolders(paths: readonly string[]): Promise<readonly string[]> {
  const folders: string[] = []
  for (const path of paths) {
    if (path === STDIN) continue
    folders.push((await stat(path)).isDirectory() ? path : dirname(path))
  }
  return folders
}
