import { createHash } from 'node:crypto'
import type { BlockKey } from './block-list.ts'

// DynamoDB takes at most 2,048 bytes in a partition key. Longer values are rare, so their readability is not missed.
const MAX_VALUE_BYTES = 512

/**
 * A block's partition key: of a pool, of a type, so that no user name can be taken for a `sub` or an address. A value that
 * is too long for a key is hashed rather than cut: two users must never share a block.
 *
 * @example
 * blockKey({ userPoolId: 'eu-west-1_abc', type: 'email', value: 'eve@example.com' }) // 'eu-west-1_abc#email#eve@example.com'
 */
export function blockKey({ userPoolId, type, value }: BlockKey): string {
  const bounded = Buffer.byteLength(value) > MAX_VALUE_BYTES ? `sha256:${createHash('sha256').update(value).digest('hex')}` : value
  return `${userPoolId}#${type}#${bounded}`
}
