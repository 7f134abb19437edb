import { QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { Documents } from '../shared/aws/dynamodb.ts'
import { assertOptions } from '../shared/rules/arguments.ts'
import type { EmailDirectory, EmailQuery } from './deny-duplicate-email.ts'

/** The options of {@link dynamoEmailDirectory}. */
export interface DynamoEmailDirectoryOptions {
  readonly documents: Documents
  readonly table: string
  /** The name of an index of the table. Without it, the look-up reads the table itself, strongly consistent. */
  readonly index?: string
  /** The name of the partition key of the index, or else of the table. It must be a string. The default is `email`. */
  readonly attribute?: string
  /** Returns the value of the partition key for an address. The default is the address in lower case, its domain in ASCII. */
  readonly toKey?: (query: EmailQuery) => string
}

/**
 * Makes a look-up of addresses in a DynamoDB table, with one `Query` request. An item with the address as partition key means that the
 * address is taken. An index is eventually consistent.
 *
 * @throws TypeError for an unknown option.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html
 * @example
 * dynamoEmailDirectory({ documents: documentClient(), table: 'users', index: 'by-email' })
 */
export function dynamoEmailDirectory(options: DynamoEmailDirectoryOptions): EmailDirectory {
  assertOptions('dynamoEmailDirectory()', options, ['documents', 'table', 'index', 'attribute', 'toKey'])
  const { documents, table, index, attribute = 'email', toKey = ({ key }) => key } = options
  return {
    permissions: [{ actions: ['dynamodb:Query'], resource: 'EMAIL_TABLE', ...(index !== undefined && { index }) }],
    async isTaken(query, signal) {
      const command = new QueryCommand({
        TableName: table,
        IndexName: index,
        KeyConditionExpression: '#key = :key',
        ExpressionAttributeNames: { '#key': attribute },
        ExpressionAttributeValues: { ':key': toKey(query) },
        Select: 'COUNT',
        Limit: 1,
        ConsistentRead: index === undefined,
      })
      const { Count } = await documents().send(command, { abortSignal: signal })
      // A response without a count proves nothing.
      if (Count === undefined) throw new TypeError('DynamoDB returned no count of items')
      return Count > 0
    },
  }
}
