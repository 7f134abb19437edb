import { CreateTableCommand, type CreateTableCommandInput, type DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
import { QUEUE_INDEX } from '../../shared/ledger/effect-item.ts'

/** The names of the tables that the handlers use: 3 to 255 letters, digits, dots, hyphens and underscores. */
export interface TableNames {
  /** The block list, which the pre sign-up and pre authentication handlers read. */
  readonly blocks: string
  /** The table of user profiles, which the post confirmation and post authentication handlers write. */
  readonly profiles: string
  /** The ledger of effects, with its index of pending effects. */
  readonly effects: string
}

/**
 * Creates the handlers' tables with the schema of a deployment, and waits until they are active. The block table has no time
 * to live (TTL), because dynalite does not support TTL. Handlers check `expiresAt`, so they ignore
 * expired blocks anyway.
 *
 * @throws ResourceInUseException if a table exists, ValidationException if a table name is invalid.
 * @example
 * await createTables(client, { blocks: 'blocks', profiles: 'profiles', effects: 'effects' })
 */
export async function createTables(client: DynamoDBClient, names: TableNames): Promise<void> {
  await createTable(client, buildTable(names.blocks))
  await createTable(client, buildTable(names.profiles))
  await createTable(client, withQueue(buildTable(names.effects)))
}

async function createTable(client: DynamoDBClient, table: CreateTableCommandInput): Promise<void> {
  await client.send(new CreateTableCommand(table))
  // The delays are in seconds. The SDK's default minimum of 20 s is too long for a local table.
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 0.05, maxDelay: 1 }, { TableName: table.TableName })
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
