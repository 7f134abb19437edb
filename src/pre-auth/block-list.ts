import { emailKey, normaliseDomain, parseEmailAddress } from '../shared/email/address.ts'
import type { User } from '../shared/rules/context.ts'

/** By what a user can be blocked. */
export type BlockType = 'sub' | 'username' | 'email' | 'emailDomain'

/** One thing by which users of a pool are blocked. */
export interface BlockKey {
  readonly userPoolId: string
  readonly type: BlockType
  /** As it is compared: user names and subs to the letter, addresses and domains normalised. */
  readonly value: string
}

/** Why somebody is blocked, and until when. */
export interface Block extends BlockKey {
  /** For the log: a constant identifier. */
  readonly reason: string
  /** What the user may read, where the rule reveals blocks. */
  readonly message?: string
  /** Until when; for ever unless set. */
  readonly expiresAt?: Date
}

/** Where blocks are kept. */
export interface BlockList {
  /**
   * Finds the blocks of these keys, those that have expired included.
   *
   * @throws when it cannot tell of every key: no answer is not "not blocked".
   */
  readonly find: (keys: readonly BlockKey[], signal: AbortSignal) => Promise<readonly Block[]>
}

/** The keys by which a user could be blocked. */
export function blockKeys(userPoolId: string, user: Pick<User, 'sub' | 'userName' | 'email'>): readonly BlockKey[] {
  const address = user.email === undefined ? undefined : parseEmailAddress(user.email)
  // An address that is not a plain one has a domain all the same, where mail servers look for it: a quoted local part must
  // not get anybody past the block of a domain.
  const domain = user.email === undefined ? undefined : normaliseDomain(user.email.slice(user.email.lastIndexOf('@') + 1))
  const values: readonly (readonly [BlockType, string | undefined])[] = [
    ['sub', user.sub],
    // In pools where the address is the user name Cognito makes the user name equal to `sub`; a block on either is found.
    ['username', user.userName === '' ? undefined : user.userName],
    ['email', address && emailKey(address)],
    ['emailDomain', domain],
  ]
  return values.flatMap(([type, value]) => (value === undefined ? [] : [{ userPoolId, type, value }]))
}
