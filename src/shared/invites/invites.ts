import { createHash, randomBytes } from 'node:crypto'
import { emailKey, parseEmailAddress } from '../email/address.ts'
import type { RulePermission } from '../rules/rule.ts'

/** Identifies an invitation: by its secret code, or by the address that it is bound to. */
export interface InviteKey {
  readonly type: 'code' | 'email'
  /** The code or the address, as the user typed it. */
  readonly value: string
}

/** The user for whom an invitation is reserved. */
export interface InviteUser {
  readonly userPoolId: string
  readonly userName: string
}

/** The state of an invitation for one user. A reservation of another user counts as a use until it expires. */
export type InviteState = 'usable' | 'unknown' | 'used' | 'expired'

/** Port that looks up invitations and uses them up. A reservation expires within an hour, unless `keep` makes it final. */
export interface Invites {
  /** The IAM permissions of the adapter. */
  readonly permissions: readonly RulePermission[]
  /** Reads an invitation. The time must not depend on the state. */
  readonly find: (key: InviteKey, user: InviteUser, signal: AbortSignal) => Promise<InviteState>
  /**
   * Reserves one use for a user. A repeated call for the same user reserves the same use. Parallel calls reserve exactly.
   *
   * @param attempt Identifies the invocation, for `release`. The default is the signal.
   * @returns false if the invitation is not usable, `renewed` if the user had reserved it before.
   */
  readonly reserve: (key: InviteKey, user: InviteUser, signal: AbortSignal, attempt?: object) => Promise<boolean | 'renewed'>
  /**
   * Gives back what `reserve` reserved with the same `attempt`. Does nothing if another invocation has renewed the reservation, because
   * that invocation may have admitted the user, or if it is final.
   */
  readonly release: (key: InviteKey, user: InviteUser, signal: AbortSignal, attempt?: object) => Promise<void>
  /**
   * Makes the reservation of a user final.
   *
   * @returns `none` if the user never had a reservation, and `gone` if another user has used the invitation since.
   */
  readonly keep: (user: InviteUser, signal: AbortSignal) => Promise<'kept' | 'none' | 'gone'>
}

/** A new invitation. */
export interface NewInvite extends InviteKey {
  /** The users who may sign up with it, 1 by default and 500 at most. */
  readonly uses?: number
  /** The time at which it expires. By default, it never does. */
  readonly until?: Date
}

/** An invitation in a list. */
export interface ListedInvite {
  /** Identifies the invitation. It does not reveal the code. */
  readonly id: string
  readonly type: InviteKey['type']
  /** The address, if the invitation is bound to one. */
  readonly email?: string
  readonly uses: number
  /** The uses that are final or reserved. */
  readonly used: number
  /** The uses of `used` that are reserved: their users have not confirmed yet. */
  readonly reserved: number
  readonly until?: Date
}

/** Port that creates, lists and revokes invitations. */
export interface InviteWriter {
  /**
   * Creates an invitation. Replaces neither an invitation nor its uses.
   *
   * @returns false if the invitation exists already.
   * @throws TypeError or RangeError if the invitation is invalid.
   */
  readonly create: (invite: NewInvite) => Promise<boolean>
  readonly list: () => AsyncIterable<ListedInvite>
  /**
   * Deletes an invitation, by its key or by the `id` in the list.
   *
   * @returns false if it does not exist.
   */
  readonly revoke: (invite: InviteKey | { readonly id: string }) => Promise<boolean>
}

/** The highest number of uses of one invitation. */
export const MOST_USES = 500
/** How long a reservation lasts, in seconds. */
export const HELD_SECONDS = 3600

const LONGEST_CODE = 100
// The digits of Crockford's Base32. It leaves out I, L, O and U, which are easily misread.
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const CODE_DIGITS = 20

/**
 * Creates a secret code of 100 random bits.
 *
 * @example
 * createInviteCode() // '7K2QD-9XF0M-TB4CE-VW81P'
 */
export function createInviteCode(): string {
  const digits = [...randomBytes(CODE_DIGITS)].map((byte) => DIGITS.charAt(byte % DIGITS.length)).join('')
  return digits.replace(/.{5}(?=.)/g, '$&-')
}

/**
 * Returns the text under which an invitation is stored: a hash, so that a reader of the table learns no code. Case, spaces and hyphens of a
 * code do not matter.
 *
 * @returns undefined if the value cannot be a code or is not an address.
 */
export function toInviteId({ type, value }: InviteKey): string | undefined {
  const text = type === 'code' ? normaliseCode(value) : normaliseEmail(value)
  return text === undefined ? undefined : `${type}#${hash(type, text)}`
}

/** Returns the text under which the reservations of a user are stored. */
export function toHolderId({ userPoolId, userName }: InviteUser): string {
  return hash('user', userPoolId, userName)
}

/** @throws TypeError or RangeError if an invitation is invalid. */
export function assertNewInvite({ type, value, uses = 1, until }: NewInvite): void {
  if (toInviteId({ type, value }) === undefined)
    throw new TypeError(type === 'code' ? `A code has 1 to ${LONGEST_CODE} characters` : 'An invitation by email needs a valid address')
  if (!(Number.isInteger(uses) && uses >= 1 && uses <= MOST_USES))
    throw new RangeError(`The uses are ${uses}; expected an integer from 1 to ${MOST_USES}`)
  if (until !== undefined && Number.isNaN(until.getTime())) throw new TypeError('until is an invalid Date')
}

function normaliseCode(value: string): string | undefined {
  if (value.length > LONGEST_CODE) return undefined
  const text = value.replaceAll(/[\s-]/g, '').toUpperCase()
  return text === '' ? undefined : text
}

function normaliseEmail(value: string): string | undefined {
  const address = parseEmailAddress(value)
  return address === undefined ? undefined : emailKey(address)
}

function hash(...parts: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify(['lifeguard-invite', ...parts]))
    .digest('base64url')
}
