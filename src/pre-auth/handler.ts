import { type Documents, documentClient } from '../shared/aws/dynamodb.ts'
import { blockUsers } from '../shared/blocks/block-users.ts'
import { dynamoBlockList } from '../shared/blocks/dynamo-block-list.ts'
import type { TriggerHandler } from '../shared/lambda/define-trigger.ts'
import type { HandlerSettings } from '../shared/lambda/settings.ts'
import { warmUp } from '../shared/lambda/warm-up.ts'
import { atInit } from '../shared/settings/at-init.ts'
import { logging } from '../shared/settings/fields.ts'
import { readSettings } from '../shared/settings/settings.ts'
import { preAuthentication } from './pre-authentication.ts'
import { rehearse } from './rehearsal.ts'
import { preAuthenticationSettings } from './settings.ts'
import type { PreAuthentication } from './trigger.ts'

const settings = atInit(() => readSettings(preAuthenticationSettings, process.env))
const documents = documentClient()
const givingWay = warmUp((ended) => rehearse(handlerOf, documents, settings.BLOCK_TABLE, ended))

export const handler: TriggerHandler<PreAuthentication> = handlerOf(givingWay(documents))

function handlerOf(client: Documents, more: HandlerSettings = {}): TriggerHandler<PreAuthentication> {
  const blocks = dynamoBlockList({ documents: client, table: settings.BLOCK_TABLE })
  return preAuthentication.with({ ...logging(settings), ...more })(blockUsers(blocks))
}
