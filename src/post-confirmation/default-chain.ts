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
 * What is deployed as post confirmation: a profile of every confirmed user and, where a sender is set, one welcome mail. The
 * sweeper composes the same, to run what the trigger could not.
 */
export function defaultPostConfirmation(settings: PostConfirmationSettings, { documents, ses }: Clients): Rule<PostConfirmation> {
  const profile = syncProfile(dynamoProfiles({ documents, table: settings.PROFILE_TABLE }))
  const { WELCOME_EMAIL_FROM: from, WELCOME_APP_NAME: appName, WELCOME_APP_URL: appUrl, EFFECT_TABLE: table } = settings
  if (from === undefined || appName === undefined || appUrl === undefined || table === undefined) return parallel(profile)
  const template = mailTemplate({ subject: 'Welcome to {{appName}}', text, html }, { appName, appUrl })
  const mail = sendWelcomeEmail(sesMailer({ ses, from }), template)
  // Asked before the ledger is: a password reset must not cost a claim.
  const welcomed = and(triggeredBy('PostConfirmation_ConfirmSignUp'), hasAttribute('email_verified', 'true'))
  return parallel(profile, when(welcomed, once(dynamoLedger({ documents, table }), mail, { delivery: settings.WELCOME_EMAIL_DELIVERY })))
}

/** The clients that the chain uses. */
export interface Clients {
  readonly documents: Documents
  readonly ses: Ses
}
