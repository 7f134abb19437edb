export {
  type Block,
  type BlockKey,
  type BlockList,
  type BlockListWithNeeds,
  type BlockType,
  TABLE_NEEDS,
} from '../shared/blocks/block-list.ts'
export { type BlockUsersOptions, blockUsers } from '../shared/blocks/block-users.ts'
export { type DynamoBlockListOptions, dynamoBlockList } from '../shared/blocks/dynamo-block-list.ts'
export { type BlockWriter, type BlockWriterOptions, dynamoBlockWriter } from '../shared/blocks/dynamo-block-writer.ts'
export type { PreAuthentication, PreAuthenticationEvent, PreAuthenticationSource } from './trigger.ts'
export { guard, preAuthentication } from './trigger.ts'
