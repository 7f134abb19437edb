import { documentClient } from 'cognito-lifeguard/aws'
import { blockUsers, dynamoBlockList, preAuthentication } from 'cognito-lifeguard/pre-auth'

const blocks = dynamoBlockList({ documents: documentClient(), table: process.env.BLOCK_TABLE ?? 'blocks' })

export const handler = preAuthentication(blockUsers(blocks))
