import { defaultPostConfirmation } from '../post-confirmation/default-chain.ts'
import { cognitoClient } from '../shared/aws/cognito.ts'
import { documentClient } from '../shared/aws/dynamodb.ts'
import { sesClient } from '../shared/aws/ses.ts'
import { dynamoEffects } from '../shared/ledger/dynamo-effects.ts'
import { readSettings } from '../shared/settings/settings.ts'
import { cognitoUsers } from './cognito-users.ts'
import { sweeperSettings } from './settings.ts'
import { type SweeperHandler, sweeper } from './sweeper.ts'

const settings = readSettings(sweeperSettings, process.env)
const table = settings.EFFECT_TABLE
const documents = documentClient()

/** Runs effects that are due. On a schedule. */
export const handler: SweeperHandler = sweeper(defaultPostConfirmation(settings, { documents, ses: sesClient() }), {
  effects: dynamoEffects({ documents, table }),
  users: cognitoUsers(cognitoClient()),
  table,
})
