import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { type Documents, isConditionFailure, tryConditionalWrite } from '../aws/dynamodb.ts'
import {
  type Change,
  type Condition,
  doesNotExist,
  exists,
  type ItemKey,
  ifNotExists,
  isAtMost,
  or,
  type Returned,
  updateItem,
} from '../aws/expressions.ts'
import { assertOptions, describeValue } from '../rules/arguments.ts'
import { findKeyNames, profileKey } from './profile-key.ts'
import type { ProfileKey, ProfileStore, ProfileUser } from './profiles.ts'

/** Options of {@link dynamoProfiles}. */
export interface DynamoProfilesOptions {
  readonly documents: Documents
  readonly table: string
  /** The user attributes to store. They replace the stored ones at every write. */
  readonly attributes?: readonly string[]
  /** Returns the primary key of a profile, for a table of your own. By default, it is `{ pk: 'POOL#SUB' }`. */
  readonly key?: (user: ProfileKey) => ItemKey
}

/**
 * Makes a store that keeps profiles in DynamoDB. All its writes are `UpdateItem` requests that can be repeated: a second one for
 * the same event changes only timestamps. The writes change no other attribute of the item.
 *
 * @throws TypeError if an option is unknown or wrong, or if `key` returns one key for two users.
 * @example
 * postConfirmation(syncProfile(dynamoProfiles({ documents: documentClient(), table: 'profiles' })))
 * @example
 * dynamoProfiles({ documents, table: 'app', key: ({ sub }) => ({ pk: `USER#${sub}`, sk: 'PROFILE' }) })
 */
export function dynamoProfiles(options: DynamoProfilesOptions): ProfileStore {
  assertOptions('dynamoProfiles()', options, ['documents', 'table', 'attributes', 'key'])
  const { documents, table, attributes, key = profileKey } = options
  if (attributes !== undefined) assertAttributes(attributes)
  const keyNames = findKeyNames('dynamoProfiles()', key)
  const update = async (user: ProfileUser, now: string, change: Change & Returned, signal: AbortSignal): Promise<Stored> => {
    // DynamoDB rejects a write to an attribute of the key.
    const ownFields = Object.entries(setCommon(user, now)).filter(([name]) => !keyNames.includes(name))
    const set = { ...Object.fromEntries(ownFields), ...change.set }
    const command = updateItem({ table, key: key(user), ...change, set })
    const { Attributes = {} } = await documents().send(command, { abortSignal: signal })
    return Attributes
  }

  return {
    ...(attributes && { attributes }),
    permissions: [{ actions: ['dynamodb:UpdateItem'], resource: 'PROFILE_TABLE' }],
    readPermissions: [{ actions: ['dynamodb:GetItem'], resource: 'PROFILE_TABLE' }],

    async has(user, signal) {
      // Not a consistent read, which would cost twice as much: `create` never changes a profile that this read missed.
      const command = new GetCommand({ TableName: table, Key: key(user), ProjectionExpression: 'updatedAt' })
      const { Item } = await documents().send(command, { abortSignal: signal })
      return Item?.updatedAt !== undefined
    },

    async create(user, at, signal) {
      // An item of a single-table design may exist without a profile.
      return tryConditionalWrite(update(user, at.toISOString(), { set: {}, if: doesNotExist('updatedAt') }, signal))
    },

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
      const set = { effectsEnqueuedAt: at.toISOString() }
      const command = updateItem({ table, key: key(user), set, if: exists('updatedAt') })
      await tryConditionalWrite(documents().send(command, { abortSignal: signal }))
    },
  }
}

function assertAttributes(attributes: unknown): void {
  if (Array.isArray(attributes) && attributes.every((name) => typeof name === 'string' && name !== '')) return
  const found = Array.isArray(attributes) ? 'an array with another value' : describeValue(attributes)
  throw new TypeError(`dynamoProfiles(): attributes is ${found}; expected an array of attribute names, such as ['email', 'locale']`)
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
