import { blockKey } from '../../../../shared/blocks/block-keys.ts'
import { canonicalEmailPk } from '../../../../shared/canonical/dynamo-canonical-emails.ts'
import { type EmailAddress, emailKey } from '../../../../shared/email/address.ts'
import { inviteHolderPk } from '../../../../shared/invites/dynamo-invites.ts'
import { toInviteId } from '../../../../shared/invites/invites.ts'
import { effectPk } from '../../../../shared/ledger/effect-item.ts'
import { lastSeenPk } from '../../../../shared/seen/dynamo-last-seen.ts'
import { toWaitlistId } from '../../../../shared/waitlist/waitlist-key.ts'

/** The user whose rows are erased. */
export interface ErasedUser {
  readonly userPoolId: string
  readonly sub: string
  /** The user name, if the operator knows it. */
  readonly userName: string | undefined
  /** The email address, if the operator knows it. */
  readonly email: EmailAddress | undefined
}

/** How a user is found in a table. A table has `keys`, `prefix` or neither. */
export interface UserTable {
  /** The environment variable with the table's name. Rules declare it as the resource of their permissions. */
  readonly setting: string
  /** Returns the partition keys of the user's rows. */
  readonly keys?: (user: ErasedUser) => readonly string[]
  /** Returns the start of the partition keys of the user's rows. The table must be read as a whole. */
  readonly prefix?: (user: ErasedUser) => string
  /** The rows that the command finds only by the user name, or only by the email address. */
  readonly foundOnlyBy?: { readonly userName?: string; readonly email?: string }
  /** The rows that the command does not erase, and why. */
  readonly kept?: string
}

const CHANNELS = ['email', 'sms']

/**
 * Every table that rules of this package use, and how a user is found in it. `lifeguard erase` and docs/reference/tables.md read this list.
 * A test compares it with the permissions of the rules, so that a new table cannot be forgotten.
 */
export const USER_TABLES: readonly UserTable[] = [
  // First, so that the sweeper runs no effect for a user whose other rows are gone.
  { setting: 'EFFECT_TABLE', prefix: ({ userPoolId, sub }) => effectPk({ userPoolId, sub, effect: '' }) },
  { setting: 'PROFILE_TABLE', keys: ({ userPoolId, sub }) => [`${userPoolId}#${sub}`] },
  { setting: 'SEEN_TABLE', keys: (user) => [lastSeenPk(user)] },
  {
    setting: 'BLOCK_TABLE',
    keys: ({ userPoolId, sub }) => [blockKey({ userPoolId, type: 'sub', value: sub })],
    kept: 'blocks by user name, address or domain, which may keep a person out on purpose',
  },
  {
    setting: 'LIMIT_TABLE',
    // The keys of `dynamoParkedCodes`.
    keys: ({ userPoolId, userName }) =>
      userName === undefined ? [] : CHANNELS.map((channel) => JSON.stringify(['code', userPoolId, userName, channel])),
    foundOnlyBy: { userName: 'parked codes' },
    kept: 'counters, whose keys are hashes and which expire an hour after their window',
  },
  {
    setting: 'CANONICAL_EMAIL_TABLE',
    keys: ({ userPoolId, email }) => (email === undefined ? [] : [canonicalEmailPk(userPoolId, email)]),
    foundOnlyBy: { email: 'the mailbox of the user' },
    kept: 'the mailbox of an address at a provider that only your application knows',
  },
  {
    setting: 'INVITE_TABLE',
    keys: ({ userPoolId, userName, email }) => [
      ...(userName === undefined ? [] : [inviteHolderPk({ userPoolId, userName })]),
      ...(email === undefined ? [] : [toInviteId({ type: 'email', value: emailKey(email) }) ?? []].flat()),
    ],
    foundOnlyBy: { userName: 'the row that leads from the user to an invitation', email: 'an invitation for the address' },
    kept: 'the use of an invitation, which has only a hash of the user',
  },
  {
    setting: 'WAITLIST_TABLE',
    keys: ({ userPoolId, email }) => (email === undefined ? [] : [toWaitlistId({ userPoolId, email: emailKey(email) })]),
    foundOnlyBy: { email: 'the address on the waiting list' },
  },
  { setting: 'EMAIL_TABLE', kept: 'all rows, because the table is written by your application' },
  { setting: 'LEGACY_TABLE', kept: 'all rows, because the table is the directory from which users are migrated' },
]
