import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { dynamoBlockWriter } from '../../shared/blocks/dynamo-block-list.ts'
import { UsageError } from '../lib/errors.ts'
import type { Seed } from './seed.ts'

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
