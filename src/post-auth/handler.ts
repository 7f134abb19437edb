import { documentClient } from '../shared/aws/dynamodb.ts'
import type { TriggerHandler } from '../shared/lambda/define-trigger.ts'
import { dynamoProfiles } from '../shared/profiles/dynamo-profiles.ts'
import { atInit } from '../shared/settings/at-init.ts'
import { logging } from '../shared/settings/logging.ts'
import { compiledSettings } from './compiled-settings.ts'
import { postAuthentication } from './post-authentication.ts'
import { recordSignIn } from './record-sign-in.ts'
import type { PostAuthentication } from './trigger.ts'

const settings = atInit(() => compiledSettings(process.env))
const profiles = dynamoProfiles({ documents: documentClient(), table: settings.PROFILE_TABLE })

export const handler: TriggerHandler<PostAuthentication> = postAuthentication.with(logging(settings))(recordSignIn(profiles))
