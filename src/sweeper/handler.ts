import { cognitoClient, documentClient, sesClient } from 'cognito-lifeguard/aws'
import { readSettings } from 'cognito-lifeguard/settings'
import { cognitoUsers, dynamoEffects, type SweeperHandler, sweeper } from 'cognito-lifeguard/sweeper'
import { defaultPostConfirmation } from '../post-confirmation/default-chain.ts'
import { sweeperSettings } from './settings.ts'

const settings = readSettings(sweeperSettings, process.env)
const table = settings.EFFECT_TABLE
const documents = documentClient()

/** Runs the pending effects that are due. A schedule calls this handler. */
export const handler: SweeperHandler = sweeper(
  defaultPostConfirmation(settings, { documents, ses: sesClient({ region: settings.SES_REGION }) }),
  {
    effects: dynamoEffects({ documents, table }),
    users: cognitoUsers(cognitoClient()),
    table,
  },
)
