import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  DynamoDBServiceException,
  type KeySchemaElement,
  type Projection,
  type ScalarAttributeType,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import { QUEUE_INDEX } from '../../shared/ledger/effect-item.ts'
import { UsageError } from '../lib/errors.ts'

/** The names of the tables that the handlers use: 3 to 255 letters, digits, dots, hyphens and underscores. */
export interface TableNames {
  /** The block list, which the pre sign-up and pre authentication handlers read. */
  readonly blocks: string
  /** The table of user profiles, which the post confirmation and post authentication handlers write. */
  readonly profiles: string
  /** The ledger of effects, with its index of pending effects. */
  readonly effects: string
  /** The counters of codes and messages. */
  readonly limits: string
}

/** An index of a table. The properties have the values of CloudFormation's `AWS::DynamoDB::Table`. */
export interface IndexDefinition {
  readonly IndexName: string
  readonly KeySchema: readonly KeySchemaElement[]
  readonly Projection: Projection
}

/** A table of the user's template. The properties have the values of CloudFormation's `AWS::DynamoDB::Table`. */
export interface TableDefinition {
  /** The name with which handlers address the table. */
  readonly name: string
  readonly keySchema: readonly KeySchemaElement[]
  readonly attributeDefinitions: readonly { readonly AttributeName: string; readonly AttributeType: ScalarAttributeType }[]
  readonly globalSecondaryIndexes?: readonly IndexDefinition[]
  readonly localSecondaryIndexes?: readonly IndexDefinition[]
}

/**
 * Creates tables, and waits until they are active: the given ones, and the handlers' tables, with the schema of a deployment, unless
 * a given table has the name. No table has a time to live (TTL), because dynalite does not support TTL. Handlers check `expiresAt`,
 * so they ignore expired blocks anyway.
 *
 * @throws UsageError if DynamoDB rejects a given table. ResourceInUseException if a table exists.
 * @example
 * await createTables(client, { blocks: 'blocks', profiles: 'profiles', effects: 'effects', limits: 'limits' })
 */
export async function createTables(client: DynamoDBClient, names: TableNames, given: readonly TableDefinition[] = []): Promise<void> {
  await createGivenTables(client, given)
  const taken = new Set(given.map(({ name }) => name))
  const own = [buildTable(names.blocks), buildTable(names.profiles), withQueue(buildTable(names.effects)), buildTable(names.limits)]
  for (const table of own) if (!taken.has(table.TableName ?? '')) await createTable(client, table)
}

/**
 * Creates tables of the user's template or settings, and waits until they are active.
 *
 * @throws UsageError if DynamoDB rejects a table.
 */
export async function createGivenTables(client: DynamoDBClient, tables: readonly TableDefinition[]): Promise<void> {
  for (const table of tables) {
    await createTable(client, toTable(table)).catch((error: unknown) => {
      throw error instanceof DynamoDBServiceException ? new UsageError(`The table ${table.name}: ${error.message}`) : error
    })
  }
}

/** Calls a function with a client of the local DynamoDB at an endpoint. */
export async function useLocalClient<V>(endpoint: string, use: (client: DynamoDBClient) => Promise<V>): Promise<V> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials })
  try {
    return await use(client)
  } finally {
    client.destroy()
  }
}

async function createTable(client: DynamoDBClient, table: CreateTableCommandInput): Promise<void> {
  await client.send(new CreateTableCommand(table))
  // The delays are in seconds. The SDK's default minimum of 20 s is too long for a local table.
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 0.05, maxDelay: 1 }, { TableName: table.TableName })
}

/** Converts a definition. Leaves out capacity, which has no meaning on this machine. */
function toTable(table: TableDefinition): CreateTableCommandInput {
  const { globalSecondaryIndexes = [], localSecondaryIndexes = [] } = table
  return {
    TableName: table.name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...table.attributeDefinitions],
    KeySchema: [...table.keySchema],
    // DynamoDB rejects an empty list.
    ...(globalSecondaryIndexes.length > 0 && { GlobalSecondaryIndexes: globalSecondaryIndexes.map(toIndex) }),
    ...(localSecondaryIndexes.length > 0 && { LocalSecondaryIndexes: localSecondaryIndexes.map(toIndex) }),
  }
}

function toIndex({ IndexName, KeySchema, Projection }: IndexDefinition): {
  IndexName: string
  KeySchema: KeySchemaElement[]
  Projection: Projection
} {
  return { IndexName, KeySchema: [...KeySchema], Projection }
}

function buildTable(name: string): CreateTableCommandInput {
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  }
}

/** Adds the sparse index, which contains only pending effects. */
function withQueue(table: CreateTableCommandInput): CreateTableCommandInput {
  return {
    ...table,
    AttributeDefinitions: ['pk', 'queue', 'dueAt'].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
    GlobalSecondaryIndexes: [
      {
        IndexName: QUEUE_INDEX,
        KeySchema: [
          { AttributeName: 'queue', KeyType: 'HASH' },
          { AttributeName: 'dueAt', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  }
}
