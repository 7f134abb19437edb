import type { InviteState } from './invites.ts'

/** The uses of an invitation by the id of their user: the time at which a reservation expires, in seconds since 1970, or {@link KEPT}. */
export type Holds = Readonly<Record<string, number>>

/** An invitation as it is stored. */
export interface InviteItem {
  readonly uses: number
  readonly holds: Holds
  /** The time at which it expires, in seconds since 1970. */
  readonly expiresAt?: number
}

/** Stands in {@link Holds} for a final use. Every reservation is greater. */
export const KEPT = 0

/** Counts the uses that are final, or reserved at a time in seconds since 1970. */
export function countUses(holds: Holds, seconds: number): number {
  return Object.values(holds).filter((until) => until === KEPT || until > seconds).length
}

/** Counts the uses that are reserved at a time in seconds since 1970. */
export function countReserved(holds: Holds, seconds: number): number {
  return Object.values(holds).filter((until) => until !== KEPT && until > seconds).length
}

/** Returns the state of an invitation for a user. The user's final use counts as used, because a new user may take a deleted user's name. */
export function judgeInvite({ holds, uses, expiresAt }: InviteItem, holder: string, seconds: number): InviteState {
  if (expiresAt !== undefined && expiresAt <= seconds) return 'expired'
  const own = Object.hasOwn(holds, holder) ? holds[holder] : undefined
  if (own === KEPT) return 'used'
  return own !== undefined || countUses(holds, seconds) < uses ? 'usable' : 'used'
}

/** Reads an item. Returns undefined if it is missing or not an invitation, because a person may have edited it. */
export function readInvite(item: Readonly<Record<string, unknown>> | undefined): InviteItem | undefined {
  const { uses, holds, expiresAt } = item ?? {}
  if (typeof uses !== 'number' || !areHolds(holds)) return undefined
  if (expiresAt === undefined) return { uses, holds }
  return typeof expiresAt === 'number' ? { uses, holds, expiresAt } : undefined
}

function areHolds(value: unknown): value is Holds {
  return typeof value === 'object' && value !== null && Object.values(value).every((each) => typeof each === 'number')
}
