import { preAuthentication } from '../../../../../src/pre-auth/index.ts'
import { blockUsers, dynamoBlockList } from '../../../../../src/rules/index.ts'
import { documentClient } from '../../../../../src/shared/aws/index.ts'

export const handler = preAuthentication(blockUsers(dynamoBlockList({ documents: documentClient(), table: process.env.BLOCK_TABLE })))
