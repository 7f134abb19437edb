import { type Documents, documentClient } from '../shared/aws/dynamodb.ts'
import type { TriggerHandler } from '../shared/lambda/define-trigger.ts'
import type { HandlerSettings } from '../shared/lambda/settings.ts'
import { warmUp } from '../shared/lambda/warm-up.ts'
import { dynamoOwed } from '../shared/ledger/dynamo-ledger.ts'
import { dynamoProfiles } from '../shared/profiles/dynamo-profiles.ts'
import { atInit } from '../shared/settings/at-init.ts'
import { logging } from '../shared/settings/logging.ts'
import { compiledSettings } from './compiled-settings.ts'
import { postAuthentication } from './post-authentication.ts'
import { type OwedAtSignIn, recordSignIn } from './record-sign-in.ts'
import { rehearse } from './rehearsal.ts'
import type { PostAuthenticationSettings } from './settings.ts'
import type { PostAuthentication } from './trigger.ts'

const settings = atInit(() => compiledSettings(process.env))
const documents = documentClient()
const givingWay = warmUp((ended) => rehearse(handlerOf, documents, ended))

export const handler: TriggerHandler<PostAuthentication> = handlerOf(givingWay(documents))

function handlerOf(client: Documents, more: HandlerSettings = {}): TriggerHandler<PostAuthentication> {
  const owed = owedBy(settings, client)
  const profiles = dynamoProfiles({ documents: client, table: settings.PROFILE_TABLE })
  return postAuthentication.with({ ...logging(settings), ...more })(recordSignIn(profiles, { ...(owed && { owed }) }))
}

/** The welcome mail, of which post confirmation may have left no record: a process that was killed, say. */
function owedBy(settings: PostAuthenticationSettings, documents: Documents): OwedAtSignIn | undefined {
  const { WELCOME_EMAIL_FROM: from, WELCOME_SINCE: createdSince, EFFECT_TABLE: table, WELCOME_EMAIL_CUT_OFF: cutOff } = settings
  if (from === undefined || createdSince === undefined || table === undefined) return undefined
  return { ledger: dynamoOwed({ documents, table }), effects: [{ effect: 'send-welcome-email', cutOff, createdSince }] }
}
