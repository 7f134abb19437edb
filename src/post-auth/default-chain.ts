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
  const pendingEffects = listRecoveredEffects(settings, documents)
  const profiles = dynamoProfiles({ documents, table: settings.PROFILE_TABLE })
  return recordSignIn(profiles, { ...(pendingEffects && { pendingEffects }) })
}

/** The clients that the rules use. */
export interface Clients {
  readonly documents: Documents
}

const DAY_MS = 24 * 60 * 60 * 1000
// The row that leads from a user to the reserved invitation expires after eight days.
const INVITE_DAYS = 8

/** Returns the effects that a sign-in enqueues if the user's confirmation left no row in the ledger, for example after a crash. */
function listRecoveredEffects(settings: PostAuthenticationSettings, documents: Documents): PendingEffectsAtSignIn | undefined {
  const { WELCOME_EMAIL_FROM, WELCOME_SINCE, INVITE_TABLE, EFFECT_TABLE: table, WELCOME_EMAIL_DELIVERY: delivery } = settings
  if (table === undefined) return undefined
  const createdSince = new Date(Date.now() - INVITE_DAYS * DAY_MS)
  const effects: PendingEffectsAtSignIn['effects'] = [
    ...(WELCOME_EMAIL_FROM && WELCOME_SINCE ? [{ effect: 'send-welcome-email', delivery, createdSince: WELCOME_SINCE }] : []),
    ...(INVITE_TABLE ? [{ effect: 'keep-invite', delivery: 'at-least-once', createdSince } as const] : []),
  ]
  return effects.length === 0 ? undefined : { ledger: dynamoPendingEffects({ documents, table }), effects }
}
