// The rule of pre authentication, evaluated again for each token.
import { blockUsers, dynamoBlockList } from '../../../../../src/rules/index.ts'
import { documentClient } from '../../../../../src/shared/aws/index.ts'
import { defineTrigger } from '../../../../../src/shared/lambda/define-trigger.ts'

const preTokenGeneration = defineTrigger({ name: 'PreTokenGeneration', refuses: true, approves: true, onError: 'fail' })

export const handler = preTokenGeneration(blockUsers(dynamoBlockList({ documents: documentClient(), table: process.env.BLOCK_TABLE })))
