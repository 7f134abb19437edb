import { randomUUID } from 'node:crypto'
import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { Documents } from '../shared/aws/dynamodb.ts'
import { profileKey } from '../shared/profiles/dynamo-profiles.ts'
import type { MailKey } from './mailer.ts'
import type { MailClaims } from './once-only.ts'

/** Where claims are kept: on the profile itself, so that they live as long as the user does. */
export interface DynamoMailClaimsOptions {
  readonly documents: Documents
  /** The table of the profiles. */
  readonly table: string
}

/**
 * Keeps the claims of mails on the users' profiles, under the mail's occasion.
 *
 * @example
 * onceOnly(mailer, dynamoMailClaims({ documents: documentClient(), table: 'profiles' }))
 */
export function dynamoMailClaims({ documents, table }: DynamoMailClaimsOptions): MailClaims {
  const target = (key: MailKey) => ({
    TableName: table,
    Key: { pk: profileKey(key) },
    ExpressionAttributeNames: { '#mail': `mail:${key.occasion}` },
  })
  return {
    needs: [{ actions: ['dynamodb:UpdateItem'], on: 'PROFILE_TABLE' }],
    async claim(key, at, signal) {
      const claim = new UpdateCommand({
        ...target(key),
        UpdateExpression: 'SET #mail = :claim',
        // Our own claim does not stand in our way: the SDK repeats a call whose answer was lost, and it may have worked.
        ConditionExpression: 'attribute_not_exists(#mail) OR #mail = :claim',
        ExpressionAttributeValues: { ':claim': `${at.toISOString()} ${randomUUID()}` },
      })
      try {
        await documents().send(claim, { abortSignal: signal })
        return true
      } catch (error) {
        if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false
        throw error
      }
    },
    async release(key, signal) {
      await documents().send(new UpdateCommand({ ...target(key), UpdateExpression: 'REMOVE #mail' }), { abortSignal: signal })
    },
  }
}
