import { cognitoClient, documentClient, sesClient } from 'cognito-lifeguard/aws'
import { readSettings } from 'cognito-lifeguard/settings'
import { cognitoUsers, dynamoEffects, type SweeperHandler, type SweptCompositions, sweeper } from 'cognito-lifeguard/sweeper'
import { defaultPostAuthentication } from '../post-auth/default-chain.ts'
import { defaultPostConfirmation } from '../post-confirmation/default-chain.ts'
import { sweeperSettings } from './settings.ts'

const settings = readSettings(sweeperSettings, process.env)
const table = settings.EFFECT_TABLE
const documents = documentClient()

/** The compositions of all triggers with effects. `Required` makes a missing trigger an error of the compiler. */
const compositions: Required<SweptCompositions> = {
  PostConfirmation: defaultPostConfirmation(settings, { documents, ses: sesClient({ region: settings.SES_REGION }) }),
  PostAuthentication: defaultPostAuthentication(settings, { documents }),
}

/** Runs the pending effects that are due. A schedule calls this handler. */
export const handler: SweeperHandler = sweeper(compositions, {
  effects: dynamoEffects({ documents, table }),
  users: cognitoUsers(cognitoClient()),
  table,
})
