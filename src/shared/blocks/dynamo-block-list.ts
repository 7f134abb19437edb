import { BatchGetCommand, DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import type { Documents } from '../aws/dynamodb.ts'
import { emailKey, normaliseDomain, parseEmailAddress } from '../email/address.ts'
import { LifeguardError } from '../rules/errors.ts'
import { isReason, MAX_REASON_LENGTH } from '../rules/outcome.ts'
import { blockKey, userNameKey } from './block-keys.ts'
import { type Block, type BlockKey, type BlockListWithPermissions, TABLE_PERMISSIONS } from './block-list.ts'

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
function readBlock(key: BlockKey, item: Record<string, unknown>): Block {
  const { reason, message, expiresAt } = item
  return {
    ...key,
    reason: isReason(reason) ? reason : 'unspecified',
    ...(typeof message === 'string' && { message }),
    ...(typeof expiresAt === 'number' && { expiresAt: new Date(expiresAt * 1000) }),
  }
}

/** Options for the key of a block that is written or removed. */
export interface BlockWriterOptions {
  /**
   * True to match the user name exactly, for a pool with case-sensitive user names. By default, a block ignores the case of the
   * user name.
   */
  readonly exactUserName?: boolean
}

/** Blocks and unblocks users. For administrators' tools, not for triggers. */
export interface BlockWriter {
  /** Writes a block. Replaces an existing block with the same key. */
  readonly block: (block: Block, options?: BlockWriterOptions) => Promise<void>
  /**
   * Removes a block, if it exists. For a user name it removes the exact block and the case-insensitive one. With `exactUserName`
   * it removes only the exact block.
   */
  readonly unblock: (key: BlockKey, options?: BlockWriterOptions) => Promise<void>
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
      const { reason, message, expiresAt } = block
      if (!isReason(reason))
        throw new TypeError(`A block's reason must be an identifier of at most ${MAX_REASON_LENGTH} characters, such as 'chargeback'`)
      const item = {
        pk: blockKey(normaliseKey(block, options)),
        reason,
        ...(message !== undefined && { message }),
        // DynamoDB's TTL needs seconds. Rounds up, so that the block does not end early.
        ...(expiresAt !== undefined && { expiresAt: Math.ceil(expiresAt.getTime() / 1000) }),
      }
      await documents().send(new PutCommand({ TableName: table, Item: item }))
    },
    async unblock(key, options) {
      // Without `exactUserName`, removes both blocks of a user name: the exact and the case-insensitive one.
      const forms = key.type === 'username' ? [{ exactUserName: true }, ...(options?.exactUserName ? [] : [{}])] : [{}]
      for (const pk of new Set(forms.map((form) => blockKey(normaliseKey(key, form)))))
        await documents().send(new DeleteCommand({ TableName: table, Key: { pk } }))
    },
  }
}

const EXPECTED: Readonly<Record<BlockKey['type'], string>> = {
  sub: 'a sub',
  username: 'a user name',
  email: 'one plain email address',
  emailDomain: "a domain such as 'example.com', in Punycode if programs read it differently ('xn--strae-oqa.de')",
}

function normaliseKey(key: BlockKey, { exactUserName = false }: BlockWriterOptions = {}): BlockKey {
  const value = normaliseValue(key, exactUserName)
  if (value === undefined || value === '')
    throw new TypeError(`The value of a block by ${key.type} is not valid; expected ${EXPECTED[key.type]}`)
  return { userPoolId: key.userPoolId, type: key.type, value }
}

function normaliseValue({ type, value }: BlockKey, exactUserName: boolean): string | undefined {
  if (type === 'emailDomain') return normaliseDomain(value)
  if (type === 'username') return exactUserName ? value : userNameKey(value)
  if (type === 'sub') return value
  const address = parseEmailAddress(value)
  return address && emailKey(address)
}
