// 128 bits: enough that two users of a pool never share one.
const HASH_HEX_DIGITS = 32

/**
 * A user as a log may hold them: the same user has the same hash in every trigger, and who lacks the key cannot try names
 * out. It is made of the user name, because `sub` does not exist yet at pre sign-up.
 *
 * @example
 * hashUser('secret', { userPoolId: 'eu-west-1_abc', userName: 'mary' })
 */
export function hashUser(key: string, event: { readonly userPoolId?: string | null; readonly userName?: string | null }): string {
  // Not imported: it would be loaded at every cold start, and few handlers have a key.
  const { createHmac } = process.getBuiltinModule('node:crypto')
  return createHmac('sha256', key)
    .update(`${event.userPoolId ?? ''}/${event.userName ?? ''}`)
    .digest('hex')
    .slice(0, HASH_HEX_DIGITS)
}
