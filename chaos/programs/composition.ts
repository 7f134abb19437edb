import { type Delivery, once, parallel, type Rule, triggeredBy, when } from 'cognito-lifeguard'
import type { Cognito, Documents, Ses } from 'cognito-lifeguard/aws'
import { type EventBridge, eventBridgeBus } from 'cognito-lifeguard/eventbridge'
import { addToGroup, cognitoGroups, dynamoLedger, type PostConfirmation } from 'cognito-lifeguard/post-confirmation'
import { dynamoCanonicalEmails, keepCanonicalEmail, notify, publishEvent, slackWebhook } from 'cognito-lifeguard/rules'
import { date, nonEmptyString, type SettingsTable } from 'cognito-lifeguard/settings'
import { defaultPostConfirmation } from '../../src/post-confirmation/default-chain.ts'
import { type PostConfirmationSettings, postConfirmationSettings } from '../../src/post-confirmation/settings.ts'

/** The settings of the programs with more effects. */
export interface ExtendedSettings extends PostConfirmationSettings {
  readonly EFFECT_TABLE: string
  readonly CANONICAL_EMAIL_TABLE: string
  readonly WEBHOOK_URL: string
  readonly EVENT_BUS_ARN: string
  readonly WELCOME_SINCE: Date
}

const table = nonEmptyString('the name of a table', 'chaos')

/** Parsers of the settings. */
export const extendedSettings: SettingsTable<ExtendedSettings> = {
  fields: {
    ...postConfirmationSettings.fields,
    EFFECT_TABLE: table,
    CANONICAL_EMAIL_TABLE: table,
    WEBHOOK_URL: nonEmptyString('a URL', 'http://127.0.0.1'),
    EVENT_BUS_ARN: nonEmptyString('an ARN', 'arn:aws:events:us-east-1:111122223333:event-bus/users'),
    WELCOME_SINCE: date(),
  },
}

/** The clients of the rules. */
export interface Clients {
  readonly documents: Documents
  readonly ses: Ses
  readonly cognito: Cognito
  readonly eventBridge: EventBridge
}

/** Composes the deployed rules of post confirmation with four more effects. Each call has the user name, by which the harness counts it. */
export function extendedPostConfirmation(settings: ExtendedSettings, clients: Clients): Rule<PostConfirmation> {
  const { documents, cognito, eventBridge } = clients
  const { EVENT_BUS_ARN: busArn, WELCOME_EMAIL_DELIVERY: delivery } = settings
  const ledger = dynamoLedger({ documents, table: settings.EFFECT_TABLE })
  const emails = dynamoCanonicalEmails({ documents, table: settings.CANONICAL_EMAIL_TABLE })
  const bus = eventBridgeBus({ eventBridge, busArn, source: 'chaos.users' })
  const notifyTeam = notify<PostConfirmation>(slackWebhook({ url: settings.WEBHOOK_URL }), {
    reads: [],
    message: ({ event }) => `${event.userName} has confirmed`,
  })
  const publishConfirmation = publishEvent<PostConfirmation>(bus, {
    type: 'UserConfirmed',
    reads: [],
    detail: ({ event }) => ({ user: event.userName }),
  })
  return parallel(
    defaultPostConfirmation(settings, clients),
    when(
      triggeredBy('PostConfirmation_ConfirmSignUp'),
      parallel(
        once(ledger, notifyTeam, { delivery }),
        once(ledger, publishConfirmation, { delivery }),
        once(ledger, addToGroup('members', cognitoGroups({ cognito })), { delivery: 'at-least-once' }),
        once(ledger, keepCanonicalEmail(emails), { delivery: 'at-least-once' }),
      ),
    ),
  )
}

/** The effects of a confirmed user, by their names in the ledger. */
export function listEffects(delivery: Delivery): readonly { readonly effect: string; readonly delivery: Delivery }[] {
  return [
    { effect: 'send-welcome-email', delivery },
    { effect: 'keep-invite', delivery: 'at-least-once' },
    { effect: 'notify', delivery },
    { effect: 'publish-event', delivery },
    { effect: 'add-to-group', delivery: 'at-least-once' },
    { effect: 'keep-canonical-email', delivery: 'at-least-once' },
  ]
}
