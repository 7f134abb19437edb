import { documentClient } from '../shared/aws/dynamodb.ts'
import type { TriggerHandler } from '../shared/lambda/define-trigger.ts'
import { warmUp } from '../shared/lambda/warm-up.ts'
import { atInit } from '../shared/settings/at-init.ts'
import { logging } from '../shared/settings/logging.ts'
import { blockUsers } from './block-users.ts'
import { compiledSettings } from './compiled-settings.ts'
import { dynamoBlockList, warmBlockList } from './dynamo-block-list.ts'
import { preAuthentication } from './pre-authentication.ts'
import type { PreAuthentication } from './trigger.ts'

const settings = atInit(() => compiledSettings(process.env))
const blocks = { documents: documentClient(), table: settings.BLOCK_TABLE }

export const handler: TriggerHandler<PreAuthentication> = preAuthentication.with(logging(settings))(blockUsers(dynamoBlockList(blocks)))

warmUp(warmBlockList(blocks))
