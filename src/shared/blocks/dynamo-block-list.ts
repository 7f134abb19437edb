import { BatchGetCommand, DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import type { Documents } from '../aws/dynamodb.ts'
import { LifeguardError } from '../rules/errors.ts'
import { isReason } from '../rules/outcome.ts'
import { blockKey } from './block-keys.ts'
import { type Block, type BlockKey, type BlockListWithPermissions, TABLE_PERMISSIONS } from './block-list.ts'
import { type BlockWriter, type BlockWriterOptions, toRemovedKeys, toWrittenKey } from './block-writer.ts'

/** The DynamoDB client and table of a block list. */
export interface DynamoBlockListOptions {
  readonly documents: Documents
  /** The name of a table whose partition key is a string attribute named `pk`. */
  readonly table: string
}

/** Thrown if DynamoDB did not read all keys, for example because it throttled the request. An unread key may block the user. */
export class BlocksNotReadError extends LifeguardError {
  override readonly name = 'BlocksNotReadError'
  override readonly code = 'blocks-not-read'
  constructor() {
    super('DynamoDB did not read all block list keys')
  }
}

/**
 * Returns a block list that reads from DynamoDB. Each look-up is one strongly consistent `BatchGetItem`.
 *
 * @example
 * blockUsers(dynamoBlockList({ documents: documentClient(), table: 'blocks' }))
 */
export function dynamoBlockList({ documents, table }: DynamoBlockListOptions): BlockListWithPermissions {
  return {
    permissions: TABLE_PERMISSIONS,
    async find(keys, signal) {
      // Removes duplicate keys, because DynamoDB rejects a batch that contains them.
      const byPk = new Map(keys.map((key) => [blockKey(key), key]))
      const batch = { Keys: [...byPk.keys()].map((pk) => ({ pk })), ConsistentRead: true }
      const found = await documents().send(new BatchGetCommand({ RequestItems: { [table]: batch } }), { abortSignal: signal })
      const items = found.Responses?.[table]
      if (items === undefined || Object.keys(found.UnprocessedKeys ?? {}).length > 0) throw new BlocksNotReadError()
      return items.flatMap((item) => {
        const key = byPk.get(String(item.pk))
        return key === undefined ? [] : [readBlock(key, item)]
      })
    },
  }
}

/**
 * Converts an item to a block. An item with invalid fields still blocks, because an administrator may have written it by hand.
 * Without a valid expiry, the block is permanent.
 */
export function readBlock(key: BlockKey, item: Readonly<Record<string, unknown>>): Block {
  const { reason, message, expiresAt, since } = item
  return {
    ...key,
    reason: isReason(reason) ? reason : 'unspecified',
    ...(typeof message === 'string' && { message }),
    ...(typeof expiresAt === 'number' && { expiresAt: new Date(expiresAt * 1000) }),
    ...(typeof since === 'number' && { since: new Date(since * 1000) }),
  }
}

/**
 * Returns the item of a block.
 *
 * @throws TypeError if the value is not a valid address, domain or name, or the reason is not an identifier.
 */
export function toBlockItem(block: Block, options?: BlockWriterOptions): Readonly<Record<string, string | number>> {
  const { reason, message, expiresAt, since } = block
  return {
    pk: toWrittenKey(block, options),
    reason,
    ...(message !== undefined && { message }),
    // DynamoDB's TTL needs seconds. Rounds up, so that the block does not end early.
    ...(expiresAt !== undefined && { expiresAt: Math.ceil(expiresAt.getTime() / 1000) }),
    ...(since !== undefined && { since: Math.floor(since.getTime() / 1000) }),
  }
}

/**
 * Returns a writer of blocks that {@link dynamoBlockList} reads.
 *
 * @throws TypeError from `block` and `unblock` if the value is not a valid address, domain or name, or the reason is not an identifier.
 * @example
 * await dynamoBlockWriter({ documents, table }).block({ userPoolId, type: 'email', value: 'Eve@Example.com', reason: 'chargeback' })
 */
export function dynamoBlockWriter({ documents, table }: DynamoBlockListOptions): BlockWriter {
  return {
    async block(block, options) {
      await documents().send(new PutCommand({ TableName: table, Item: toBlockItem(block, options) }))
    },
    async unblock(key, options) {
      for (const pk of toRemovedKeys(key, options)) await documents().send(new DeleteCommand({ TableName: table, Key: { pk } }))
    },
  }
}
