import type { TriggerHandler } from 'cognito-lifeguard'
import { cognitoClient, documentClient, sesClient } from 'cognito-lifeguard/aws'
import { eventBridgeClient } from 'cognito-lifeguard/eventbridge'
import { type PostConfirmation, postConfirmation } from 'cognito-lifeguard/post-confirmation'
import { readSettings } from 'cognito-lifeguard/settings'
import { extendedPostConfirmation, extendedSettings } from '../composition.ts'

const clients = { documents: documentClient(), ses: sesClient(), cognito: cognitoClient(), eventBridge: eventBridgeClient() }

/** Runs six effects for each confirmed user. */
export const handler: TriggerHandler<PostConfirmation> = postConfirmation(
  extendedPostConfirmation(readSettings(extendedSettings, process.env), clients),
)
