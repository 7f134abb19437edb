import { documentClient } from '../shared/aws/dynamodb.ts'
import type { TriggerHandler } from '../shared/lambda/define-trigger.ts'
import { warmUp } from '../shared/lambda/warm-up.ts'
import { dynamoOwed } from '../shared/ledger/dynamo-owed.ts'
import { dynamoProfiles, warmProfiles } from '../shared/profiles/dynamo-profiles.ts'
import { atInit } from '../shared/settings/at-init.ts'
import { logging } from '../shared/settings/logging.ts'
import { compiledSettings } from './compiled-settings.ts'
import { postAuthentication } from './post-authentication.ts'
import { type OwedAtSignIn, recordSignIn } from './record-sign-in.ts'
import type { PostAuthenticationSettings } from './settings.ts'
import type { PostAuthentication } from './trigger.ts'

const settings = atInit(() => compiledSettings(process.env))
const documents = documentClient()
const profiles = { documents, table: settings.PROFILE_TABLE }
const owed = owedBy(settings)

export const handler: TriggerHandler<PostAuthentication> = postAuthentication.with(logging(settings))(
  recordSignIn(dynamoProfiles(profiles), { ...(owed && { owed }) }),
)

warmUp(warmProfiles(profiles))

/** The welcome mail, of which post confirmation may have left no record: a process that was killed, say. */
function owedBy(settings: PostAuthenticationSettings): OwedAtSignIn | undefined {
  const { WELCOME_EMAIL_FROM: from, WELCOME_SINCE: createdSince, EFFECT_TABLE: table, WELCOME_EMAIL_CUT_OFF: cutOff } = settings
  if (from === undefined || createdSince === undefined || table === undefined) return undefined
  return { ledger: dynamoOwed({ documents, table }), effects: [{ effect: 'send-welcome-email', cutOff, createdSince }] }
}
