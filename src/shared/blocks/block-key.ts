import { createHash } from 'node:crypto'
import type { BlockKey } from './block-list.ts'

// DynamoDB takes at most 2,048 bytes in a partition key. Longer values are rare, so their readability is not missed.
const MAX_VALUE_BYTES = 512
const HASHED = 'sha256:'

/**
 * A block's partition key: of a pool, of a type, so that no user name can be taken for a `sub` or an address. A value that
 * is too long for a key is hashed rather than cut: two users must never share a block.
 *
 * @example
 * blockKey({ userPoolId: 'eu-west-1_abc', type: 'email', value: 'eve@example.com' }) // 'eu-west-1_abc#email#eve@example.com'
 */
export function blockKey({ userPoolId, type, value }: BlockKey): string {
  // A value that looks like a hash is hashed too: it must not be taken for the one whose hash it shows.
  const bounded = Buffer.byteLength(value) > MAX_VALUE_BYTES || value.startsWith(HASHED) ? hashed(value) : value
  return `${userPoolId}#${type}#${bounded}`
}

function hashed(value: string): string {
  return `${HASHED}${createHash('sha256').update(value).digest('hex')}`
}
