import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { BatchGetCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'

/** The parts of an event that the job reads. */
export interface Refreshed {
  readonly triggerSource: string
  readonly userPoolId: string
  readonly userName?: string | undefined
  readonly request: { readonly userAttributes: Readonly<Record<string, string>> }
}

const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}))
const TableName = process.env.BLOCK_TABLE ?? ''

/** Throws if the user is blocked by sub, user name, email address or email domain. Makes one strongly consistent read. */
export async function refuseBlocked({ userPoolId, userName, request: { userAttributes } }: Refreshed): Promise<void> {
  const email = (userAttributes.email ?? '').toLowerCase()
  const values = { sub: userAttributes.sub, username: userName, email, emailDomain: email.split('@')[1] }
  const Keys = Object.entries(values).flatMap(([type, value]) => (value ? [{ pk: `${userPoolId}#${type}#${value}` }] : []))
  const found = await documents.send(new BatchGetCommand({ RequestItems: { [TableName]: { Keys, ConsistentRead: true } } }))
  if (Object.keys(found.UnprocessedKeys ?? {}).length > 0) throw new Error('The blocks were not read')
  const now = Date.now() / 1000
  const blocks = found.Responses?.[TableName] ?? []
  if (blocks.some(({ expiresAt }) => expiresAt === undefined || expiresAt > now)) throw new Error('Sign-in is not possible at the moment')
}
