import { type ProfileStore, toProfileUser } from '../shared/profiles/profiles.ts'
import { assertMethod, assertOptions, describeValue } from '../shared/rules/arguments.ts'
import { failClosed, failOpen } from '../shared/rules/combinators.ts'
import { skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import type { Trigger } from '../shared/rules/trigger.ts'

/** Options of {@link ensureProfile}. */
export interface EnsureProfileOptions {
  /** True to fail the invocation if the profile cannot be written or read. The default is false: the error is logged and counted. */
  readonly failClosed?: boolean
  /** Returns the time at which a profile is created. Uses the process clock by default. */
  readonly now?: () => Date
}

const OWNER = 'ensureProfile()'

/**
 * Makes a rule that creates the user's profile if it is missing, and never changes an existing one. Mount it on several triggers, because
 * none of them runs for every user: post confirmation, post authentication and pre token generation.
 *
 * In a trigger that can refuse users, the rule reads first, because tokens are issued often and most users have a profile. In any other
 * trigger it makes one conditional write. Without `failClosed`, an error of the store never refuses a user.
 *
 * @throws TypeError if the store or an option is invalid.
 * @example
 * const profiles = dynamoProfiles({ documents: documentClient(), table: 'profiles' })
 * preTokenGeneration(ensureProfile(profiles), addClaims({ tenant: ({ user }) => user.attributes['custom:tenant'] }))
 */
export function ensureProfile<T extends Trigger>(profiles: ProfileStore<'has' | 'create'>, options: EnsureProfileOptions = {}): Rule<T> {
  for (const method of ['has', 'create']) assertMethod(OWNER, 'the store', profiles, method, 'dynamoProfiles({ documents, table })')
  assertOptions(OWNER, options, ['failClosed', 'now'])
  const { failClosed: mustWork = false, now = () => new Date() } = options
  // Check at run time for plain JavaScript: a text such as 'no' would refuse users.
  if (typeof mustWork !== 'boolean') throw new TypeError(`${OWNER}: failClosed is ${describeValue(mustWork)}; expected a boolean`)
  const { permissions, readPermissions = [] } = profiles
  const rule = defineRule<T>(
    'ensure-profile',
    async (ctx, run) => {
      const user = toProfileUser(ctx, profiles)
      if (user === undefined) return skip('no-sub', 'A profile belongs to a sub, and the event has none')
      if (run.contract.refuses && (await profiles.has(user, ctx.signal))) return skip('profile-exists')
      return skip((await profiles.create(user, now(), ctx.signal)) ? 'profile-created' : 'profile-exists')
    },
    {
      can: [],
      reasons: ['profile-created', 'profile-exists'],
      ...(permissions && { permissions: [...permissions, ...readPermissions] }),
    },
  )
  return mustWork ? failClosed(rule) : failOpen(rule)
}
