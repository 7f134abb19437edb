import { randomUUID } from 'node:crypto'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe } from 'vitest'
import { startDynamoDb } from '../../src/tools/local/dynamodb.ts'
import type { LocalService } from '../../src/tools/local/loopback.ts'
import { createTables, type TableNames } from '../../src/tools/local/tables.ts'
import { hasJava, startDynamoDbLocal } from './dynamodb-local.ts'
import { dynamoDbClient } from './local-clients.ts'

/** A running DynamoDB with the handlers' tables, which are empty. */
export interface Engine {
  readonly tables: TableNames
  readonly documents: () => DynamoDBDocumentClient
  readonly endpoint: () => string
}

/** Runs a suite twice: with the embedded DynamoDB and with AWS's DynamoDB Local. Each run has its own tables. */
export function onEveryDynamoDb(suite: (engine: Engine) => void): void {
  describe('on the embedded DynamoDB', () => suite(createEngine(startDynamoDb)))
  const java = hasJava()
  if (!java) console.warn('\nSKIPPED: Java is missing, so these tests do not run on DynamoDB Local. Install Java 17 to run them.\n')
  describe.skipIf(!java)(java ? 'on DynamoDB Local' : 'on DynamoDB Local (SKIPPED: it needs Java 17)', () =>
    suite(createEngine(startDynamoDbLocal)),
  )
}

function createEngine(start: () => Promise<LocalService>): Engine {
  const id = randomUUID()
  const tables = { blocks: `blocks-${id}`, profiles: `profiles-${id}`, effects: `effects-${id}`, limits: `limits-${id}` }
  let service: LocalService | undefined
  let client: ReturnType<typeof dynamoDbClient> | undefined
  let documents: DynamoDBDocumentClient | undefined

  beforeAll(async () => {
    service = await start()
    client = dynamoDbClient(service.endpoint)
    documents = DynamoDBDocumentClient.from(client)
    await createTables(client, tables)
  }, 90_000)

  afterAll(async () => {
    client?.destroy()
    await service?.stop()
  })

  const started = <V>(value: V | undefined): V => {
    if (value === undefined) throw new Error('The engine is not running yet')
    return value
  }
  return { tables, documents: () => started(documents), endpoint: () => started(service).endpoint }
}
