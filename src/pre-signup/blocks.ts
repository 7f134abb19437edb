import type { Rule } from 'cognito-lifeguard'
import { documentClient } from 'cognito-lifeguard/aws'
import { blockUsers, dynamoBlockList } from 'cognito-lifeguard/pre-auth'
import type { PreSignUp } from 'cognito-lifeguard/pre-signup'

/** Denies users whose block stands in a table. In a file of its own, so that a handler without such a table loads no AWS SDK. */
export function blockUsersIn(table: string): Rule<PreSignUp> {
  return blockUsers<PreSignUp>(dynamoBlockList({ documents: documentClient(), table }))
}
