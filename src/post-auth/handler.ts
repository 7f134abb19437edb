import { type Documents, documentClient } from '../shared/aws/dynamodb.ts'
import type { TriggerHandler } from '../shared/lambda/define-trigger.ts'
import { warmUp, warmUpEvent } from '../shared/lambda/warm-up.ts'
import { dynamoOwed } from '../shared/ledger/dynamo-owed.ts'
import { dynamoProfiles } from '../shared/profiles/dynamo-profiles.ts'
import { atInit } from '../shared/settings/at-init.ts'
import { logging } from '../shared/settings/fields.ts'
import { readSettings } from '../shared/settings/settings.ts'
import { type OwedAtSignIn, recordSignIn } from './record-sign-in.ts'
import { postAuthenticationSettings } from './settings.ts'
import type { PostAuthentication } from './trigger.ts'
import { postAuthentication } from './trigger.ts'

const settings = atInit(() => readSettings(postAuthenticationSettings, process.env))
const documents = documentClient()

/** Records sign-ins. A rule that throws is logged and counted, and the user is signed in. */
export const handler: TriggerHandler<PostAuthentication> = warmUp(warmUpEvent('PostAuthentication_Authentication'), (use, more) => {
  const client = use(documents)
  const owed = welcomeEmailOwed(client)
  const profiles = dynamoProfiles({ documents: client, table: settings.PROFILE_TABLE })
  return postAuthentication.with({ ...logging(settings), ...more })(recordSignIn(profiles, { ...(owed && { owed }) }))
})

/** The welcome email of users whose confirmation left no record, for example because the process was killed. */
function welcomeEmailOwed(documents: Documents): OwedAtSignIn | undefined {
  const { WELCOME_EMAIL_FROM: from, WELCOME_SINCE: createdSince, EFFECT_TABLE: table, WELCOME_EMAIL_CUT_OFF: cutOff } = settings
  if (from === undefined || createdSince === undefined || table === undefined) return undefined
  return { ledger: dynamoOwed({ documents, table }), effects: [{ effect: 'send-welcome-email', cutOff, createdSince }] }
}
