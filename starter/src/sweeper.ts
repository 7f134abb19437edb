import { cognitoClient, cognitoUsers, documentClient, dynamoEffects, sweeper } from 'cognito-lifeguard/sweeper'
import { required } from './settings.ts'
import { whenConfirmed } from './when-confirmed.ts'

const table = required('EFFECT_TABLE')

/** Runs what post confirmation could not bring to an end. serverless.yml calls it on a schedule. */
export const handler = sweeper(whenConfirmed(), {
  effects: dynamoEffects({ documents: documentClient(), table }),
  users: cognitoUsers(cognitoClient()),
  table,
})
