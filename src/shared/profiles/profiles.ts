import type { AttributeMap } from '../cognito/event.ts'
import type { RulePermission } from '../rules/rule.ts'
import type { RuleContext, Working } from '../rules/trigger.ts'

/** Whose profile it is: a pool's `sub` is never given out again. */
export interface ProfileKey {
  readonly userPoolId: string
  readonly sub: string
}

/** What a trigger knows of a user. */
export interface ProfileUser extends ProfileKey {
  readonly userName: string
  /** The attributes to keep; they replace those kept before. */
  readonly attributes: AttributeMap
}

/** A sign-in, as far as Cognito tells. */
export interface SignIn {
  readonly at: Date
  readonly appClient: string | null
  /** A sign-in sooner than that after the last counted one is a repeated event, as far as anybody can tell. */
  readonly notAgainWithinMs: number
}

/** What a profile says when its user has signed in. */
export interface SignedIn {
  /** False for what looks like a repeated event. */
  readonly counted: boolean
  /** Whether the pending effects of the user were enqueued before. */
  readonly effectsEnqueued: boolean
}

/** Where profiles are kept. Every call may be repeated, and may find the profile missing: it is then made. */
export interface Profiles {
  /** A sign-up was confirmed. */
  readonly confirmed: (user: ProfileUser, at: Date, signal: AbortSignal) => Promise<void>
  /** A password was reset. */
  readonly passwordReset: (user: ProfileUser, at: Date, signal: AbortSignal) => Promise<void>
  /** Something happened of which nobody has heard: only what is known of the user is kept. */
  readonly refreshed: (user: ProfileUser, at: Date, signal: AbortSignal) => Promise<void>
  /** Somebody signed in. */
  readonly signedIn: (user: ProfileUser, signIn: SignIn, signal: AbortSignal) => Promise<SignedIn>
  /** Records that the user's pending effects are enqueued, so the next sign-in does not enqueue them again. */
  readonly markEffectsEnqueued: (user: ProfileKey, at: Date, signal: AbortSignal) => Promise<void>
}

/** The part of a store that a rule uses, with what it needs of a deployment. */
export type ProfileStore<Part extends keyof Profiles = keyof Profiles> = Pick<Profiles, Part> & {
  readonly permissions?: readonly RulePermission[]
}

/** Kept unless a rule says otherwise: what applications greet, reach and recognise a user by. */
export const DEFAULT_PROFILE_ATTRIBUTES: readonly string[] = [
  'email',
  'email_verified',
  'phone_number',
  'phone_number_verified',
  'name',
  'given_name',
  'family_name',
  'preferred_username',
  'locale',
]

/** The user of a post event as a profile holds them; undefined where the event names no pool or no `sub`. */
export function toProfileUser({ event, user }: RuleContext<Working>, names: readonly string[]): ProfileUser | undefined {
  if (user.sub === undefined || !event.userPoolId) return undefined
  const attributes: Record<string, string> = {}
  for (const name of names) {
    const value = user.attributes[name]
    if (value !== undefined && value !== '') attributes[name] = value
  }
  return { userPoolId: event.userPoolId, sub: user.sub, userName: user.userName, attributes: attributes satisfies AttributeMap }
}
