import { emailKey, normaliseDomain, parseEmailAddress } from '../email/address.ts'
import { isReason, MAX_REASON_LENGTH } from '../rules/outcome.ts'
import { blockKey, userNameKey } from './block-keys.ts'
import type { Block, BlockKey } from './block-list.ts'

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
 * Returns the partition key of a block to write.
 *
 * @throws TypeError if the value is not a valid address, domain or name, or the reason is not an identifier.
 */
export function toWrittenKey(block: Block, options?: BlockWriterOptions): string {
  if (!isReason(block.reason))
    throw new TypeError(`A block's reason must be an identifier of at most ${MAX_REASON_LENGTH} characters, such as 'chargeback'`)
  return blockKey(normaliseKey(block, options))
}

/**
 * Returns the partition keys of the blocks to remove.
 *
 * @throws TypeError if the value is not a valid address, domain or name.
 */
export function toRemovedKeys(key: BlockKey, options?: BlockWriterOptions): ReadonlySet<string> {
  // Without `exactUserName`, removes both blocks of a user name: the exact and the case-insensitive one.
  const forms = key.type === 'username' ? [{ exactUserName: true }, ...(options?.exactUserName ? [] : [{}])] : [{}]
  return new Set(forms.map((form) => blockKey(normaliseKey(key, form))))
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
