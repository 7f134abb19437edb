import {
  documentClient,
  dynamoMailClaims,
  dynamoProfiles,
  mailTemplate,
  onceOnly,
  postConfirmation,
  sendWelcomeEmail,
  sesClient,
  sesMailer,
  syncProfile,
} from 'cognito-lifeguard/post-confirmation'

const store = { documents: documentClient(), table: process.env.PROFILE_TABLE ?? 'profiles' }
const mailer = sesMailer({ ses: sesClient(), from: process.env.WELCOME_EMAIL_FROM ?? 'welcome@example.com' })

const template = mailTemplate(
  {
    subject: 'Welcome to {{app}}',
    text: 'Hello{{#name}} {{name}}{{/name}},\n\nyou are in: {{url}}\n',
    html: '<p>Hello{{#name}} {{name}}{{/name}},</p><p>you are in: <a href="{{url}}">{{app}}</a></p>',
  },
  { app: 'Example', url: 'https://app.example.com' },
)

export const handler = postConfirmation(
  syncProfile(dynamoProfiles(store)),
  // Cognito may call twice; the claim on the profile keeps the second mail back.
  sendWelcomeEmail(onceOnly(mailer, dynamoMailClaims(store)), template),
)
