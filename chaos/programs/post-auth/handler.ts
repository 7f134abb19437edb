import type { TriggerHandler } from 'cognito-lifeguard'
import { documentClient } from 'cognito-lifeguard/aws'
import {
  dynamoPendingEffects,
  dynamoProfiles,
  type PostAuthentication,
  postAuthentication,
  recordSignIn,
} from 'cognito-lifeguard/post-auth'
import { readSettings } from 'cognito-lifeguard/settings'
import { extendedSettings, listEffects } from '../composition.ts'

const settings = readSettings(extendedSettings, process.env)
const documents = documentClient()
const effects = listEffects(settings.WELCOME_EMAIL_DELIVERY).map((each) => ({ ...each, createdSince: settings.WELCOME_SINCE }))

/** Enqueues the effects of a user whose confirmation left no row in the ledger. */
export const handler: TriggerHandler<PostAuthentication> = postAuthentication(
  recordSignIn(dynamoProfiles({ documents, table: settings.PROFILE_TABLE }), {
    pendingEffects: { ledger: dynamoPendingEffects({ documents, table: settings.EFFECT_TABLE }), effects },
  }),
)
