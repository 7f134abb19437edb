import { once, triggeredBy, when } from 'cognito-lifeguard'
import { cognitoClient } from 'cognito-lifeguard/aws'
import { addToGroup, cognitoGroups, dynamoLedger, keepInvite, postConfirmation } from 'cognito-lifeguard/post-confirmation'
import { ensureProfile, keepCanonicalEmail, publishEvent } from 'cognito-lifeguard/rules'
import { bus } from './event-bus.ts'
import { documents, emails, invites, profiles } from './services.ts'

const ledger = dynamoLedger({ documents, table: process.env.EFFECT_TABLE ?? 'effects' })
const groups = cognitoGroups({ cognito: cognitoClient() })
// Each of these effects may run twice. The sweeper retries after an error.
const retried = { delivery: 'at-least-once' } as const

export const handler = postConfirmation(
  // The trigger also runs after a password reset.
  when(
    triggeredBy('PostConfirmation_ConfirmSignUp'),
    once(ledger, keepInvite(invites), retried),
    once(ledger, keepCanonicalEmail(emails), retried),
    once(ledger, addToGroup('customers', groups), retried),
    ensureProfile(profiles),
    once(ledger, publishEvent(bus, { type: 'CustomerConfirmed' }), retried),
  ),
)
