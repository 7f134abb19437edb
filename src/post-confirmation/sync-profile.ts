import { type ProfileStore, toProfileUser } from '../shared/profiles/profiles.ts'
import { assertOptions } from '../shared/rules/arguments.ts'
import { done, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import type { PostConfirmation } from './trigger.ts'

/** Options of {@link syncProfile}. */
export interface SyncProfileOptions {
  /** Returns the time of the confirmation. Uses the process clock by default. */
  readonly now?: () => Date
}

/**
 * Makes a rule that stores a profile of every confirmed user and updates it at a password reset. A repeated event is harmless.
 *
 * @throws TypeError if an option is unknown.
 * @example
 * postConfirmation(syncProfile(dynamoProfiles({ documents: documentClient(), table: 'profiles' })))
 */
export function syncProfile(profiles: ProfileStore<Written>, options: SyncProfileOptions = {}): Rule<PostConfirmation> {
  assertOptions('syncProfile()', options, ['now'])
  const { now = () => new Date() } = options
  return defineRule<PostConfirmation>(
    'sync-profile',
    async (ctx) => {
      const user = toProfileUser(ctx, profiles)
      if (user === undefined) return skip('no-sub', 'A profile belongs to a sub, and the event has none')
      await writeFor(ctx.event.triggerSource, profiles)(user, now(), ctx.signal)
      return done()
    },
    { can: ['done'], ...(profiles.permissions && { permissions: profiles.permissions }) },
  )
}

type Written = 'confirmed' | 'passwordReset' | 'refreshed'

/** Returns the store's method for a trigger source. An unknown source only updates the user data. */
function writeFor(source: string, profiles: ProfileStore<Written>): ProfileStore<Written>[Written] {
  switch (source) {
    case 'PostConfirmation_ConfirmSignUp':
      return profiles.confirmed
    case 'PostConfirmation_ConfirmForgotPassword':
      return profiles.passwordReset
    default:
      return profiles.refreshed
  }
}
