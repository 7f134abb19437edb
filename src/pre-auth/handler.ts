import { documentClient } from '../shared/aws/dynamodb.ts'
import { blockUsers } from '../shared/blocks/block-users.ts'
import { dynamoBlockList } from '../shared/blocks/dynamo-block-list.ts'
import type { TriggerHandler } from '../shared/lambda/define-trigger.ts'
import { warmUp, warmUpEvent } from '../shared/lambda/warm-up.ts'
import { atInit } from '../shared/settings/at-init.ts'
import { logging } from '../shared/settings/fields.ts'
import { readSettings } from '../shared/settings/settings.ts'
import { preAuthenticationSettings } from './settings.ts'
import type { PreAuthentication } from './trigger.ts'
import { preAuthentication } from './trigger.ts'

const settings = atInit(() => readSettings(preAuthenticationSettings, process.env))
const documents = documentClient()

/** Denies blocked users. A rule that throws denies. */
export const handler: TriggerHandler<PreAuthentication> = warmUp(warmUpEvent('PreAuthentication_Authentication'), (use, more) =>
  preAuthentication.with({ ...logging(settings), ...more })(
    blockUsers(dynamoBlockList({ documents: use(documents), table: settings.BLOCK_TABLE })),
  ),
)
