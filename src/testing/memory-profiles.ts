import type { AttributeMap } from '../shared/cognito/event.ts'
import type { ProfileKey, ProfileReader, ProfileStore, Profiles, ProfileUser, StoredProfile } from '../shared/profiles/profiles.ts'
import { createFaults, type Faults } from './faults.ts'

/** A profile, with the fields of a row in DynamoDB. Times are ISO 8601 strings. */
export interface Profile extends ProfileUser {
  readonly attributes: AttributeMap
  readonly createdAt: string
  readonly updatedAt: string
  readonly confirmedAt?: string
  readonly passwordResetAt?: string
  readonly signInCount?: number
  readonly lastSignInAt?: string
  readonly lastCountedAt?: string
  readonly lastAppClient?: string | null
  readonly effectsEnqueuedAt?: string
}

/** Profiles in memory. */
export interface MemoryProfiles extends ProfileStore, Pick<ProfileReader, 'find'>, Faults<keyof Profiles | 'find'> {
  readonly rows: readonly Profile[]
  /** Adds fields to the profile of a user, as an application does in its table. Creates a missing profile. */
  readonly put: (user: ProfileKey, fields: StoredProfile) => void
}

/** The options of `memoryProfiles`. */
export interface MemoryProfilesOptions {
  /** The user attributes to store. The default is that of `dynamoProfiles`. */
  readonly attributes?: readonly string[]
}

/**
 * Creates a store of profiles in memory.
 *
 * @example
 * const profiles = memoryProfiles()
 * await run(postConfirmation(syncProfile(profiles)), confirmed({ email: 'mary@example.com' }))
 * assert.equal(profiles.rows[0]?.attributes.email, 'mary@example.com')
 */
export function memoryProfiles({ attributes: stored }: MemoryProfilesOptions = {}): MemoryProfiles {
  const rows = new Map<string, Profile>()
  const { faults, run } = createFaults<keyof Profiles | 'find'>()
  const added = new Map<string, StoredProfile>()
  const find = (user: ProfileKey): Profile | undefined => rows.get(toKey(user))

  /** Writes a profile. Each call may be the first for a user, so that it creates a complete profile. */
  const write = ({ userPoolId, sub, userName, attributes }: ProfileUser, at: Date, change: Partial<Profile>): Profile => {
    const now = at.toISOString()
    const row = { createdAt: now, ...find({ userPoolId, sub }), userPoolId, sub, userName, attributes, updatedAt: now, ...change }
    rows.set(toKey(row), row)
    return row
  }

  return {
    ...faults,
    ...(stored && { attributes: stored }),
    get rows() {
      return [...rows.values()]
    },
    put: (user, fields) => void added.set(toKey(user), { ...added.get(toKey(user)), ...fields }),
    find: (user, signal) =>
      run('find', signal, () => {
        const [row, fields] = [find(user), added.get(toKey(user))]
        return row === undefined && fields === undefined ? undefined : { ...row, ...fields }
      }),
    has: (user, signal) => run('has', signal, () => find(user) !== undefined),
    create: (user, at, signal) =>
      run('create', signal, () => {
        if (find(user) !== undefined) return false
        write(user, at, {})
        return true
      }),
    confirmed: (user, at, signal) =>
      run('confirmed', signal, () => {
        write(user, at, { confirmedAt: find(user)?.confirmedAt ?? at.toISOString() })
      }),
    passwordReset: (user, at, signal) =>
      run('passwordReset', signal, () => {
        write(user, at, { passwordResetAt: at.toISOString() })
      }),
    refreshed: (user, at, signal) =>
      run('refreshed', signal, () => {
        write(user, at, {})
      }),
    signedIn: (user, { at, appClient, notAgainWithinMs }, signal) =>
      run('signedIn', signal, () => {
        const now = at.toISOString()
        const { lastCountedAt, signInCount = 0 } = find(user) ?? {}
        const counted = lastCountedAt === undefined || Date.parse(lastCountedAt) <= at.getTime() - notAgainWithinMs
        const count = counted ? { signInCount: signInCount + 1, lastCountedAt: now } : {}
        const row = write(user, at, { lastSignInAt: now, lastAppClient: appClient, ...count })
        return { counted, effectsEnqueued: row.effectsEnqueuedAt !== undefined }
      }),
    markEffectsEnqueued: (user, at, signal) =>
      run('markEffectsEnqueued', signal, () => {
        const row = find(user)
        // A deleted profile stays deleted.
        if (row !== undefined) rows.set(toKey(user), { ...row, effectsEnqueuedAt: at.toISOString() })
      }),
  }
}

function toKey({ userPoolId, sub }: ProfileKey): string {
  return JSON.stringify([userPoolId, sub])
}
