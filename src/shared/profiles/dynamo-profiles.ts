import { type Documents, isConditionFailure, tryConditionalWrite } from '../aws/dynamodb.ts'
import {
  type Change,
  type Condition,
  doesNotExist,
  exists,
  ifNotExists,
  isAtMost,
  or,
  type Returned,
  updateItem,
} from '../aws/expressions.ts'
import type { ProfileKey, ProfileStore, ProfileUser } from './profiles.ts'

/** Options of {@link dynamoProfiles}. */
export interface DynamoProfilesOptions {
  readonly documents: Documents
  /** A table whose partition key is a string named `pk`. */
  readonly table: string
}

/** Returns the partition key of a profile. */
export function profileKey({ userPoolId, sub }: ProfileKey): string {
  return `${userPoolId}#${sub}`
}

/**
 * Makes a store that keeps profiles in DynamoDB. All its writes are `UpdateItem` requests that can be repeated: a second one for
 * the same event changes only timestamps.
 *
 * @example
 * postConfirmation(syncProfile(dynamoProfiles({ documents: documentClient(), table: 'profiles' })))
 */
export function dynamoProfiles({ documents, table }: DynamoProfilesOptions): ProfileStore {
  const update = async (user: ProfileUser, now: string, change: Change & Returned, signal: AbortSignal): Promise<Stored> => {
    const command = updateItem({ table, pk: profileKey(user), ...change, set: { ...setCommon(user, now), ...change.set } })
    const { Attributes = {} } = await documents().send(command, { abortSignal: signal })
    return Attributes
  }

  return {
    permissions: [{ actions: ['dynamodb:UpdateItem'], resource: 'PROFILE_TABLE' }],

    async confirmed(user, at, signal) {
      const now = at.toISOString()
      await update(user, now, { set: { confirmedAt: ifNotExists(now) } }, signal)
    },

    async passwordReset(user, at, signal) {
      const now = at.toISOString()
      await update(user, now, { set: { passwordResetAt: now } }, signal)
    },

    async refreshed(user, at, signal) {
      await update(user, at.toISOString(), { set: {} }, signal)
    },

    async signedIn(user, { at, appClient, notAgainWithinMs }, signal) {
      const now = at.toISOString()
      const seen: Change & Returned = { set: { lastSignInAt: now, lastAppClient: appClient }, returned: 'ALL_NEW' }
      const counted: Change & Returned = {
        ...seen,
        set: { ...seen.set, lastCountedAt: now },
        add: { signInCount: 1 },
        if: wasNotCountedSince(new Date(at.getTime() - notAgainWithinMs).toISOString()),
      }
      try {
        return { counted: true, effectsEnqueued: hasEnqueued(await update(user, now, counted, signal)) }
      } catch (error) {
        if (!isConditionFailure(error)) throw error
        // A repeated event is not counted, but it still updates the rest of the profile.
        return { counted: false, effectsEnqueued: hasEnqueued(await update(user, now, seen, signal)) }
      }
    },

    async markEffectsEnqueued(user, at, signal) {
      // Without the condition, this write would recreate a deleted profile with one attribute.
      const command = updateItem({ table, pk: profileKey(user), set: { effectsEnqueuedAt: at.toISOString() }, if: exists('pk') })
      await tryConditionalWrite(documents().send(command, { abortSignal: signal }))
    },
  }
}

/**
 * Returns the attributes that every write sets. Each trigger may be the first for a user, so it must leave a complete profile. Users
 * whom an administrator creates never reach post confirmation.
 */
function setCommon({ userPoolId, sub, userName, attributes }: ProfileUser, now: string): Change['set'] {
  return { userPoolId, sub, userName, attributes, createdAt: ifNotExists(now), updatedAt: now }
}

/** Holds if no sign-in was counted after the time `before`. Ignores uncounted sign-ins, so that frequent sign-ins are counted too. */
function wasNotCountedSince(before: string): Condition {
  return or(doesNotExist('lastCountedAt'), isAtMost('lastCountedAt', before))
}

/** A profile as the table stores it. */
type Stored = Readonly<Record<string, unknown>>

function hasEnqueued({ effectsEnqueuedAt }: Stored): boolean {
  return effectsEnqueuedAt !== undefined
}
