import { failOpen, maskInitErrors, not, type TriggerHandler, triggeredBy, warmUp, warmUpEvent, when } from 'cognito-lifeguard'
import { documentClient } from 'cognito-lifeguard/aws'
import { attributesAsClaims, type PreTokenGeneration, preTokenGeneration } from 'cognito-lifeguard/pre-token'
import { blockUsers, dynamoBlockList } from 'cognito-lifeguard/rules'
import { logging, readSettings, refusals } from 'cognito-lifeguard/settings'
import { preTokenGenerationSettings } from './settings.ts'

const settings = maskInitErrors(() => readSettings(preTokenGenerationSettings, process.env))
const documents = documentClient()
// Checks the names of the attributes while the error is masked.
const claims = maskInitErrors(() => {
  const { ACCESS_TOKEN_ATTRIBUTES: access } = settings
  return access === undefined ? [] : [attributesAsClaims({ access })]
})

/** Holds for tokens of users. Client credentials have no user to look up. */
const forUser = not(triggeredBy('TokenGeneration_ClientCredentials'))

/**
 * Denies tokens to blocked users, at sign-in and at token refresh. Pre authentication does not run at a refresh. Also copies attributes
 * into the access token, if the settings name some.
 */
export const handler: TriggerHandler<PreTokenGeneration> = warmUp(warmUpEvent('TokenGeneration_Authentication'), (use, more) => {
  const block = blockUsers<PreTokenGeneration>(dynamoBlockList({ documents: use(documents), table: settings.BLOCK_TABLE }))
  const rule = settings.BLOCK_WHEN_UNKNOWN === 'allow' ? failOpen(block) : block
  return preTokenGeneration({ ...logging(settings), ...refusals(settings), ...more }, when(forUser, rule), ...claims)
})
