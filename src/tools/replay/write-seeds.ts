import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'
import { dynamoBlockWriter } from '../../shared/blocks/dynamo-block-list.ts'
import { dynamoInviteWriter } from '../../shared/invites/dynamo-invite-writer.ts'
import { UsageError } from '../lib/errors.ts'
import type { Seed, SeedTable } from './seed.ts'

/** The names of the tables to write to. Without `invites`, no invitations are written. */
export interface SeedTargets {
  readonly blocks: string
  readonly invites?: string | undefined
}

/**
 * Writes the blocks and the invitations of seed files.
 *
 * @throws UsageError that names the file, if a block or an invitation is invalid.
 */
export async function writeSeeds(documents: DynamoDBDocumentClient, tables: SeedTargets, seeds: readonly Seed[]): Promise<void> {
  const blockWriter = dynamoBlockWriter({ documents: () => documents, table: tables.blocks })
  for (const { file, blocks, invites = [] } of seeds) {
    const reject = (error: unknown): never => {
      throw error instanceof TypeError || error instanceof RangeError ? new UsageError(`${file}: ${error.message}`) : error
    }
    for (const { message, expiresAt, ...block } of blocks) {
      const given = {
        ...block,
        ...(message !== undefined && { message }),
        ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt) }),
      }
      await blockWriter.block(given).catch(reject)
    }
    if (tables.invites === undefined) continue
    const inviteWriter = dynamoInviteWriter({ documents: () => documents, table: tables.invites })
    for (const { type, value, uses, until } of invites) {
      const given = { type, value, ...(uses !== undefined && { uses }), ...(until !== undefined && { until: new Date(until) }) }
      await inviteWriter.create(given).catch(reject)
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
