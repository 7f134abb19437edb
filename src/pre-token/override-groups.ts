import { assertOptions, describeValue } from '../shared/rules/arguments.ts'
import type { MaybePromise } from '../shared/rules/invocation.ts'
import { respond, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import type { RuleContext } from '../shared/rules/trigger.ts'
import type { GroupConfiguration, PreTokenGeneration } from './trigger.ts'

/** The groups that the tokens get. `roles` and `preferredRole` are those of the event by default. */
export interface GroupsOverride {
  readonly names: readonly string[]
  readonly roles?: readonly string[]
  readonly preferredRole?: string
}

/** Options of {@link overrideGroups}. */
export interface OverrideGroupsOptions {
  /**
   * Allows an empty list of groups, which removes every group from the tokens. By default, an empty list is an error if the user has
   * groups.
   */
  readonly allowEmpty?: boolean
}

/**
 * Makes a rule that replaces the groups in both tokens. The IAM roles and the preferred role stay as in the event, unless `choose`
 * returns others. If `choose` returns undefined, nothing changes.
 *
 * @param choose Called with the names of the user's groups. Returns the new ones.
 * @throws TypeError if the argument is not a function, or an option is invalid. The rule fails if `choose` returns an empty list
 *   without `allowEmpty`, and the user has groups.
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
      if (!isNames(override.names)) throw new TypeError('overrideGroups(): the function must return a list of names')
      if (override.names.length === 0 && !allowEmpty) {
        // Machines and many users have no groups. A function that filters the groups then returns none, and removes none.
        if (!hasEntries(groupsToOverride) && !hasEntries(override.roles) && !override.preferredRole) return skip('groups-kept')
        throw new TypeError('overrideGroups(): the function returned no group, which removes every group; set allowEmpty to permit it')
      }
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

function hasEntries(list: readonly string[] | null | undefined): boolean {
  return list != null && list.length > 0
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string')
}
