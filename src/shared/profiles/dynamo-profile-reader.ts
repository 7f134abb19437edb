import { GetCommand } from '@aws-sdk/lib-dynamodb'
import type { Documents } from '../aws/dynamodb.ts'
import type { ItemKey } from '../aws/expressions.ts'
import { assertOptions } from '../rules/arguments.ts'
import { findKeyNames, profileKey } from './profile-key.ts'
import type { ProfileKey, ProfileReader } from './profiles.ts'

/** Options of {@link dynamoProfileReader}. */
export interface DynamoProfileReaderOptions {
  readonly documents: Documents
  readonly table: string
  /** Returns the primary key of a profile, for a table of your own. By default, it is `{ pk: 'POOL#SUB' }`, as for `dynamoProfiles`. */
  readonly key?: (user: ProfileKey) => ItemKey
}

/**
 * Makes a reader of the profiles that `dynamoProfiles` writes, or of another table. Each look-up is one strongly consistent `GetItem`.
 *
 * @throws TypeError if an option is unknown, or if `key` returns one key for two users.
 * @example
 * claimsFromProfile(dynamoProfileReader({ documents: documentClient(), table: 'profiles' }), { plan: 'plan' })
 */
export function dynamoProfileReader(options: DynamoProfileReaderOptions): ProfileReader {
  assertOptions('dynamoProfileReader()', options, ['documents', 'table', 'key'])
  const { documents, table, key = profileKey } = options
  findKeyNames('dynamoProfileReader()', key)
  return {
    permissions: [{ actions: ['dynamodb:GetItem'], resource: 'PROFILE_TABLE' }],
    async find(user, signal) {
      const command = new GetCommand({ TableName: table, Key: key(user), ConsistentRead: true })
      const { Item } = await documents().send(command, { abortSignal: signal })
      return Item
    },
  }
}
