import { ScanCommand, type ScanCommandInput } from '@aws-sdk/lib-dynamodb'
import { type Documents, tryConditionalWrite } from '../aws/dynamodb.ts'
import { doesNotExist, isAtMost, or, updateItem } from '../aws/expressions.ts'
import { assertOptions } from '../rules/arguments.ts'
import type { InactivePage, InactiveUser, LastSeenStore, SeenUser } from './last-seen-store.ts'

/** Options of {@link dynamoLastSeen}. */
export interface DynamoLastSeenOptions {
  readonly documents: Documents
  /** The name of a table whose partition key is a string attribute named `pk`. */
  readonly table: string
}

/** Returns the partition key of a user's row. */
export function lastSeenPk({ userPoolId, sub }: SeenUser): string {
  return `${userPoolId}#${sub}`
}

/**
 * Makes a store of the times at which users were last seen, in a DynamoDB table. Each call is one conditional `UpdateItem`. A row has the
 * pool, the `sub` and the time, and no attribute of the user.
 *
 * @throws TypeError if an option is unknown.
 * @example
 * lastSeen(dynamoLastSeen({ documents: documentClient(), table: 'last-seen' }))
 */
export function dynamoLastSeen(options: DynamoLastSeenOptions): LastSeenStore {
  assertOptions('dynamoLastSeen()', options, ['documents', 'table'])
  const { documents, table } = options
  return {
    permissions: [{ actions: ['dynamodb:UpdateItem'], resource: 'SEEN_TABLE' }],
    async record(user, at, periodMs, signal) {
      const { userPoolId, sub } = user
      const before = new Date(at.getTime() - periodMs).toISOString()
      const command = updateItem({
        table,
        key: { pk: lastSeenPk(user) },
        set: { userPoolId, sub, seenAt: at.toISOString() },
        if: or(doesNotExist('seenAt'), isAtMost('seenAt', before)),
      })
      return tryConditionalWrite(documents().send(command, { abortSignal: signal }))
    },
  }
}

/**
 * Yields the users who were last recorded before a time, page by page. Reads the whole table.
 *
 * @param before The time. A user who was recorded at this time is not listed.
 * @param userPoolId Lists only the users of this pool. DynamoDB reads and charges the rows of other pools too.
 */
export async function* scanInactiveUsers(
  { documents, table }: DynamoLastSeenOptions,
  before: Date,
  userPoolId: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<InactivePage, void> {
  const inPool = userPoolId === undefined ? '' : ' AND userPoolId = :pool'
  const query: ScanCommandInput = {
    TableName: table,
    FilterExpression: `seenAt < :before${inPool}`,
    ExpressionAttributeValues: { ':before': before.toISOString(), ...(userPoolId !== undefined && { ':pool': userPoolId }) },
    ProjectionExpression: 'userPoolId, #sub, seenAt',
    ExpressionAttributeNames: { '#sub': 'sub' },
    ReturnConsumedCapacity: 'TOTAL',
  }
  let start: ScanCommandInput['ExclusiveStartKey']
  do {
    const page = await documents().send(new ScanCommand({ ...query, ...(start && { ExclusiveStartKey: start }) }), { abortSignal: signal })
    const users = (page.Items ?? []).flatMap(readRow)
    yield { users, scanned: page.ScannedCount ?? 0, readUnits: page.ConsumedCapacity?.CapacityUnits ?? 0 }
    start = page.LastEvaluatedKey
  } while (start !== undefined)
}

/** Reads a row. Leaves out a row that was edited by hand and names no user, or no time. */
function readRow({ userPoolId, sub, seenAt }: Readonly<Record<string, unknown>>): readonly InactiveUser[] {
  if (typeof userPoolId !== 'string' || typeof sub !== 'string' || typeof seenAt !== 'string') return []
  const at = new Date(seenAt)
  return Number.isNaN(at.getTime()) ? [] : [{ userPoolId, sub, seenAt: at }]
}
