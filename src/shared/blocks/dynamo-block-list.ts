import { BatchGetCommand } from '@aws-sdk/lib-dynamodb'
import type { Documents } from '../aws/dynamodb.ts'
import { isReason } from '../rules/outcome.ts'
import { blockKey } from './block-key.ts'
import { type Block, type BlockKey, type BlockListWithPermissions, TABLE_PERMISSIONS } from './block-list.ts'

/** Where blocks are kept in DynamoDB. */
export interface DynamoBlockListOptions {
  readonly documents: Documents
  /** A table whose partition key is a string named `pk`. */
  readonly table: string
}

/** DynamoDB answered for some of the keys only, which it does when it throttles, or not for the table. */
export class BlocksNotRead extends Error {
  override readonly name = 'BlocksNotRead'
  readonly code = 'blocks-not-read'
  constructor() {
    super('DynamoDB left keys of the block list unread')
  }
}

/**
 * Reads blocks from DynamoDB: one strongly consistent `BatchGetItem`, however many keys a user has.
 *
 * @example
 * blockUsers(dynamoBlockList({ documents: documentClient(), table: 'blocks' }))
 */
export function dynamoBlockList({ documents, table }: DynamoBlockListOptions): BlockListWithPermissions {
  return {
    permissions: TABLE_PERMISSIONS,
    async find(keys, signal) {
      // DynamoDB refuses a batch that names a key twice.
      const byPk = new Map(keys.map((key) => [blockKey(key), key]))
      const batch = { Keys: [...byPk.keys()].map((pk) => ({ pk })), ConsistentRead: true }
      const found = await documents().send(new BatchGetCommand({ RequestItems: { [table]: batch } }), { abortSignal: signal })
      const items = found.Responses?.[table]
      if (items === undefined || Object.keys(found.UnprocessedKeys ?? {}).length > 0) throw new BlocksNotRead()
      return items.flatMap((item) => {
        const key = byPk.get(String(item.pk))
        return key === undefined ? [] : [readBlock(key, item)]
      })
    },
  }
}

/** Items are written by people too. What cannot be read of one must not unblock: without a readable expiry it never ends. */
function readBlock(key: BlockKey, item: Record<string, unknown>): Block {
  const { reason, message, expiresAt } = item
  return {
    ...key,
    reason: isReason(reason) ? reason : 'unspecified',
    ...(typeof message === 'string' && { message }),
    ...(typeof expiresAt === 'number' && { expiresAt: new Date(expiresAt * 1000) }),
  }
}
