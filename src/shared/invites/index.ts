export { dynamoInviteWriter } from './dynamo-invite-writer.ts'
export { type DynamoInvitesOptions, dynamoInvites } from './dynamo-invites.ts'
export {
  createInviteCode,
  type InviteKey,
  type InviteState,
  type Invites,
  type InviteUser,
  type InviteWriter,
  type ListedInvite,
  type NewInvite,
} from './invites.ts'
