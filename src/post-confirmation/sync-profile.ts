import { DEFAULT_PROFILE_ATTRIBUTES, type ProfileStore, toProfileUser } from '../shared/profiles/profiles.ts'
import { done, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import type { PostConfirmation } from './trigger.ts'

/** What a profile holds. */
export interface SyncProfileOptions {
  /** Which attributes it holds. */
  readonly attributes?: readonly string[]
  /** The time of the confirmation; the process's own clock unless set. */
  readonly now?: () => Date
}

/**
 * Keeps a profile of every confirmed user; a password reset brings it up to date. A repeated event leaves one profile.
 *
 * @example
 * postConfirmation(syncProfile(dynamoProfiles({ documents: documentClient(), table: 'profiles' })))
 */
export function syncProfile(profiles: ProfileStore<Written>, options: SyncProfileOptions = {}): Rule<PostConfirmation> {
  const { attributes = DEFAULT_PROFILE_ATTRIBUTES, now = () => new Date() } = options
  return defineRule<PostConfirmation>(
    'sync-profile',
    async (ctx) => {
      const user = toProfileUser(ctx, attributes)
      if (user === undefined) return skip('no-sub')
      await writeFor(ctx.event.triggerSource, profiles)(user, now(), ctx.signal)
      return done()
    },
    { can: ['done'], ...(profiles.permissions && { permissions: profiles.permissions }) },
  )
}

type Written = 'confirmed' | 'passwordReset' | 'refreshed'

/** What a trigger source tells of the user; one that nobody has heard of tells no more than the attributes. */
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
