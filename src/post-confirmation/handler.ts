import { documentClient } from '../shared/aws/dynamodb.ts'
import { sesClient } from '../shared/aws/ses.ts'
import type { TriggerHandler } from '../shared/lambda/define-trigger.ts'
import { warmUp, warmUpEvent } from '../shared/lambda/warm-up.ts'
import { atInit } from '../shared/settings/at-init.ts'
import { logging } from '../shared/settings/fields.ts'
import { readSettings } from '../shared/settings/settings.ts'
import { defaultPostConfirmation } from './default-chain.ts'
import { postConfirmationSettings } from './settings.ts'
import type { PostConfirmation } from './trigger.ts'
import { postConfirmation } from './trigger.ts'

const settings = atInit(() => readSettings(postConfirmationSettings, process.env))
const documents = documentClient()
const ses = sesClient()
// If the warm-up ever sent the email, it would go to its own sender.
const event = warmUpEvent('PostConfirmation_ConfirmSignUp', settings.WELCOME_EMAIL_FROM)

/** Stores a profile and sends the welcome email. A rule that throws is logged and counted, and the user is confirmed. */
export const handler: TriggerHandler<PostConfirmation> = warmUp(event, (use, more) =>
  postConfirmation.with({ ...logging(settings), ...more })(defaultPostConfirmation(settings, { documents: use(documents), ses: use(ses) })),
)
