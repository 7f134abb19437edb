import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'
import { dynamoBlockWriter } from '../../shared/blocks/dynamo-block-list.ts'
import { UsageError } from '../lib/errors.ts'
import type { Seed, SeedTable } from './seed.ts'

/**
 * Writes the blocks of seed files to the block table.
 *
 * @throws UsageError that names the file, if the value of a block is invalid.
 */
export async function writeSeeds(documents: DynamoDBDocumentClient, table: string, seeds: readonly Seed[]): Promise<void> {
  const writer = dynamoBlockWriter({ documents: () => documents, table })
  for (const { file, blocks } of seeds) {
    for (const { message, expiresAt, ...block } of blocks) {
      const given = {
        ...block,
        ...(message !== undefined && { message }),
        ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt) }),
      }
      await writer.block(given).catch((error: unknown) => {
        throw error instanceof TypeError ? new UsageError(`${file}: ${error.message}`) : error
      })
    }
  }
}

/**
 * Writes the items of the further tables of seed files.
 *
 * @throws UsageError that names the table, if DynamoDB rejects an item.
 */
export async function writeItems(documents: DynamoDBDocumentClient, tables: readonly SeedTable[]): Promise<void> {
  for (const { definition, items } of tables) {
    for (const item of items) {
      await documents.send(new PutCommand({ TableName: definition.name, Item: item })).catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error)
        throw new UsageError(`seed.json: an item of the table ${definition.name} cannot be written: ${why}`)
      })
    }
  }
}
