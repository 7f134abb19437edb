import { documentClient } from 'cognito-lifeguard/aws'
import { preAuthentication } from 'cognito-lifeguard/pre-auth'
import { blockUsers, dynamoBlockList } from 'cognito-lifeguard/rules'

const blocks = dynamoBlockList({ documents: documentClient(), table: process.env.BLOCK_TABLE ?? 'blocks' })

export const handler = preAuthentication({ refusalCodes: 'all' }, blockUsers(blocks))
