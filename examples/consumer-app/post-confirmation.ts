import { once, parallel } from 'cognito-lifeguard'
import { documentClient, sesClient } from 'cognito-lifeguard/aws'
import {
  dynamoLedger,
  dynamoProfiles,
  mailTemplate,
  mailTemplateByLocale,
  postConfirmation,
  sendWelcomeEmail,
  sesMailer,
  syncProfile,
} from 'cognito-lifeguard/post-confirmation'

const documents = documentClient()
const profiles = dynamoProfiles({ documents, table: process.env.PROFILE_TABLE ?? 'profiles' })
const ledger = dynamoLedger({ documents, table: process.env.EFFECT_TABLE ?? 'effects' })
const mailer = sesMailer({ ses: sesClient(), from: process.env.WELCOME_EMAIL_FROM ?? 'Example <welcome@example.com>' })

const values = { app: 'Example', url: 'https://app.example.com' }
const english = mailTemplate(
  {
    subject: 'Welcome to {{app}}',
    text: 'Hello{{#name}} {{name}}{{/name}},\n\nyou are in: {{url}}\n',
    html: '<p>Hello{{#name}} {{name}}{{/name}},</p><p>you are in: <a href="{{url}}">{{app}}</a></p>',
  },
  values,
)
const german = mailTemplate(
  {
    subject: 'Willkommen bei {{app}}',
    text: 'Hallo{{#name}} {{name}}{{/name}},\n\nhier geht es los: {{url}}\n',
    html: '<p>Hallo{{#name}} {{name}}{{/name}},</p><p>hier geht es los: <a href="{{url}}">{{app}}</a></p>',
  },
  values,
)
// One rule for all languages, because each user gets one email.
const template = mailTemplateByLocale({ en: english, de: german }, { fallback: 'en' })

export const handler = postConfirmation(
  parallel(
    syncProfile(profiles),
    // Cognito may send the event twice. The claim in the ledger prevents a second email.
    once(ledger, sendWelcomeEmail(mailer, template), { delivery: 'at-most-once' }),
  ),
)
