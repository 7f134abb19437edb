import type { Block, BlockKey, BlockType } from '../../../../shared/blocks/block-list.ts'

const KINDS: Readonly<Record<BlockType, string>> = { sub: 'sub', username: 'user name', email: 'email', emailDomain: 'email domain' }

/** Describes the key of a block: `email domain example.com`. */
export function describeKey({ type, value }: BlockKey): string {
  return `${KINDS[type]} ${value}`
}

/** Describes a block: its reason, its start and its end. */
export function describeBlock({ reason, since, expiresAt, message }: Block, now: Date): string {
  const start = since === undefined ? 'since an unknown time' : `since ${formatTime(since)}`
  const end = expiresAt === undefined ? 'without an end' : `${hasEnded(expiresAt, now) ? 'expired' : 'until'} ${formatTime(expiresAt)}`
  return `${reason}, ${start}, ${end}${message === undefined ? '' : `, with the public message '${message}'`}`
}

/** Returns the JSON object of a block. A missing value is null, so that every block has the same fields. */
export function toJsonBlock({ userPoolId, type, value, reason, message, since, expiresAt }: Block, now: Date): Record<string, unknown> {
  return {
    ...{ userPoolId, type, value, reason, message: message ?? null },
    since: since === undefined ? null : formatTime(since),
    expiresAt: expiresAt === undefined ? null : formatTime(expiresAt),
    active: !isExpired(expiresAt, now),
  }
}

/** Returns true if a block has ended. DynamoDB may delete it hours later. */
export function isExpired(expiresAt: Date | undefined, now: Date): boolean {
  return expiresAt !== undefined && hasEnded(expiresAt, now)
}

function hasEnded(expiresAt: Date, now: Date): boolean {
  return expiresAt.getTime() <= now.getTime()
}

/** Formats a time. A number in the table may be too large for a date. */
function formatTime(time: Date): string {
  return Number.isNaN(time.getTime()) ? 'an invalid time' : time.toISOString()
}
