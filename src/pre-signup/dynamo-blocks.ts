import { documentClient } from '../shared/aws/dynamodb.ts'
import { blockUsers } from '../shared/blocks/block-users.ts'
import { dynamoBlockList } from '../shared/blocks/dynamo-block-list.ts'
import type { Rule } from '../shared/rules/rule.ts'
import type { PreSignUp } from './trigger.ts'

/** The rule for the blocks in a table. In a file of its own, so that a handler without such a table loads no AWS SDK. */
export function blockUsersIn(table: string): Rule<PreSignUp> {
  return blockUsers<PreSignUp>(dynamoBlockList({ documents: documentClient(), table }))
}
