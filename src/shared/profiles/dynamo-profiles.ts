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

/** Where profiles are kept in DynamoDB. */
export interface DynamoProfilesOptions {
  readonly documents: Documents
  /** A table whose partition key is a string named `pk`. */
  readonly table: string
}

/** The partition key of a profile. */
export function profileKey({ userPoolId, sub }: ProfileKey): string {
  return `${userPoolId}#${sub}`
}

/**
 * Keeps profiles in DynamoDB, each write one `UpdateItem` that can be repeated: a second one for the same event changes
 * nothing but the times at which something was last seen.
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
        // Not counted, but what changed is kept all the same.
        return { counted: false, effectsEnqueued: hasEnqueued(await update(user, now, seen, signal)) }
      }
    },

    async markEffectsEnqueued(user, at, signal) {
      // A profile that was deleted in between must not come back as a torso.
      const command = updateItem({ table, pk: profileKey(user), set: { effectsEnqueuedAt: at.toISOString() }, if: exists('pk') })
      await tryConditionalWrite(documents().send(command, { abortSignal: signal }))
    },
  }
}

/**
 * What every write keeps, whichever trigger comes first: users whom an administrator creates never reach post confirmation,
 * and an event whose profile is missing must leave a whole one.
 */
function setCommon({ userPoolId, sub, userName, attributes }: ProfileUser, now: string): Change['set'] {
  return { userPoolId, sub, userName, attributes, createdAt: ifNotExists(now), updatedAt: now }
}

/** Counting from the last counted one: a client that signs in every second must not go uncounted for ever. */
function wasNotCountedSince(before: string): Condition {
  return or(doesNotExist('lastCountedAt'), isAtMost('lastCountedAt', before))
}

/** A profile as it stands in the table. */
type Stored = Readonly<Record<string, unknown>>

function hasEnqueued({ effectsEnqueuedAt }: Stored): boolean {
  return effectsEnqueuedAt !== undefined
}
