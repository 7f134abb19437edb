export type { Block, BlockKey, BlockList, BlockListWithPermissions, BlockType } from '../shared/blocks/block-list.ts'
export { type BlockUsersOptions, blockUsers } from '../shared/blocks/block-users.ts'
export {
  type BlockWriter,
  type BlockWriterOptions,
  type DynamoBlockListOptions,
  dynamoBlockList,
  dynamoBlockWriter,
} from '../shared/blocks/dynamo-block-list.ts'
export type { PreAuthentication, PreAuthenticationEvent, PreAuthenticationSource } from './trigger.ts'
export { guard, preAuthentication } from './trigger.ts'
