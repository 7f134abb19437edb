import { once } from 'cognito-lifeguard'
import { cognitoClient, documentClient } from 'cognito-lifeguard/aws'
import { addToGroup, cognitoGroups, dynamoLedger, postConfirmation } from 'cognito-lifeguard/post-confirmation'

const ledger = dynamoLedger({ documents: documentClient(), table: process.env.EFFECT_TABLE ?? 'effects' })
const groups = cognitoGroups({ cognito: cognitoClient() })

// Pre sign-up admits only employees, so every confirmed user belongs to the group. The sweeper retries after an error.
export const handler = postConfirmation(once(ledger, addToGroup('staff', groups), { delivery: 'at-least-once' }))
