import { and, hasAttribute, once, type Rule, together, triggeredBy, when } from 'cognito-lifeguard'
import {
  documentClient,
  dynamoLedger,
  dynamoProfiles,
  mailTemplate,
  type PostConfirmation,
  sendWelcomeEmail,
  sesClient,
  sesMailer,
  syncProfile,
} from 'cognito-lifeguard/post-confirmation'
import { emailAddress, line, oneOf, required, webAddress } from './settings.ts'
import { WELCOME } from './welcome-mail.ts'

/** A profile and, where a sender is set, one welcome mail. The sweeper composes the same, to run what was cut off here. */
export function whenConfirmed(): Rule<PostConfirmation> {
  const documents = documentClient()
  const profile = syncProfile(dynamoProfiles({ documents, table: required('PROFILE_TABLE') }))
  const from = emailAddress('WELCOME_EMAIL_FROM')
  if (from === undefined) return together(profile)

  const template = mailTemplate(WELCOME, { appName: line('WELCOME_APP_NAME'), appUrl: webAddress('WELCOME_APP_URL') })
  // Cognito may call more than once: the claim in the ledger keeps a second mail back.
  const mail = once(
    dynamoLedger({ documents, table: required('EFFECT_TABLE') }),
    sendWelcomeEmail(sesMailer({ ses: sesClient(), from }), template),
    { cutOff: oneOf('WELCOME_EMAIL_CUT_OFF', ['at-most-once', 'at-least-once'], 'at-most-once') },
  )
  // A reset password calls this trigger too, and an address that nobody has proven is not written to.
  return together(profile, when(and(triggeredBy('PostConfirmation_ConfirmSignUp'), hasAttribute('email_verified', 'true')), mail))
}
