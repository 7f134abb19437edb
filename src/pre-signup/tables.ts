import type { Rule } from 'cognito-lifeguard'
import { documentClient } from 'cognito-lifeguard/aws'
import { dynamoInvites, type Invites } from 'cognito-lifeguard/invites'
import type { PreSignUp } from 'cognito-lifeguard/pre-signup'
import { blockUsers, dynamoBlockList } from 'cognito-lifeguard/rules'

// A handler without a table does not load this file, because it imports the AWS SDK.
const documents = documentClient()

/** Makes a rule that denies users who are in a block list table. */
export function blockUsersFromTable(table: string): Rule<PreSignUp> {
  return blockUsers(dynamoBlockList({ documents, table }))
}

/** Opens a table of invitations. */
export function openInvites(table: string): Invites {
  return dynamoInvites({ documents, table })
}
