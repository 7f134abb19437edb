import { onlyConnecting } from '../shared/aws/only-connect.ts'
import { REHEARSED_CONTEXT, REHEARSED_EVENT, rehearsing } from '../shared/lambda/warm-up.ts'
import { logging } from '../shared/settings/fields.ts'
import { type Clients, defaultPostConfirmation } from './default-chain.ts'
import { postConfirmation } from './post-confirmation.ts'
import type { PostConfirmationSettings } from './settings.ts'
import type { PostConfirmationEvent } from './trigger.ts'

/** What every write is answered with: an effect that is claimed, of which the ledger reads what it needs. */
const ITEM = '{"Attributes":{"state":{"S":"pending"},"token":{"S":"warm-up"},"attempt":{"N":"1"}}}'
const SENT =
  '<SendEmailResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><SendEmailResult><MessageId>0</MessageId></SendEmailResult></SendEmailResponse>'

/**
 * A confirmed sign-up that never was, through the chain that is deployed. No profile is written and no mail is sent.
 *
 * @param ended Ends it.
 */
export function rehearse(settings: PostConfirmationSettings, { documents, ses }: Clients, ended: AbortSignal): Promise<unknown> {
  const clients = {
    documents: () => onlyConnecting(documents(), ITEM, ended),
    ses: () => onlyConnecting(ses(), SENT, ended),
  }
  const handler = postConfirmation.with({ ...logging(settings), ...rehearsing() })(defaultPostConfirmation(settings, clients))
  return handler(signUp(settings.WELCOME_EMAIL_FROM ?? 'warm-up@example.com'), REHEARSED_CONTEXT)
}

/** Were it ever sent, the mail would go to its own sender. */
function signUp(email: string): PostConfirmationEvent {
  return {
    ...REHEARSED_EVENT,
    triggerSource: 'PostConfirmation_ConfirmSignUp',
    request: { userAttributes: { sub: 'warm-up', email, email_verified: 'true', given_name: 'Ann' } },
  }
}
