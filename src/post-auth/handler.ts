import { maskInitErrors, type TriggerHandler, warmUp, warmUpEvent } from 'cognito-lifeguard'
import { type Documents, documentClient } from 'cognito-lifeguard/aws'
import {
  dynamoPendingEffects,
  dynamoProfiles,
  type PendingEffectsAtSignIn,
  type PostAuthentication,
  postAuthentication,
  recordSignIn,
} from 'cognito-lifeguard/post-auth'
import { logging, readSettings } from 'cognito-lifeguard/settings'
import { postAuthenticationSettings } from './settings.ts'

const settings = maskInitErrors(() => readSettings(postAuthenticationSettings, process.env))
const documents = documentClient()

/** Records sign-ins. If a rule throws, the error is logged and counted, and the sign-in continues. */
export const handler: TriggerHandler<PostAuthentication> = warmUp(warmUpEvent('PostAuthentication_Authentication'), (use, more) => {
  const client = use(documents)
  const pendingEffects = pendingWelcomeEmail(client)
  const profiles = dynamoProfiles({ documents: client, table: settings.PROFILE_TABLE })
  return postAuthentication({ ...logging(settings), ...more }, recordSignIn(profiles, { ...(pendingEffects && { pendingEffects }) }))
})

/** Returns the welcome email as a pending effect, for users whose confirmation left no row in the ledger, for example after a crash. */
function pendingWelcomeEmail(documents: Documents): PendingEffectsAtSignIn | undefined {
  const { WELCOME_EMAIL_FROM: from, WELCOME_SINCE: createdSince, EFFECT_TABLE: table, WELCOME_EMAIL_DELIVERY: delivery } = settings
  if (from === undefined || createdSince === undefined || table === undefined) return undefined
  return { ledger: dynamoPendingEffects({ documents, table }), effects: [{ effect: 'send-welcome-email', delivery, createdSince }] }
}
