import { DeleteCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb'
import { tryConditionalWrite } from '../aws/dynamodb.ts'
import type { DynamoInvitesOptions } from './dynamo-invites.ts'
import { countReserved, countUses, readInvite } from './invite-item.ts'
import { assertNewInvite, type InviteWriter, type ListedInvite, toInviteId } from './invites.ts'

/**
 * Makes a writer of invitations in a DynamoDB table, for your own programs. The table stores a hash of a code, and an address as it is,
 * so that `list` can show it. `list` reads the whole table.
 *
 * @example
 * const code = createInviteCode()
 * await dynamoInviteWriter({ documents, table: 'invites' }).create({ type: 'code', value: code })
 */
export function dynamoInviteWriter({ documents, table, now = () => new Date() }: DynamoInvitesOptions): InviteWriter {
  return {
    async create(invite) {
      assertNewInvite(invite)
      const { type, value, uses = 1, until } = invite
      const pk = toInviteId(invite)
      // DynamoDB's TTL needs seconds. Rounds up, so that the invitation does not end early.
      const expiresAt = until === undefined ? undefined : Math.ceil(until.getTime() / 1000)
      const Item = { pk, uses, holds: {}, ...(expiresAt !== undefined && { expiresAt }), ...(type === 'email' && { email: value }) }
      // An expired item may stay for days before DynamoDB deletes it.
      return tryConditionalWrite(
        documents().send(
          new PutCommand({
            TableName: table,
            Item,
            ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
            ExpressionAttributeValues: { ':now': Math.floor(now().getTime() / 1000) },
          }),
        ),
      )
    },

    async *list() {
      let from: Record<string, unknown> | undefined
      do {
        const page = await documents().send(new ScanCommand({ TableName: table, ExclusiveStartKey: from }))
        const at = Math.floor(now().getTime() / 1000)
        for (const item of page.Items ?? []) yield* readListed(item, at)
        from = page.LastEvaluatedKey
      } while (from !== undefined)
    },

    async revoke(invite) {
      const pk = 'id' in invite ? invite.id : toInviteId(invite)
      if (pk === undefined) return false
      const condition = 'attribute_exists(pk) AND attribute_exists(holds)'
      return tryConditionalWrite(documents().send(new DeleteCommand({ TableName: table, Key: { pk }, ConditionExpression: condition })))
    },
  }
}

/** Reads an item for the list. Skips the reservations of users, and items that are not invitations. */
function readListed(item: Record<string, unknown>, seconds: number): readonly ListedInvite[] {
  const invite = readInvite(item)
  if (invite === undefined) return []
  const { uses, holds, expiresAt } = invite
  const id = String(item.pk)
  const counts = { uses, used: countUses(holds, seconds), reserved: countReserved(holds, seconds) }
  const listed = { id, ...counts, ...(expiresAt !== undefined && { until: new Date(expiresAt * 1000) }) }
  return [typeof item.email === 'string' ? { ...listed, type: 'email', email: item.email } : { ...listed, type: 'code' }]
}
