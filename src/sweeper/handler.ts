import { defaultPostConfirmation } from '../post-confirmation/default-chain.ts'
import { documentClient } from '../shared/aws/dynamodb.ts'
import { dynamoEffects } from '../shared/ledger/dynamo-effects.ts'
import { cognitoClient, cognitoUsers } from './cognito-users.ts'
import { readSweeperSettings } from './settings.ts'
import { type SweeperHandler, sweeper } from './sweeper.ts'

const settings = readSweeperSettings(process.env)
const table = settings.EFFECT_TABLE

/** Runs effects that are due. On a schedule. */
export const handler: SweeperHandler = sweeper(defaultPostConfirmation(settings), {
  effects: dynamoEffects({ documents: documentClient(), table }),
  users: cognitoUsers(cognitoClient()),
  table,
})
