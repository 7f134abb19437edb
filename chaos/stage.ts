import { createServer } from 'node:http'
import { join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb'
import { dynamoBlockWriter } from '../src/shared/blocks/dynamo-block-list.ts'
import { dynamoInviteWriter } from '../src/shared/invites/dynamo-invite-writer.ts'
import { dynamoEffects } from '../src/shared/ledger/dynamo-effects.ts'
import { type EffectItem, isReadable } from '../src/shared/ledger/effect-item.ts'
import type { Delivery } from '../src/shared/rules/once.ts'
import { defineTable } from '../src/tools/local/define-table.ts'
import { startDynamoDb } from '../src/tools/local/dynamodb.ts'
import { startEventBridge } from '../src/tools/local/event-bridge/server.ts'
import { type LocalService, listenOnLoopback } from '../src/tools/local/loopback.ts'
import { startSes } from '../src/tools/local/ses/server.ts'
import { createTables } from '../src/tools/local/tables.ts'
import type { FunctionName } from './child-messages.ts'
import * as dialects from './dialects.ts'
import type { FaultPlan } from './faults.ts'
import { type FaultProxy, startFaultProxy } from './proxy.ts'
import { startUserPool, type UserPool } from './user-pool.ts'
import { ALLOWED_DOMAINS } from './users.ts'

/** An item of a table. */
export type Row = Readonly<Record<string, unknown>>

/** The local services, their fault proxies, and the environment that handlers need to use them. */
export interface Stage {
  readonly dynamodb: FaultProxy
  readonly ses: FaultProxy
  readonly cognito: FaultProxy
  readonly eventBridge: FaultProxy
  readonly webhook: FaultProxy
  /** Adds and removes users of the user pool, without the proxy. */
  readonly users: Pick<UserPool, 'add' | 'remove' | 'grouped'>
  readonly environment: Readonly<Record<string, string>>
  /** Users created before this time get no welcome email. */
  readonly since: Date
  /** The environment without the proxies, for commands that an operator runs after an outage. */
  readonly afterwards: Readonly<Record<string, string>>
  /** Adds a user to the block list. */
  readonly block: (userPoolId: string, sub: string) => Promise<void>
  /** Creates the invitation of a code. */
  readonly invite: (code: string, uses: number) => Promise<void>
  /** Reads the invitations and the reservations of users, without the proxy. */
  readonly invites: () => Promise<readonly Row[]>
  /** Reads the mailboxes of users, without the proxy. */
  readonly mailboxes: () => Promise<readonly Row[]>
  /** Reads the profiles, without the proxy. */
  readonly profiles: () => Promise<readonly Row[]>
  /** Reads the effects, without the proxy. */
  readonly effects: () => Promise<readonly Row[]>
  /** Reads the pending effects. */
  readonly pending: () => Promise<readonly EffectItem[]>
  /** Stops injecting faults. */
  readonly calm: () => void
  readonly stop: () => Promise<void>
}

/** Options of `openStage`. */
export interface StageOptions {
  readonly plan: FaultPlan
  readonly delivery: Delivery
}

const TABLES = { blocks: 'chaos-blocks', profiles: 'chaos-profiles', effects: 'chaos-effects', limits: 'chaos-limits' } as const
const RULE_TABLES = { invites: 'chaos-invites', mailboxes: 'chaos-mailboxes' } as const
const EVENT_BUS_ARN = 'arn:aws:events:us-east-1:111122223333:event-bus/chaos'
const REGION = 'us-east-1'
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }

/** Lists the bundles in a folder such as `dist`. */
export function listBundles(folder: string, names: readonly FunctionName[]): readonly (readonly [FunctionName, string])[] {
  return names.map((name) => [name, join(folder, name, 'handler.js')])
}

