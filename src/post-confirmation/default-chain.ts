import { and, hasAttribute, type Ledger, not, once, parallel, type Rule, triggeredBy, when } from 'cognito-lifeguard'
import type { Documents, Ses } from 'cognito-lifeguard/aws'
import { dynamoInvites } from 'cognito-lifeguard/invites'
import {
  dynamoLedger,
  dynamoProfiles,
  keepInvite,
  mailTemplate,
  type PostConfirmation,
  sendWelcomeEmail,
  sesMailer,
  syncProfile,
} from 'cognito-lifeguard/post-confirmation'
import type { PostConfirmationSettings } from './settings.ts'
import html from './welcome.html'
import text from './welcome.txt'

/**
 * Composes the deployed post confirmation rules: a profile and, with INVITE_TABLE, a final use of the invitation for every confirmed user,
 * and one welcome email if a sender is set. The sweeper uses the same composition to run the pending effects of the trigger.
 */
export function defaultPostConfirmation(settings: PostConfirmationSettings, { documents, ses }: Clients): Rule<PostConfirmation> {
  const profile = syncProfile(dynamoProfiles({ documents, table: settings.PROFILE_TABLE }))
  if (settings.EFFECT_TABLE === undefined) return parallel(profile)
  const ledger = dynamoLedger({ documents, table: settings.EFFECT_TABLE })
  return parallel(profile, ...composeKeepInvite(settings, documents, ledger), ...composeWelcomeEmail(settings, ses, ledger))
}

function composeKeepInvite(
  { INVITE_TABLE: table }: PostConfirmationSettings,
  documents: Documents,
  ledger: Ledger,
): readonly Rule<PostConfirmation>[] {
  if (table === undefined) return []
  const keep = once(ledger, keepInvite(dynamoInvites({ documents, table })), { delivery: 'at-least-once' })
  return [when(not(triggeredBy('PostConfirmation_ConfirmForgotPassword')), keep)]
}

function composeWelcomeEmail(settings: PostConfirmationSettings, ses: Ses, ledger: Ledger): readonly Rule<PostConfirmation>[] {
  const { WELCOME_EMAIL_FROM: from, WELCOME_APP_NAME: appName, WELCOME_APP_URL: appUrl, WELCOME_EMAIL_DELIVERY: delivery } = settings
  if (from === undefined || appName === undefined || appUrl === undefined) return []
  const template = mailTemplate({ subject: 'Welcome to {{appName}}', text, html }, { appName, appUrl })
  const mailer = sesMailer({ ses, from, replyTo: settings.WELCOME_EMAIL_REPLY_TO })
  // The condition is around `once`, so that a password reset does not claim the effect in the ledger.
  const welcomed = and(triggeredBy('PostConfirmation_ConfirmSignUp'), hasAttribute('email_verified', 'true'))
  return [when(welcomed, once(ledger, sendWelcomeEmail(mailer, template), { delivery }))]
}

/** The clients that the chain uses. */
export interface Clients {
  readonly documents: Documents
  readonly ses: Ses
}
