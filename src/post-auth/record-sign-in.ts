import type { PendingEffects } from '../shared/ledger/dynamo-ledger.ts'
import type { PendingEffect } from '../shared/ledger/effect-item.ts'
import { DEFAULT_PROFILE_ATTRIBUTES, type ProfileStore, toProfileUser } from '../shared/profiles/profiles.ts'
import { done, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import type { PostAuthentication } from './trigger.ts'

// Cognito waits for five seconds a try, and may try three times.
const NOT_AGAIN_WITHIN_MS = 15_000

/** What is put down at a sign-in, for a sweeper to run. */
export interface PendingEffectsAtSignIn {
  readonly ledger: PendingEffects
  /** The effects, under the names by which a ledger keeps them. Spell out who gets them: users from before exist too. */
  readonly effects: readonly (Omit<PendingEffect, 'userPoolId' | 'sub'> & Required<Pick<PendingEffect, 'createdSince'>>)[]
}

/** What is kept of a sign-in. */
export interface RecordSignInOptions {
  /** Which attributes the profile holds; it is brought up to date with each sign-in. */
  readonly attributes?: readonly string[]
  /**
   * Milliseconds within which a second sign-in is not counted; 15,000 unless set. Cognito sends nothing by which a repeated
   * event could be told from a second sign-in, so the count is approximate either way.
   */
  readonly notAgainWithinMs?: number
  /**
   * Effects of a user whose confirmation may not have come through; they are enqueued once per user. It costs two writes at a first
   * sign-in, and nothing afterwards.
   */
  readonly pendingEffects?: PendingEffectsAtSignIn
  /** The time of the sign-in; the process's own clock unless set. */
  readonly now?: () => Date
}

/**
 * Notes a sign-in in the user's profile: when, through which app client, and about how many there were. Makes the profile
 * where it is missing, because users whom an administrator created or who were migrated never reach post confirmation, and
 * brings changed attributes up to date, because Cognito has no trigger for that.
 *
 * @throws RangeError when `notAgainWithinMs` is no number of milliseconds.
 * @example
 * postAuthentication(recordSignIn(dynamoProfiles({ documents: documentClient(), table: 'profiles' })))
 */
export function recordSignIn(
  profiles: ProfileStore<'signedIn' | 'markEffectsEnqueued'>,
  options: RecordSignInOptions = {},
): Rule<PostAuthentication> {
  const {
    attributes = DEFAULT_PROFILE_ATTRIBUTES,
    notAgainWithinMs = NOT_AGAIN_WITHIN_MS,
    pendingEffects,
    now = () => new Date(),
  } = options
  if (!(notAgainWithinMs >= 0 && Number.isSafeInteger(notAgainWithinMs)))
    throw new RangeError(`recordSignIn: notAgainWithinMs is a whole number of milliseconds, 0 or more; got ${notAgainWithinMs}`)
  return defineRule<PostAuthentication>(
    'record-sign-in',
    async (ctx) => {
      const user = toProfileUser(ctx, attributes)
      if (user === undefined) return skip('no-sub')
      const { effectsEnqueued } = await profiles.signedIn(
        user,
        { at: now(), appClient: ctx.appClient ?? null, notAgainWithinMs },
        ctx.signal,
      )
      if (pendingEffects !== undefined && !effectsEnqueued) {
        const { userPoolId, sub } = user
        await Promise.all(pendingEffects.effects.map((effect) => pendingEffects.ledger.enqueue({ userPoolId, sub, ...effect }, ctx.signal)))
        // Only now: what was not put down is asked for again at the next sign-in.
        await profiles.markEffectsEnqueued(user, now(), ctx.signal)
      }
      return done()
    },
    { can: ['done'], permissions: [...(profiles.permissions ?? []), ...(pendingEffects?.ledger.permissions ?? [])] },
  )
}
