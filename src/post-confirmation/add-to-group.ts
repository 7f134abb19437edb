import { assertMethod, assertOptions, describeValue } from '../shared/rules/arguments.ts'
import { assertReads, type DeclaresReads } from '../shared/rules/condition.ts'
import { done, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule, type RulePermission } from '../shared/rules/rule.ts'
import type { RuleContext } from '../shared/rules/trigger.ts'
import type { PostConfirmation } from './trigger.ts'

/** A user of a user pool who joins a group. */
export interface GroupMember {
  readonly userPoolId: string
  readonly userName: string
}

/** Port that adds users to groups. */
export interface UserGroups {
  /**
   * Adds a user to a group. A user who is a member already stays a member.
   *
   * @throws if the user may not be a member, for example because the group does not exist.
   */
  readonly add: (member: GroupMember, group: string, signal: AbortSignal) => Promise<void>
  /** The IAM permissions of the call. */
  readonly permissions?: readonly RulePermission[]
}

/** Returns the group of a user, or undefined for none. */
export type GroupSource = (ctx: RuleContext<PostConfirmation>) => string | undefined

/** Options of {@link addToGroup}. */
export interface AddToGroupOptions {
  /** The user attributes that the function of the group reads. Required for a function, `[]` for none. */
  readonly reads?: readonly string[]
}

const OWNER = 'addToGroup()'
// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminAddUserToGroup.html
const GROUP_NAME = /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u

/**
 * Makes a rule that adds a user to a group when a sign-up is confirmed. It skips password resets, which call the same trigger, and unknown
 * trigger sources. A repeated event is harmless.
 *
 * Post confirmation does not run for users whom an administrator created or who were migrated.
 *
 * @param group The name of the group, or a function that returns it. Users choose their attributes at sign-up, so do not read from an
 *   attribute what the user may do.
 * @throws TypeError if the name is invalid, a function has no `reads`, or an option is unknown. The rule fails if the function returns an
 *   invalid name.
 * @example
 * postConfirmation(addToGroup('members', cognitoGroups({ cognito: cognitoClient() })))
 */
export function addToGroup(group: string, groups: UserGroups, options?: AddToGroupOptions): Rule<PostConfirmation> & DeclaresReads
export function addToGroup(group: GroupSource, groups: UserGroups, options: DeclaresReads): Rule<PostConfirmation> & DeclaresReads
export function addToGroup(
  group: string | GroupSource,
  groups: UserGroups,
  options: AddToGroupOptions = {},
): Rule<PostConfirmation> & DeclaresReads {
  assertMethod(OWNER, 'the second argument', groups, 'add', 'cognitoGroups({ cognito })')
  assertOptions(OWNER, options, ['reads'])
  if (typeof group !== 'function') assertGroup(group)
  const { reads = typeof group === 'function' ? undefined : [] } = options
  assertReads(`${OWNER}: a function needs the option reads`, reads)
  return defineRule<PostConfirmation>(
    'add-to-group',
    async (ctx) => {
      const { event, user, signal } = ctx
      if (event.triggerSource !== 'PostConfirmation_ConfirmSignUp')
        return skip('not-a-sign-up', 'Cognito calls this trigger for password resets too')
      const name = typeof group === 'function' ? group(ctx) : group
      if (name === undefined) return skip('no-group')
      assertGroup(name)
      await groups.add({ userPoolId: event.userPoolId, userName: user.userName }, name, signal)
      return done()
    },
    { can: ['done'], reads, reasons: ['no-group'], ...(groups.permissions && { permissions: groups.permissions }) },
  )
}

/** The message does not contain the name, because errors are logged, and the name may come from an attribute. */
function assertGroup(name: unknown): asserts name is string {
  if (typeof name === 'string' && GROUP_NAME.test(name)) return
  const found = typeof name === 'string' ? 'not a valid name' : describeValue(name)
  throw new TypeError(`${OWNER}: the group is ${found}; expected 1 to 128 characters without spaces, such as 'members'`)
}
