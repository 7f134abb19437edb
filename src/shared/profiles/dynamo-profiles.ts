import { UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb'
import { conditionally, type Documents, isConditionFailure } from '../aws/dynamodb.ts'
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

// What every write keeps, whichever trigger comes first: users whom an administrator creates never reach post
// confirmation, and an event whose profile is missing must leave a whole one.
const COMMON = [
  'userPoolId = :pool',
  '#sub = :sub',
  'userName = :name',
  '#attributes = :attributes',
  'createdAt = if_not_exists(createdAt, :at)',
  'updatedAt = :at',
]

/**
 * Keeps profiles in DynamoDB, each write one `UpdateItem` that can be repeated: a second one for the same event changes
 * nothing but the times at which something was last seen.
 *
 * @example
 * postConfirmation(syncProfile(dynamoProfiles({ documents: documentClient(), table: 'profiles' })))
 */
export function dynamoProfiles({ documents, table }: DynamoProfilesOptions): ProfileStore {
  const update = async (user: ProfileUser, at: Date, change: Change, signal: AbortSignal): Promise<Stored> => {
    const input: UpdateCommandInput = {
      TableName: table,
      Key: { pk: profileKey(user) },
      UpdateExpression: `SET ${[...COMMON, ...change.set].join(', ')}${change.add === undefined ? '' : ` ADD ${change.add}`}`,
      ...(change.condition !== undefined && { ConditionExpression: change.condition }),
      ExpressionAttributeNames: { '#sub': 'sub', '#attributes': 'attributes' },
      ExpressionAttributeValues: {
        ':pool': user.userPoolId,
        ':sub': user.sub,
        ':name': user.userName,
        ':attributes': user.attributes,
        ':at': at.toISOString(),
        ...change.values,
      },
      ...(change.returned && { ReturnValues: 'ALL_NEW' }),
    }
    const { Attributes = {} } = await documents().send(new UpdateCommand(input), { abortSignal: signal })
    return Attributes
  }
  const written = async (user: ProfileUser, at: Date, change: Change, signal: AbortSignal): Promise<void> =>
    void (await update(user, at, change, signal))

  return {
    permissions: [{ actions: ['dynamodb:UpdateItem'], resource: 'PROFILE_TABLE' }],

    confirmed: (user, at, signal) => written(user, at, { set: ['confirmedAt = if_not_exists(confirmedAt, :at)'] }, signal),

    passwordReset: (user, at, signal) => written(user, at, { set: ['passwordResetAt = :at'] }, signal),

    refreshed: (user, at, signal) => written(user, at, { set: [] }, signal),

    async signedIn(user, { at, appClient, notAgainWithinMs }, signal) {
      const seen: Change = { set: ['lastSignInAt = :at', 'lastAppClient = :client'], values: { ':client': appClient }, returned: true }
      const counted: Change = {
        ...seen,
        set: [...seen.set, 'lastCountedAt = :at'],
        add: 'signInCount :one',
        // Counting from the last counted one: a client that signs in every second must not go uncounted for ever.
        condition: 'attribute_not_exists(lastCountedAt) OR lastCountedAt <= :before',
        values: { ...seen.values, ':one': 1, ':before': new Date(at.getTime() - notAgainWithinMs).toISOString() },
      }
      try {
        return { counted: true, owedPut: isOwedPut(await update(user, at, counted, signal)) }
      } catch (error) {
        if (!isConditionFailure(error)) throw error
        // Not counted, but what changed is kept all the same.
        return { counted: false, owedPut: isOwedPut(await update(user, at, seen, signal)) }
      }
    },

    async owedPut(user, at, signal) {
      const command = new UpdateCommand({
        TableName: table,
        Key: { pk: profileKey(user) },
        UpdateExpression: 'SET owedPutAt = :at',
        // A profile that was deleted in between must not come back as a torso.
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':at': at.toISOString() },
      })
      await conditionally(documents().send(command, { abortSignal: signal }))
    },
  }
}

/** A profile as it stands in the table. */
type Stored = Readonly<Record<string, unknown>>

function isOwedPut({ owedPutAt }: Stored): boolean {
  return owedPutAt !== undefined
}

interface Change {
  readonly set: readonly string[]
  readonly add?: string
  readonly condition?: string
  readonly values?: Readonly<Record<string, unknown>>
  /** Whether the answer is to hold the profile. */
  readonly returned?: true
}
