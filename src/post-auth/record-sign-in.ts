import type { PendingEffects } from '../shared/ledger/dynamo-ledger.ts'
import type { PendingEffect } from '../shared/ledger/effect-item.ts'
import { type ProfileStore, toProfileUser } from '../shared/profiles/profiles.ts'
import { assertOptions } from '../shared/rules/arguments.ts'
import { done, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import type { PostAuthentication } from './trigger.ts'

// Cognito waits 5 s for a response and calls up to three times, so repeats of one event arrive within 15 s.
const NOT_AGAIN_WITHIN_MS = 15_000

/** Pending effects to enqueue at a sign-in. The sweeper runs them. */
export interface PendingEffectsAtSignIn {
  readonly ledger: PendingEffects
  /** The effects, with their names in the ledger. `createdSince` is required, so that existing users do not get them. */
  readonly effects: readonly (Omit<PendingEffect, 'userPoolId' | 'sub'> & Required<Pick<PendingEffect, 'createdSince'>>)[]
}

/** Options of {@link recordSignIn}. */
export interface RecordSignInOptions {
  /**
   * Milliseconds after a counted sign-in, 15,000 by default. Another sign-in within this time is not counted. An event does not show
   * whether it is a repeat or a second sign-in, so the count is always approximate.
   */
  readonly notAgainWithinMs?: number
  /**
   * Effects for users whose post confirmation may have failed. They are enqueued once per user. For each user, this costs one write
   * for each effect and one for the profile.
   */
  readonly pendingEffects?: PendingEffectsAtSignIn
  /** Returns the time of the sign-in. Uses the process clock by default. */
  readonly now?: () => Date
}

/**
 * Makes a rule that records a sign-in in the user's profile: the time, the app client, and an approximate count.
 *
 * The rule creates a missing profile, because users whom an administrator created or who were migrated never reach post confirmation.
 * It also updates changed attributes, because Cognito has no trigger for such changes.
 *
 * @throws TypeError if an option is unknown. RangeError if `notAgainWithinMs` is not a whole number of milliseconds, 0 or more.
 * @example
 * postAuthentication(recordSignIn(dynamoProfiles({ documents: documentClient(), table: 'profiles' })))
 */
export function recordSignIn(
  profiles: ProfileStore<'signedIn' | 'markEffectsEnqueued'>,
  options: RecordSignInOptions = {},
): Rule<PostAuthentication> {
  assertOptions('recordSignIn()', options, ['notAgainWithinMs', 'pendingEffects', 'now'])
  const { notAgainWithinMs = NOT_AGAIN_WITHIN_MS, pendingEffects, now = () => new Date() } = options
  if (!(notAgainWithinMs >= 0 && Number.isSafeInteger(notAgainWithinMs)))
    throw new RangeError(`recordSignIn: notAgainWithinMs is ${notAgainWithinMs}; expected a whole number of milliseconds, 0 or more`)
  return defineRule<PostAuthentication>(
    'record-sign-in',
    async (ctx) => {
      const user = toProfileUser(ctx, profiles)
      if (user === undefined) return skip('no-sub', 'A profile belongs to a sub, and the event has none')
      const { effectsEnqueued } = await profiles.signedIn(
        user,
        { at: now(), appClient: ctx.appClient ?? null, notAgainWithinMs },
        ctx.signal,
      )
      if (pendingEffects !== undefined && !effectsEnqueued) {
        const { userPoolId, sub } = user
        await Promise.all(pendingEffects.effects.map((effect) => pendingEffects.ledger.enqueue({ userPoolId, sub, ...effect }, ctx.signal)))
        // Marks the profile only after all effects are enqueued. If one fails, the next sign-in tries again.
        await profiles.markEffectsEnqueued(user, now(), ctx.signal)
      }
      return done()
    },
    { can: ['done'], permissions: [...(profiles.permissions ?? []), ...(pendingEffects?.ledger.permissions ?? [])] },
  )
}
