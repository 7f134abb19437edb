import { type Documents, documentClient } from '../shared/aws/dynamodb.ts'
import { type Ses, sesClient } from '../shared/aws/ses.ts'
import { dynamoLedger } from '../shared/ledger/dynamo-ledger.ts'
import { dynamoProfiles } from '../shared/profiles/dynamo-profiles.ts'
import { together, when } from '../shared/rules/combinators.ts'
import { and, hasAttribute, triggeredBy } from '../shared/rules/condition.ts'
import { once } from '../shared/rules/once.ts'
import type { Rule } from '../shared/rules/rule.ts'
import { sendWelcomeEmail } from './send-welcome-email.ts'
import { sesMailer } from './ses-mailer.ts'
import type { PostConfirmationSettings } from './settings.ts'
import { syncProfile } from './sync-profile.ts'
import { mailTemplate } from './template.ts'
import type { PostConfirmation } from './trigger.ts'
import html from './welcome.html'
import text from './welcome.txt'

/**
 * What is deployed as post confirmation: a profile of every confirmed user and, where a sender is set, one welcome mail. The
 * sweeper composes the same, to run what the trigger could not.
 */
export function defaultPostConfirmation(settings: PostConfirmationSettings, clients: Clients = makeClients()): Rule<PostConfirmation> {
  const { documents, ses } = clients
  const profile = syncProfile(dynamoProfiles({ documents, table: settings.PROFILE_TABLE }))
  const { WELCOME_EMAIL_FROM: from, WELCOME_APP_NAME: appName, WELCOME_APP_URL: appUrl, EFFECT_TABLE: table } = settings
  if (from === undefined || appName === undefined || appUrl === undefined || table === undefined) return together(profile)
  const template = mailTemplate({ subject: 'Welcome to {{appName}}', text, html }, { appName, appUrl })
  const mail = sendWelcomeEmail(sesMailer({ ses, from }), template)
  // Asked before the ledger is: a password reset must not cost a claim.
  const welcomed = and(triggeredBy('PostConfirmation_ConfirmSignUp'), hasAttribute('email_verified', 'true'))
  return together(profile, when(welcomed, once(dynamoLedger({ documents, table }), mail, { cutOff: settings.WELCOME_EMAIL_CUT_OFF })))
}

/** The clients that the chain uses. */
export interface Clients {
  readonly documents: Documents
  readonly ses: Ses
}

/** Clients that are made at their first use. */
export function makeClients(): Clients {
  return { documents: documentClient(), ses: sesClient() }
}
