import type { AttributeMap } from '../shared/cognito/event.ts'
import type { RulePermission } from '../shared/rules/rule.ts'

/** Port that looks up the user of a notification about an account takeover, because its event holds no email address. */
export interface UserFinder {
  /** The IAM permissions of the adapter. */
  readonly permissions: readonly RulePermission[]
  /** Returns the user's attributes. Undefined if the user does not exist. */
  readonly find: (
    user: { readonly userPoolId: string; readonly userName: string },
    signal: AbortSignal,
  ) => Promise<AttributeMap | undefined>
}
