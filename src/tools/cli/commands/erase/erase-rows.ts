import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, ScanCommand, type ScanCommandInput } from '@aws-sdk/lib-dynamodb'
import type { ErasedUser, UserTable } from './user-tables.ts'

/** The rows that were erased from a table. */
export interface ErasedRows {
  /** The partition keys of the rows that were deleted, or would be. */
  readonly keys: readonly string[]
  /** The rows that were read to find them. Undefined if their keys are known. */
  readonly scanned: number | undefined
}

/** Deletes the rows of a user from a table. With `dryRun`, only finds them. Safe to repeat. */
export async function eraseRows(
  documents: DynamoDBDocumentClient,
  TableName: string,
  table: UserTable,
  user: ErasedUser,
  { dryRun, signal }: { readonly dryRun: boolean; readonly signal: AbortSignal },
): Promise<ErasedRows> {
  const { keys = [], scanned } = table.prefix
    ? await scanKeys(documents, TableName, table.prefix(user), signal)
    : { keys: table.keys?.(user), scanned: undefined }
  const erased: string[] = []
  for (const pk of keys) {
    const exists = dryRun ? await find(documents, TableName, pk, signal) : await erase(documents, TableName, pk, signal)
    if (exists) erased.push(pk)
  }
  return { keys: erased, scanned }
}

async function scanKeys(
  documents: DynamoDBDocumentClient,
  TableName: string,
  prefix: string,
  signal: AbortSignal,
): Promise<{ readonly keys: readonly string[]; readonly scanned: number }> {
  const keys: string[] = []
  let scanned = 0
  let start: ScanCommandInput['ExclusiveStartKey']
  do {
    const command = new ScanCommand({
      TableName,
      ConsistentRead: true,
      FilterExpression: 'begins_with(pk, :prefix)',
      ExpressionAttributeValues: { ':prefix': prefix },
      ProjectionExpression: 'pk',
      ...(start && { ExclusiveStartKey: start }),
    })
    const { Items = [], ScannedCount = 0, LastEvaluatedKey } = await documents.send(command, { abortSignal: signal })
    keys.push(...Items.map(({ pk }) => String(pk)))
    scanned += ScannedCount
    start = LastEvaluatedKey
  } while (start !== undefined)
  return { keys, scanned }
}

async function find(documents: DynamoDBDocumentClient, TableName: string, pk: string, signal: AbortSignal): Promise<boolean> {
  const command = new GetCommand({ TableName, Key: { pk }, ConsistentRead: true, ProjectionExpression: 'pk' })
  return (await documents.send(command, { abortSignal: signal })).Item !== undefined
}

async function erase(documents: DynamoDBDocumentClient, TableName: string, pk: string, signal: AbortSignal): Promise<boolean> {
  const command = new DeleteCommand({ TableName, Key: { pk }, ReturnValues: 'ALL_OLD' })
  return (await documents.send(command, { abortSignal: signal })).Attributes !== undefined
}
