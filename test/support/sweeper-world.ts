import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { sendWelcomeEmail } from '../../src/post-confirmation/send-welcome-email.ts'
import { mailTemplate } from '../../src/post-confirmation/template.ts'
import type { PostConfirmation } from '../../src/post-confirmation/trigger.ts'
import { dynamoEffects, type Effects } from '../../src/shared/ledger/dynamo-effects.ts'
import { dynamoLedger, dynamoPendingEffects, type PendingEffects } from '../../src/shared/ledger/dynamo-ledger.ts'
import { type EffectItem, type EffectRow, isReadable } from '../../src/shared/ledger/effect-item.ts'
import { sesMailer } from '../../src/shared/mail/ses-mailer.ts'
import { type Delivery, type Effect, type Ledger, once } from '../../src/shared/rules/once.ts'
import type { Rule } from '../../src/shared/rules/rule.ts'
import { cognitoUsers } from '../../src/sweeper/cognito-users.ts'
import { type SweepOptions, type SweepReport, sweep } from '../../src/sweeper/sweep.ts'
import { sweptRules } from '../../src/sweeper/swept-rules.ts'
import type { Users } from '../../src/sweeper/users.ts'
import { type CognitoUsersEndpoint, startCognitoUsers } from './cognito-users-endpoint.ts'
import { ann, postConfirmationEvent } from './events.ts'
import { type FaultyServices, startFaultyServices } from './faulty-ses.ts'
import { dynamoDbClient, sesClient } from './local-clients.ts'

export const EFFECT = 'send-welcome-email'
/** The creation time of the user of these tests. */
export const ANN_CREATED_AT: Date = new Date('2026-04-01T00:00:00.000Z')

/** A running ledger, SES and user pool, with a clock that `wait` advances. */
export interface World {
  readonly services: FaultyServices
  readonly cognito: CognitoUsersEndpoint
  readonly client: DynamoDBClient
  readonly documents: DynamoDBDocumentClient
  readonly effects: Effects
  readonly pendingEffects: PendingEffects
  readonly ledger: Ledger
  readonly users: Users
  readonly rule: (delivery: Delivery) => Rule<PostConfirmation>
  readonly now: () => Date
  readonly wait: (ms: number) => void
  /** Creates the welcome effect of the pool's user, or of a user with the given `sub`. */
  readonly welcome: (sub?: string, delivery?: Delivery) => Effect
  readonly sweep: (options?: Partial<SweepOptions>) => Promise<SweepReport>
  /** Returns all readable effects that are not done. */
  readonly open: () => Promise<readonly EffectItem[]>
  /** Returns all rows that are not done, including unreadable ones. */
  readonly rows: () => Promise<readonly EffectRow[]>
  readonly stop: () => Promise<void>
}

export async function startWorld(): Promise<World> {
  const services = await startFaultyServices({ blocks: 'blocks', profiles: 'profiles', effects: 'effects', limits: 'limits' })
  const cognito = await startCognitoUsers()
  cognito.addPool(ann.userPoolId, {
    userName: ann.userName,
    attributes: { sub: ann.sub, email: ann.email, email_verified: 'true' },
    createdAt: ANN_CREATED_AT,
  })
  const client = dynamoDbClient(services.dynamodb.endpoint)
  const documents = DynamoDBDocumentClient.from(client)
  const ses = sesClient(services.ses.endpoint)
  const pool = new CognitoIdentityProviderClient({
    endpoint: cognito.endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  })
  let ahead = 0
  const now = (): Date => new Date(Date.now() + ahead)
  const effects = dynamoEffects({ documents: () => documents, table: 'effects' })
  const pendingEffects = dynamoPendingEffects({ documents: () => documents, table: 'effects' })
  const ledger = dynamoLedger({ documents: () => documents, table: 'effects', now, random: () => 1 })
  const users = cognitoUsers(() => pool)
  const mail = sendWelcomeEmail(
    sesMailer({ ses: () => ses, from: 'welcome@example.com' }),
    mailTemplate({ subject: 'Welcome', text: 'Hello', html: 'Hello' }, {}),
  )
  const rule = (delivery: Delivery): Rule<PostConfirmation> => once(ledger, mail, { delivery })

  const rows = async (): Promise<readonly EffectRow[]> => {
    const found: EffectRow[] = []
    for (const state of ['pending', 'unknown', 'failed'] as const) for await (const row of effects.list(state)) found.push(row)
    return found
  }

  return {
    services,
    cognito,
    client,
    documents,
    effects,
    pendingEffects,
    ledger,
    users,
    rule,
    now,
    wait: (ms) => {
      ahead += ms
    },
    welcome: (sub = ann.sub, delivery = 'at-most-once') => ({
      userPoolId: ann.userPoolId,
      sub,
      effect: EFFECT,
      delivery,
      event: postConfirmationEvent({ sub, email: ann.email, email_verified: 'true' }),
    }),
    sweep: (options) =>
      sweep({ effects, users, rules: sweptRules({ PostConfirmation: rule('at-most-once') }), remainingMs: () => 30_000, now, ...options }),
    open: async () => (await rows()).filter(isReadable),
    rows,
    async stop() {
      client.destroy()
      ses.destroy()
      pool.destroy()
      await Promise.all([services.stop(), cognito.stop()])
    },
  }
}
