export { type Documents, documentClient } from '../shared/aws/dynamodb.ts'
export type { Block, BlockKey, BlockList, BlockListWithNeeds, BlockType } from '../shared/blocks/block-list.ts'
export { type BlockUsersOptions, blockUsers } from '../shared/blocks/block-users.ts'
export {
  type BlockWriter,
  type BlockWriterOptions,
  type DynamoBlockListOptions,
  dynamoBlockList,
  dynamoBlockWriter,
} from '../shared/blocks/dynamo-block-list.ts'
export { guard, preAuthentication } from './pre-authentication.ts'
export type { PreAuthentication, PreAuthenticationEvent, PreAuthenticationSource } from './trigger.ts'
