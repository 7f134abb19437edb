import type { Rule } from 'cognito-lifeguard'
import type { Documents } from 'cognito-lifeguard/aws'
import {
  dynamoPendingEffects,
  dynamoProfiles,
  type PendingEffectsAtSignIn,
  type PostAuthentication,
  recordSignIn,
} from 'cognito-lifeguard/post-auth'
import type { PostAuthenticationSettings } from './settings.ts'

/**
 * Composes the deployed post authentication rules: a record of each sign-in. The sweeper uses the same composition, so it also runs the
 * pending effects of a `once` that you add here.
 */
export function defaultPostAuthentication(settings: PostAuthenticationSettings, { documents }: Clients): Rule<PostAuthentication> {
  const pendingEffects = pendingWelcomeEmail(settings, documents)
  const profiles = dynamoProfiles({ documents, table: settings.PROFILE_TABLE })
  return recordSignIn(profiles, { ...(pendingEffects && { pendingEffects }) })
}

/** The clients that the rules use. */
export interface Clients {
  readonly documents: Documents
}

/** Returns the welcome email as a pending effect, for users whose confirmation left no row in the ledger, for example after a crash. */
function pendingWelcomeEmail(settings: PostAuthenticationSettings, documents: Documents): PendingEffectsAtSignIn | undefined {
  const { WELCOME_EMAIL_FROM: from, WELCOME_SINCE: createdSince, EFFECT_TABLE: table, WELCOME_EMAIL_DELIVERY: delivery } = settings
  if (from === undefined || createdSince === undefined || table === undefined) return undefined
  return { ledger: dynamoPendingEffects({ documents, table }), effects: [{ effect: 'send-welcome-email', delivery, createdSince }] }
}
