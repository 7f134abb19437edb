import { and, hasAttribute, once, parallel, type Rule, triggeredBy, when } from 'cognito-lifeguard'
import type { Documents, Ses } from 'cognito-lifeguard/aws'
import {
  dynamoLedger,
  dynamoProfiles,
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
 * Composes the deployed post confirmation rules: a profile of every confirmed user and, if a sender is set, one welcome email. The
 * sweeper uses the same composition to run the pending effects of the trigger.
 */
export function defaultPostConfirmation(settings: PostConfirmationSettings, { documents, ses }: Clients): Rule<PostConfirmation> {
  const profile = syncProfile(dynamoProfiles({ documents, table: settings.PROFILE_TABLE }))
  const { WELCOME_EMAIL_FROM: from, WELCOME_APP_NAME: appName, WELCOME_APP_URL: appUrl, EFFECT_TABLE: table } = settings
  if (from === undefined || appName === undefined || appUrl === undefined || table === undefined) return parallel(profile)
  const template = mailTemplate({ subject: 'Welcome to {{appName}}', text, html }, { appName, appUrl })
  const mailer = sesMailer({ ses, from, replyTo: settings.WELCOME_EMAIL_REPLY_TO })
  const mail = sendWelcomeEmail(mailer, template)
  // The condition is around `once`, so that a password reset does not claim the effect in the ledger.
  const welcomed = and(triggeredBy('PostConfirmation_ConfirmSignUp'), hasAttribute('email_verified', 'true'))
  return parallel(profile, when(welcomed, once(dynamoLedger({ documents, table }), mail, { delivery: settings.WELCOME_EMAIL_DELIVERY })))
}

/** The clients that the chain uses. */
export interface Clients {
  readonly documents: Documents
  readonly ses: Ses
}
