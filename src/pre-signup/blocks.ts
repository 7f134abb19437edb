import type { Rule } from 'cognito-lifeguard'
import { documentClient } from 'cognito-lifeguard/aws'
import type { PreSignUp } from 'cognito-lifeguard/pre-signup'
import { blockUsers, dynamoBlockList } from 'cognito-lifeguard/rules'

/** Denies users whose block stands in a table. In a file of its own, so that a handler without such a table loads no AWS SDK. */
export function blockUsersFromTable(table: string): Rule<PreSignUp> {
  return blockUsers(dynamoBlockList({ documents: documentClient(), table }))
}
