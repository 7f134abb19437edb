import type { AttributeMap } from '../cognito/event.ts'
import type { RulePermission } from '../rules/rule.ts'
import type { RuleContext } from '../rules/trigger.ts'

/** The key of a profile. A pool never reuses a `sub`. */
export interface ProfileKey {
  readonly userPoolId: string
  readonly sub: string
}

/** The user data that a trigger writes into a profile. */
export interface ProfileUser extends ProfileKey {
  readonly userName: string
  /** The attributes to store. They replace all stored attributes. */
  readonly attributes: AttributeMap
}

/** A sign-in to record. */
export interface SignIn {
  readonly at: Date
  readonly appClient: string | null
  /** The milliseconds after a counted sign-in in which another is not counted, because it is probably a repeated event. */
  readonly notAgainWithinMs: number
}

/** The result of recording a sign-in. */
export interface SignedIn {
  /** False for a sign-in that is probably a repeated event. */
  readonly counted: boolean
  /** True if the user's pending effects were enqueued before. */
  readonly effectsEnqueued: boolean
}

/** A store of profiles. Every call can be repeated safely. All calls that write, except `markEffectsEnqueued`, create a missing profile. */
export interface Profiles {
  /** Returns true if the user has a profile. It may return false for a profile that was created moments ago. */
  readonly has: (user: ProfileKey, signal: AbortSignal) => Promise<boolean>
  /** Creates a missing profile, and returns true. Returns false, and changes nothing, if the user has one. */
  readonly create: (user: ProfileUser, at: Date, signal: AbortSignal) => Promise<boolean>
  /** Records that a sign-up was confirmed. */
  readonly confirmed: (user: ProfileUser, at: Date, signal: AbortSignal) => Promise<void>
  /** Records that a password was reset. */
  readonly passwordReset: (user: ProfileUser, at: Date, signal: AbortSignal) => Promise<void>
  /** Updates the user's data only. Rules call this method for unknown trigger sources. */
  readonly refreshed: (user: ProfileUser, at: Date, signal: AbortSignal) => Promise<void>
  /** Records a sign-in. */
  readonly signedIn: (user: ProfileUser, signIn: SignIn, signal: AbortSignal) => Promise<SignedIn>
  /** Records that the user's pending effects are enqueued, so the next sign-in does not enqueue them again. */
  readonly markEffectsEnqueued: (user: ProfileKey, at: Date, signal: AbortSignal) => Promise<void>
}

/** A profile as the store has it, with all of its fields. */
export type StoredProfile = Readonly<Record<string, unknown>>

/** Reads profiles. */
export interface ProfileReader {
  /** Returns a user's profile, or undefined if the user has none. */
  readonly find: (user: ProfileKey, signal: AbortSignal) => Promise<StoredProfile | undefined>
  /** The IAM permissions that the look-up needs. */
  readonly permissions?: readonly RulePermission[]
}

/** The part of a store that a rule uses. */
export type ProfileStore<Part extends keyof Profiles = keyof Profiles> = Pick<Profiles, Part> & {
  /** The user attributes to store. They are a property of the store, so that all rules that write a profile agree. */
  readonly attributes?: readonly string[]
  /** The IAM permissions that the calls need, except `has`. */
  readonly permissions?: readonly RulePermission[]
  /** The IAM permissions that `has` needs. */
  readonly readPermissions?: readonly RulePermission[]
}

/** The attributes that a store gets unless it declares others. Applications use them to greet, contact and identify a user. */
const DEFAULT_ATTRIBUTES: readonly string[] = [
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

/** Returns the profile data of an event's user. Returns undefined if the event has no pool or no `sub`. */
export function toProfileUser(
  { event, user }: Pick<RuleContext, 'event' | 'user'>,
  { attributes: names = DEFAULT_ATTRIBUTES }: Pick<ProfileStore, 'attributes'>,
): ProfileUser | undefined {
  if (user.sub === undefined || !event.userPoolId) return undefined
  const attributes: Record<string, string> = {}
  for (const name of names) {
    const value = user.attributes[name]
    if (value !== undefined && value !== '') attributes[name] = value
  }
  return { userPoolId: event.userPoolId, sub: user.sub, userName: user.userName, attributes: attributes satisfies AttributeMap }
}
