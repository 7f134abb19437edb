import { CreateTableCommand, type CreateTableCommandInput, type DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
import { QUEUE_INDEX } from '../../shared/ledger/effect-item.ts'

/** The names of the tables that the handlers use: 3 to 255 letters, digits, dots, hyphens and underscores. */
export interface TableNames {
  /** The table of blocked users, read by the pre authentication handler. */
  readonly blocks: string
  /** The table of user profiles, written by the post authentication and post confirmation handlers. */
  readonly profiles: string
  /** The table of effects, with its index of those that are not done. */
  readonly effects: string
}

/**
 * Creates the tables of the handlers, shaped as the ones of a deployment, and waits until they can be used. A deployed
 * block table also has a time to live on `expiresAt`; it is left out, since the embedded DynamoDB has none and the handlers
 * judge an expiry by their own clock.
 *
 * @throws ResourceInUseException when one of the tables exists, ValidationException when a name is not one for a table.
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
  // Seconds. The waiter's own shortest delay is 20 s, made for a table of AWS.
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

/** The sparse index in which only what is not done stands. */
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
