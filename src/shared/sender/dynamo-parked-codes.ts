import { GetCommand } from '@aws-sdk/lib-dynamodb'
import type { Documents } from '../aws/dynamodb.ts'
import { updateItem } from '../aws/expressions.ts'
import type { ParkedCode, ParkedCodes } from './park-codes.ts'

/** Options of {@link dynamoParkedCodes}. */
export interface DynamoParkedCodesOptions {
  readonly documents: Documents
  /** A table with the string partition key `pk`, and the time to live `expiresAt`. It may be the table of `dynamoCounter`. */
  readonly table: string
  readonly now?: () => Date
}

/** Codes in a DynamoDB table. */
export interface DynamoParkedCodes extends ParkedCodes {
  /** Returns the latest code of a user that has not expired. Undefined without one. */
  readonly find: (user: Pick<ParkedCode, 'userPoolId' | 'userName' | 'channel'>) => Promise<ParkedCode | undefined>
}

// Cognito's codes are valid for an hour at most, except temporary passwords.
const KEPT_SECONDS = 3600

/**
 * Keeps the latest code of each user in a DynamoDB table for an hour.
 *
 * @example
 * const codes = dynamoParkedCodes({ documents: documentClient(), table: 'limits' })
 * const { code } = (await codes.find({ userPoolId, userName: 'mary', channel: 'email' })) ?? {}
 */
export function dynamoParkedCodes({ documents, table, now = () => new Date() }: DynamoParkedCodesOptions): DynamoParkedCodes {
  const seconds = (): number => Math.floor(now().getTime() / 1000)
  const toKey = ({ userPoolId, userName, channel }: Pick<ParkedCode, 'userPoolId' | 'userName' | 'channel'>): { readonly pk: string } => ({
    pk: JSON.stringify(['code', userPoolId, userName, channel]),
  })
  return {
    permissions: [{ actions: ['dynamodb:UpdateItem'], resource: 'LIMIT_TABLE' }],
    async park(parked, signal) {
      const { message, code } = parked
      const command = updateItem({ table, key: toKey(parked), set: { message, code, expiresAt: seconds() + KEPT_SECONDS } })
      await documents().send(command, { abortSignal: signal })
    },
    async find(user) {
      const { Item } = await documents().send(new GetCommand({ TableName: table, Key: toKey(user), ConsistentRead: true }))
      if (Item === undefined || !(Item.expiresAt > seconds())) return undefined
      return { ...user, message: String(Item.message), code: String(Item.code) }
    },
  }
}
