import type { Rule } from 'cognito-lifeguard'
import { documentClient } from 'cognito-lifeguard/aws'
import type { PreSignUp } from 'cognito-lifeguard/pre-signup'
import { blockUsers, dynamoBlockList } from 'cognito-lifeguard/rules'

/** Makes a rule that denies users who are in a block list table. A separate file, so that a handler without a table loads no AWS SDK. */
export function blockUsersFromTable(table: string): Rule<PreSignUp> {
  return blockUsers(dynamoBlockList({ documents: documentClient(), table }))
}
