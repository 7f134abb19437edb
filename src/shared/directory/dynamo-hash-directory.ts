import { GetCommand } from '@aws-sdk/lib-dynamodb'
import type { Documents } from '../aws/dynamodb.ts'
import { assertOptions } from '../rules/arguments.ts'
import { type Directory, normaliseLogin } from './directory.ts'
import { passwordHasher } from './password-hasher.ts'

/** The options of {@link dynamoHashDirectory}. */
export interface DynamoHashDirectoryOptions {
  readonly documents: Documents
  readonly table: string
  /**
   * The cost of most hashes in the table, such as `bcrypt:cost=10`. An unknown user costs one hash with these parameters, so that the time
   * reveals nothing. Other hashes work too.
   */
  readonly hash: string
  /** The name of the table's partition key, a string. The default is `userName`. The table has no sort key. */
  readonly key?: string
  /** The name of the attribute with the password hash. The default is `passwordHash`. */
  readonly hashAttribute?: string
  /** Returns the value of the partition key for a typed name. The default is the name in lower case, the domain of an address in ASCII. */
  readonly toKey?: (userName: string) => string
}

/** A directory in a table of password hashes. */
export interface HashDirectory extends Directory {
  /** Rejects with `HashPackageMissingError` if the package of the usual algorithm is missing. Await it while the handler loads. */
  readonly ready: () => Promise<void>
}

/**
 * Makes a directory of users in a DynamoDB table. Each item has a password hash, and the user's attributes as further attributes. It reads
 * bcrypt, and PHC strings of argon2id, scrypt, pbkdf2-sha256 and pbkdf2-sha512. A user without a hash has no password, so none is right.
 *
 * bcrypt needs the package `bcryptjs`. argon2id needs `hash-wasm` on Node 22.
 *
 * @throws TypeError if `hash` is invalid, or for an unknown option.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html
 * @example
 * dynamoHashDirectory({ documents: documentClient(), table: 'legacy-users', hash: 'bcrypt:cost=10' })
 */
export function dynamoHashDirectory(options: DynamoHashDirectoryOptions): HashDirectory {
  assertOptions('dynamoHashDirectory()', options, ['documents', 'table', 'hash', 'key', 'hashAttribute', 'toKey'])
  const { documents, table, hash, key = 'userName', hashAttribute = 'passwordHash', toKey = normaliseLogin } = options
  const hasher = passwordHasher('dynamoHashDirectory()', hash)

  const read = async (userName: string, signal: AbortSignal): Promise<Readonly<Record<string, unknown>> | undefined> => {
    const command = new GetCommand({ TableName: table, Key: { [key]: toKey(userName) }, ConsistentRead: true })
    const { Item } = await documents().send(command, { abortSignal: signal })
    return Item
  }
  const toUser = ({ [hashAttribute]: _, ...attributes }: Readonly<Record<string, unknown>>) => ({ attributes })

  return {
    hash,
    permissions: [{ actions: ['dynamodb:GetItem'], resource: 'LEGACY_TABLE' }],
    ready: hasher.ready,
    async checkPassword({ userName, password }, signal) {
      const item = await read(userName, signal)
      const stored = item?.[hashAttribute]
      // Also without an item or a hash, one hash is computed.
      const isRight = await hasher.check(password, typeof stored === 'string' ? stored : undefined)
      if (item === undefined) return 'unknown-user'
      return isRight ? toUser(item) : 'wrong-password'
    },
    async findUser(userName, signal) {
      const item = await read(userName, signal)
      return item && toUser(item)
    },
  }
}
