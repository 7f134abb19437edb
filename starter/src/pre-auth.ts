import { atInit } from 'cognito-lifeguard'
import { blockUsers, documentClient, dynamoBlockList, preAuthentication } from 'cognito-lifeguard/pre-auth'
import { logging, required } from './settings.ts'

/** Who may not sign in. A rule that breaks refuses. */
export const handler = atInit(() => {
  const blocks = dynamoBlockList({ documents: documentClient(), table: required('BLOCK_TABLE') })
  return preAuthentication.with(logging())(blockUsers(blocks))
})
