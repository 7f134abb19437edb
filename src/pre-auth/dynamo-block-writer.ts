import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { emailKey, normaliseDomain, parseEmailAddress } from '../shared/email/address.ts'
import { isReason, MAX_REASON_LENGTH } from '../shared/rules/outcome.ts'
import { blockKey } from './block-key.ts'
import type { Block, BlockKey } from './block-list.ts'
import type { DynamoBlockListOptions } from './dynamo-block-list.ts'

/** Blocks and unblocks users: for administrators' tools, not for the trigger. */
export interface BlockWriter {
  /** Blocks; a block of the same key is replaced. */
  readonly block: (block: Block) => Promise<void>
  /** Unblocks; nothing happens where there is no block. */
  readonly unblock: (key: BlockKey) => Promise<void>
}

/**
 * Writes blocks so that {@link dynamoBlockList} finds them.
 *
 * @throws TypeError on a value that cannot be of its type or a reason that is no identifier.
 * @example
 * await dynamoBlockWriter({ documents, table }).block({ userPoolId, type: 'email', value: 'Eve@Example.com', reason: 'chargeback' })
 */
export function dynamoBlockWriter({ documents, table }: DynamoBlockListOptions): BlockWriter {
  return {
    async block(block) {
      const { reason, message, expiresAt } = block
      if (!isReason(reason))
        throw new TypeError(`The reason of a block is an identifier of at most ${MAX_REASON_LENGTH} characters, such as 'chargeback'`)
      const item = {
        pk: blockKey(normalised(block)),
        reason,
        ...(message !== undefined && { message }),
        // Seconds, as DynamoDB's time to live wants them; rounded up, since a block must not end early.
        ...(expiresAt !== undefined && { expiresAt: Math.ceil(expiresAt.getTime() / 1000) }),
      }
      await documents().send(new PutCommand({ TableName: table, Item: item }))
    },
    async unblock(key) {
      await documents().send(new DeleteCommand({ TableName: table, Key: { pk: blockKey(normalised(key)) } }))
    },
  }
}

function normalised(key: BlockKey): BlockKey {
  const value = normalisedValue(key)
  if (value === undefined || value === '') throw new TypeError(`A block by ${key.type} needs a value that is one`)
  return { userPoolId: key.userPoolId, type: key.type, value }
}

function normalisedValue({ type, value }: BlockKey): string | undefined {
  if (type === 'emailDomain') return normaliseDomain(value)
  if (type !== 'email') return value
  const address = parseEmailAddress(value)
  return address && emailKey(address)
}
