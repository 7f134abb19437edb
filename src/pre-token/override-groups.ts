import { assertOptions, describeValue } from '../shared/rules/arguments.ts'
import type { MaybePromise } from '../shared/rules/invocation.ts'
import { respond, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import type { RuleContext } from '../shared/rules/trigger.ts'
import type { GroupConfiguration, PreTokenGeneration } from './trigger.ts'

/** The groups that the tokens get; with the IAM roles of the event unless others are given. */
export interface GroupsOverride {
  readonly names: readonly string[]
  readonly roles?: readonly string[]
  readonly preferredRole?: string
}

/** How groups are replaced. */
export interface OverrideGroupsOptions {
  /** Permits that the function returns no group at all, which takes every group out of the tokens. Otherwise that is an error. */
  readonly allowEmpty?: boolean
}

/**
 * Replaces the groups in both tokens. IAM roles and the preferred role stay as the event has them unless given. The function returns
 * undefined to leave the groups as they are.
 *
 * @param choose Gets the groups that the user is in, as names.
 * @throws TypeError when the argument is not a function, or an option is wrong. The rule has an error if no group is returned
 *   without `allowEmpty`.
 * @example
 * preTokenGeneration(overrideGroups((groups) => groups.filter((group) => !group.startsWith('internal-'))))
 */
export function overrideGroups(
  choose: (groups: readonly string[], ctx: RuleContext<PreTokenGeneration>) => MaybePromise<readonly string[] | GroupsOverride | undefined>,
  options: OverrideGroupsOptions = {},
): Rule<PreTokenGeneration> {
  if (typeof choose !== 'function') throw new TypeError(`overrideGroups(): argument 1 is ${describeValue(choose)}; expected a function`)
  assertOptions('overrideGroups()', options, ['allowEmpty'])
  const { allowEmpty = false } = options
  return defineRule<PreTokenGeneration>(
    'override-groups',
    async (ctx) => {
      const { groupsToOverride, iamRolesToOverride, preferredRole }: GroupConfiguration = ctx.event.request.groupConfiguration ?? {}
      const chosen = await choose(groupsToOverride ?? [], ctx)
      if (chosen === undefined) return skip('groups-kept')
      const override = isNames(chosen) ? { names: chosen } : chosen
      if (!isNames(override.names)) throw new TypeError('overrideGroups(): the function returned no list of names')
      if (override.names.length === 0 && !allowEmpty)
        throw new TypeError('overrideGroups(): the function returned no group, which takes every group away; set allowEmpty to permit it')
      const preferred = override.preferredRole ?? preferredRole
      return respond(
        {
          groups: {
            names: override.names,
            roles: override.roles ?? iamRolesToOverride ?? [],
            ...(preferred != null && { preferredRole: preferred }),
          },
        },
        'groups-overridden',
      )
    },
    { can: ['answer'], permissions: [], reasons: ['groups-kept', 'groups-overridden'] },
  )
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string')
}
