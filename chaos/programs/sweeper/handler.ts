import { cognitoClient, documentClient, sesClient } from 'cognito-lifeguard/aws'
import { eventBridgeClient } from 'cognito-lifeguard/eventbridge'
import { readSettings } from 'cognito-lifeguard/settings'
import { cognitoUsers, dynamoEffects, type SweeperHandler, sweeper } from 'cognito-lifeguard/sweeper'
import { extendedPostConfirmation, extendedSettings } from '../composition.ts'

const settings = readSettings(extendedSettings, process.env)
const table = settings.EFFECT_TABLE
const clients = { documents: documentClient(), ses: sesClient(), cognito: cognitoClient(), eventBridge: eventBridgeClient() }

/** Runs the pending effects of post confirmation. */
export const handler: SweeperHandler = sweeper(
  { PostConfirmation: extendedPostConfirmation(settings, clients) },
  { effects: dynamoEffects({ documents: clients.documents, table }), users: cognitoUsers(clients.cognito), table },
)
