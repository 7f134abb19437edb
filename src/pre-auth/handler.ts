import { maskInitErrors, type TriggerHandler, warmUp, warmUpEvent } from 'cognito-lifeguard'
import { documentClient } from 'cognito-lifeguard/aws'
import { type PreAuthentication, preAuthentication } from 'cognito-lifeguard/pre-auth'
import { blockUsers, dynamoBlockList } from 'cognito-lifeguard/rules'
import { logging, readSettings, refusals } from 'cognito-lifeguard/settings'
import { preAuthenticationSettings } from './settings.ts'

const settings = maskInitErrors(() => readSettings(preAuthenticationSettings, process.env))
const documents = documentClient()

/** Denies sign-ins of blocked users. If the rule throws, the sign-in fails. */
export const handler: TriggerHandler<PreAuthentication> = warmUp(warmUpEvent('PreAuthentication_Authentication'), (use, more) =>
  preAuthentication(
    { ...logging(settings), ...refusals(settings), ...more },
    blockUsers(dynamoBlockList({ documents: use(documents), table: settings.BLOCK_TABLE })),
  ),
)
