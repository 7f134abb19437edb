import { parallel } from '../../../../../src/index.ts'
import {
  dynamoProfiles,
  mailTemplate,
  postConfirmation,
  sendWelcomeEmail,
  sesMailer,
  syncProfile,
} from '../../../../../src/post-confirmation/index.ts'
import { documentClient, sesClient } from '../../../../../src/shared/aws/index.ts'

const template = mailTemplate(
  { subject: 'Welcome', text: 'Welcome', html: '<p>Welcome</p>' },
  { appName: 'Example', appUrl: 'https://example.com' },
)

export const handler = postConfirmation(
  parallel(
    syncProfile(dynamoProfiles({ documents: documentClient(), table: process.env.PROFILE_TABLE })),
    sendWelcomeEmail(sesMailer({ ses: sesClient(), from: process.env.WELCOME_EMAIL_FROM }), template),
  ),
)
