import { maskInitErrors, type TriggerHandler, warmUp, warmUpEvent } from 'cognito-lifeguard'
import { documentClient, sesClient } from 'cognito-lifeguard/aws'
import { type PostConfirmation, postConfirmation } from 'cognito-lifeguard/post-confirmation'
import { logging, readSettings } from 'cognito-lifeguard/settings'
import { defaultPostConfirmation } from './default-chain.ts'
import { postConfirmationSettings } from './settings.ts'

const settings = maskInitErrors(() => readSettings(postConfirmationSettings, process.env))
const documents = documentClient()
const ses = sesClient({ region: settings.SES_REGION })
// The user of the warm-up event has the sender's address. If the warm-up ever sent the email, only the sender would get it.
const event = warmUpEvent('PostConfirmation_ConfirmSignUp', settings.WELCOME_EMAIL_FROM?.address)

/** Stores a profile and sends the welcome email. If a rule throws, the error is logged and counted, and the user stays confirmed. */
export const handler: TriggerHandler<PostConfirmation> = warmUp(event, (use, more) =>
  postConfirmation({ ...logging(settings), ...more }, defaultPostConfirmation(settings, { documents: use(documents), ses: use(ses) })),
)
