import type { RulePermission } from '../rules/rule.ts'

/** The user attribute that a block matches. */
export type BlockType = 'sub' | 'username' | 'email' | 'emailDomain'

/** The key of a block in a pool. */
export interface BlockKey {
  readonly userPoolId: string
  readonly type: BlockType
  /** The attribute's value. A `sub` is exact, a user name is exact or in lower case, and an address or a domain is normalised. */
  readonly value: string
}

/** A block, with its reason and expiry. */
export interface Block extends BlockKey {
  /** A constant identifier, for the log. */
  readonly reason: string
  /** The message for the user. It is shown only if the rule reveals blocks. */
  readonly message?: string
  /** The end of the block. Without it, the block is permanent. */
  readonly expiresAt?: Date
  /** The start of the block, for administrators. The rule does not read it. Older items have none. */
  readonly since?: Date
}

/** Port for reading blocks. */
export interface BlockList {
  /**
   * Returns the blocks of these keys, including expired ones.
   *
   * @throws if a key could not be read, because the user may be blocked by that key.
   */
  readonly find: (keys: readonly BlockKey[], signal: AbortSignal) => Promise<readonly Block[]>
}

/** The IAM permissions of a block list in DynamoDB. */
export const TABLE_PERMISSIONS: readonly RulePermission[] = [{ actions: ['dynamodb:BatchGetItem'], resource: 'BLOCK_TABLE' }]

/** A block list that declares its IAM permissions. */
export interface BlockListWithPermissions extends BlockList {
  readonly permissions?: readonly RulePermission[]
}
