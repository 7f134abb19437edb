import { BatchGetCommand, DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import type { Documents } from '../aws/dynamodb.ts'
import { emailKey, normaliseDomain, parseEmailAddress } from '../email/address.ts'
import { LifeguardError } from '../rules/errors.ts'
import { isReason, MAX_REASON_LENGTH } from '../rules/outcome.ts'
import { blockKey, userNameKey } from './block-keys.ts'
import { type Block, type BlockKey, type BlockListWithPermissions, TABLE_PERMISSIONS } from './block-list.ts'

/** Where blocks are kept in DynamoDB. */
export interface DynamoBlockListOptions {
  readonly documents: Documents
  /** A table whose partition key is a string named `pk`. */
  readonly table: string
}

/** DynamoDB answered for some of the keys only, which it does when it throttles, or not for the table. */
export class BlocksNotReadError extends LifeguardError {
  override readonly name = 'BlocksNotReadError'
  override readonly code = 'blocks-not-read'
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
      if (items === undefined || Object.keys(found.UnprocessedKeys ?? {}).length > 0) throw new BlocksNotReadError()
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

/** How a key is written. */
export interface BlockWriterOptions {
  /**
   * Keeps a user name to the letter. Otherwise a block holds for every spelling in upper and lower case, as it should in a pool
   * that does not tell them apart.
   */
  readonly exactUserName?: boolean
}

/** Blocks and unblocks users: for administrators' tools, not for the trigger. */
export interface BlockWriter {
  /** Blocks; a block of the same key is replaced. */
  readonly block: (block: Block, options?: BlockWriterOptions) => Promise<void>
  /**
   * Removes a block, and does nothing if there is none. Of a user name it removes the block of every spelling too, unless
   * `exactUserName` is set.
   */
  readonly unblock: (key: BlockKey, options?: BlockWriterOptions) => Promise<void>
}

/**
 * Writes blocks so that {@link dynamoBlockList} finds them.
 *
 * @throws TypeError when the value is not a valid address, domain or name, or the reason is not an identifier.
 * @example
 * await dynamoBlockWriter({ documents, table }).block({ userPoolId, type: 'email', value: 'Eve@Example.com', reason: 'chargeback' })
 */
export function dynamoBlockWriter({ documents, table }: DynamoBlockListOptions): BlockWriter {
  return {
    async block(block, options) {
      const { reason, message, expiresAt } = block
      if (!isReason(reason))
        throw new TypeError(`The reason of a block is an identifier of at most ${MAX_REASON_LENGTH} characters, such as 'chargeback'`)
      const item = {
        pk: blockKey(normaliseKey(block, options)),
        reason,
        ...(message !== undefined && { message }),
        // Seconds, as DynamoDB's time to live wants them; rounded up, since a block must not end early.
        ...(expiresAt !== undefined && { expiresAt: Math.ceil(expiresAt.getTime() / 1000) }),
      }
      await documents().send(new PutCommand({ TableName: table, Item: item }))
    },
    async unblock(key, options) {
      // A user name may be blocked in either form, and after this it is blocked in none.
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
  emailDomain: "a domain as 'example.com', in Punycode if its spelling depends on the program ('xn--strae-oqa.de')",
}

function normaliseKey(key: BlockKey, { exactUserName = false }: BlockWriterOptions = {}): BlockKey {
  const value = normalisedValue(key, exactUserName)
  if (value === undefined || value === '')
    throw new TypeError(`The value of a block by ${key.type} is not valid; expected ${EXPECTED[key.type]}`)
  return { userPoolId: key.userPoolId, type: key.type, value }
}

function normalisedValue({ type, value }: BlockKey, exactUserName: boolean): string | undefined {
  if (type === 'emailDomain') return normaliseDomain(value)
  if (type === 'username') return exactUserName ? value : userNameKey(value)
  if (type === 'sub') return value
  const address = parseEmailAddress(value)
  return address && emailKey(address)
}
