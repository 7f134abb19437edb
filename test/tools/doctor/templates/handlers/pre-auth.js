import { blockUsers, documentClient, dynamoBlockList, preAuthentication } from '../../../../../src/pre-auth/index.ts'

export const handler = preAuthentication(blockUsers(dynamoBlockList({ documents: documentClient(), table: process.env.BLOCK_TABLE })))