/** Starts DynamoDB, SES, a user pool and their proxies, and creates the tables. Stops all of them if one fails to start. */
export async function openStage({ plan: planned, delivery }: StageOptions): Promise<Stage> {
  let calm = false
  const plan: FaultPlan = (call, occurrence) => (calm ? undefined : planned(call, occurrence))
  // This time is earlier than every sign-up of the run, so new users get a welcome email. Harness and handlers use the same clock.
  const since = new Date(Date.now() - 1000)
  const services: LocalService[] = []
  const started = async <S extends LocalService>(starting: Promise<S>): Promise<S> => {
    const service = await starting
    services.push(service)
    return service
  }
  const stop = async (): Promise<void> => {
    for (const service of services.toReversed()) await service.stop()
  }
  try {
    const engine = await started(startDynamoDb())
    const inbox = await started(startSes({ keep: 0 }))
    const users = await started(startUserPool())
    const bus = await started(startEventBridge())
    const posts = await started(startWebhook())
    const client = new DynamoDBClient({ endpoint: engine.endpoint, region: REGION, credentials })
    const documents = DynamoDBDocumentClient.from(client)
    services.push({ endpoint: engine.endpoint, stop: async () => client.destroy() })
    await createTables(
      client,
      TABLES,
      Object.values(RULE_TABLES).map((name) => defineTable(name)),
    )
    const dynamodb = await started(startFaultProxy({ target: engine.endpoint, dialect: dialects.dynamoDb, plan }))
    const ses = await started(startFaultProxy({ target: inbox.endpoint, dialect: dialects.ses, plan }))
    const cognito = await started(startFaultProxy({ target: users.endpoint, dialect: dialects.cognito, plan }))
    const eventBridge = await started(startFaultProxy({ target: bus.endpoint, dialect: dialects.eventBridge, plan }))
    const webhook = await started(startFaultProxy({ target: posts.endpoint, dialect: dialects.webhook, plan }))
    const effects = dynamoEffects({ documents: () => documents, table: TABLES.effects })
    const invites = dynamoInviteWriter({ documents: () => documents, table: RULE_TABLES.invites })
    const blocks = dynamoBlockWriter({ documents: () => documents, table: TABLES.blocks })
    return {
      dynamodb,
      ses,
      cognito,
      users,
      since,
      eventBridge,
      webhook,
      environment: buildStageEnvironment({ dynamodb, ses, cognito, eventBridge, webhook }, { delivery, since }),
      afterwards: buildStageEnvironment(
        { dynamodb: engine, ses: inbox, cognito: users, eventBridge: bus, webhook: posts },
        { delivery, since },
      ),
      block: async (userPoolId, sub) => {
        await blocks.block({ userPoolId, type: 'sub', value: sub, reason: 'chaos' })
      },
      invite: async (value, uses) => {
        await invites.create({ type: 'code', value, uses })
      },
      invites: () => scanTable(documents, RULE_TABLES.invites),
      mailboxes: () => scanTable(documents, RULE_TABLES.mailboxes),
      profiles: () => scanTable(documents, TABLES.profiles),
      effects: () => scanTable(documents, TABLES.effects),
      pending: async () => {
        const items: EffectItem[] = []
        for await (const row of effects.list('pending')) if (isReadable(row)) items.push(row)
        return items
      },
      calm: () => {
        calm = true
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

type ServiceName = 'dynamodb' | 'ses' | 'cognito' | 'eventBridge' | 'webhook'

/** Builds one environment for all functions. It inherits nothing, so that no settings or credentials of the developer leak in. */
function buildStageEnvironment(
  { dynamodb, ses, cognito, eventBridge, webhook }: Readonly<Record<ServiceName, LocalService>>,
  { delivery, since }: { readonly delivery: Delivery; readonly since: Date },
): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint,
    AWS_ENDPOINT_URL_SES: ses.endpoint,
    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: cognito.endpoint,
    AWS_ENDPOINT_URL_EVENTBRIDGE: eventBridge.endpoint,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    ALLOWED_EMAIL_DOMAINS: ALLOWED_DOMAINS,
    BLOCK_TABLE: TABLES.blocks,
    PROFILE_TABLE: TABLES.profiles,
    EFFECT_TABLE: TABLES.effects,
    INVITE_TABLE: RULE_TABLES.invites,
    CANONICAL_EMAIL_TABLE: RULE_TABLES.mailboxes,
    WEBHOOK_URL: webhook.endpoint,
    EVENT_BUS_ARN,
    WELCOME_EMAIL_FROM: 'welcome@example.com',
    WELCOME_APP_NAME: 'Chaos',
    WELCOME_APP_URL: 'https://app.example.com',
    WELCOME_EMAIL_DELIVERY: delivery,
    WELCOME_SINCE: since.toISOString(),
  }
}

/** Starts a webhook that accepts every text. */
function startWebhook(): Promise<LocalService> {
  return listenOnLoopback(createServer((request, response) => void request.resume().on('end', () => response.end('ok'))))
}

async function scanTable(documents: DynamoDBDocumentClient, table: string): Promise<readonly Row[]> {
  const rows: Row[] = []
  for await (const page of paginateScan({ client: documents }, { TableName: table, ConsistentRead: true })) rows.push(...(page.Items ?? []))
  return rows
}
