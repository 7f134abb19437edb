import type { RulePermission } from '../rules/rule.ts'

/** By what a user can be blocked. */
export type BlockType = 'sub' | 'username' | 'email' | 'emailDomain'

/** One thing by which users of a pool are blocked. */
export interface BlockKey {
  readonly userPoolId: string
  readonly type: BlockType
  /** As it is compared: subs to the letter, user names too or in lower case, addresses and domains normalised. */
  readonly value: string
}

/** Why somebody is blocked, and until when. */
export interface Block extends BlockKey {
  /** For the log: a constant identifier. */
  readonly reason: string
  /** What the user may read, where the rule reveals blocks. */
  readonly message?: string
  /** Until when; for ever unless set. */
  readonly expiresAt?: Date
}

/** Where blocks are kept. */
export interface BlockList {
  /**
   * Finds the blocks of these keys, those that have expired included.
   *
   * @throws when it cannot tell of every key: no answer is not "not blocked".
   */
  readonly find: (keys: readonly BlockKey[], signal: AbortSignal) => Promise<readonly Block[]>
}

/** What a block list in DynamoDB needs of a deployment. */
export const TABLE_PERMISSIONS: readonly RulePermission[] = [{ actions: ['dynamodb:BatchGetItem'], resource: 'BLOCK_TABLE' }]

/** A block list that says what it needs of a deployment. */
export interface BlockListWithPermissions extends BlockList {
  readonly permissions?: readonly RulePermission[]
}
