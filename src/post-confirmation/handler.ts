import { documentClient } from '../shared/aws/dynamodb.ts'
import { sesClient } from '../shared/aws/ses.ts'
import type { TriggerHandler } from '../shared/lambda/define-trigger.ts'
import { dynamoProfiles } from '../shared/profiles/dynamo-profiles.ts'
import type { Rule } from '../shared/rules/rule.ts'
import { logging } from '../shared/settings/settings.ts'
import { dynamoMailClaims } from './dynamo-mail-claims.ts'
import { onceOnly } from './once-only.ts'
import { postConfirmation } from './post-confirmation.ts'
import { sendWelcomeEmail } from './send-welcome-email.ts'
import { sesMailer } from './ses-mailer.ts'
import { readPostConfirmationSettings } from './settings.ts'
import { syncProfile } from './sync-profile.ts'
import { mailTemplate } from './template.ts'
import type { PostConfirmation } from './trigger.ts'
import html from './welcome.html'
import text from './welcome.txt'

const settings = readPostConfirmationSettings(process.env)
const store = { documents: documentClient(), table: settings.PROFILE_TABLE }

function welcome(): readonly Rule<PostConfirmation>[] {
  const { WELCOME_EMAIL_FROM: from, WELCOME_APP_NAME: appName, WELCOME_APP_URL: appUrl } = settings
  if (from === undefined || appName === undefined || appUrl === undefined) return []
  const mailer = onceOnly(sesMailer({ ses: sesClient(), from }), dynamoMailClaims(store))
  return [sendWelcomeEmail(mailer, mailTemplate({ subject: 'Welcome to {{appName}}', text, html }, { appName, appUrl }))]
}

export const handler: TriggerHandler<PostConfirmation> = postConfirmation.with(logging(settings))(
  syncProfile(dynamoProfiles(store)),
  ...welcome(),
)
