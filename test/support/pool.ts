import { expect, vi } from 'vitest'
import { TRIGGER_NAMES, type TriggerName, triggerFacts } from '../../src/shared/cognito/triggers.ts'
import { encryptCode } from '../../src/tools/local/kms/encrypt-code.ts'
import type { TriggerCall } from '../../src/tools/pool/journal.ts'
import { createTotp } from '../../src/tools/pool/mfa.ts'
import { parseClientSettings } from '../../src/tools/pool/settings/client-settings.ts'
import { parsePoolSettings } from '../../src/tools/pool/settings/pool-settings.ts'
import { type LocalPools, type PoolsOptions, startPools } from '../../src/tools/pool/start-pool.ts'
import { createClient, createPool } from '../../src/tools/pool/store.ts'
import type { CallTrigger } from '../../src/tools/pool/triggers.ts'
import { deliver } from '../../src/tools/replay/cognito.ts'
import type { Invocation } from '../../src/tools/replay/invocation.ts'
import type { LambdaFunction } from '../../src/tools/replay/lambda.ts'

type Texts = Readonly<Record<string, string>>

/** The event of a trigger, with the fields that tests read. */
export interface TestEvent {
  readonly triggerSource: string
  readonly userName: string
  readonly userPoolId: string
  readonly request: {
    readonly userAttributes: Texts
    readonly validationData?: Texts | null
    readonly clientMetadata?: Texts
    readonly session?: readonly { readonly challengeName: string; readonly challengeResult: boolean }[]
    readonly privateChallengeParameters?: Texts
    readonly challengeAnswer?: string
    readonly userNotFound?: boolean
    readonly codeParameter?: string
    readonly password?: string
  }
  readonly response?: Readonly<Record<string, unknown>>
}
type TriggerFunction = (event: TestEvent) => unknown

/** The functions of a pool, by their triggers. Each gets an event and returns it, as in Lambda. */
export type TriggerFunctions = Readonly<Partial<Record<TriggerName, TriggerFunction>>>

/** Options of {@link startTestPool}. */
export interface TestPoolOptions extends Partial<Omit<PoolsOptions, 'call'>> {
  readonly triggers?: TriggerFunctions
  /** Settings of CreateUserPool, besides the defaults of {@link startTestPool}. */
  readonly pool?: Readonly<Record<string, unknown>>
  /** Settings of CreateUserPoolClient. */
  readonly client?: Readonly<Record<string, unknown>>
}

/** The data with which a client finds a pool. */
export interface PoolAddress {
  readonly endpoint: string
  readonly region: string
  readonly userPoolId: string
  readonly clientId: string
}

/** A running pool with one app client. */
export interface TestPool extends PoolAddress {
  readonly pools: LocalPools
  /** Returns the code of the newest message to an address or a number. Waits for a message that this function has not returned yet. */
  readonly inboxCode: (to: string) => Promise<string>
  /** Returns the trigger calls since the last use of this function, oldest first. */
  readonly takeCalls: () => readonly TriggerCall[]
  readonly stop: () => Promise<void>
}

// The settings that most applications use: sign-in by email, with every second factor.
const POOL = {
  PoolName: 'test',
  UsernameAttributes: ['email'],
  UsernameConfiguration: { CaseSensitive: false },
  AutoVerifiedAttributes: ['email'],
  MfaConfiguration: 'OPTIONAL',
  EnabledMfas: ['SOFTWARE_TOKEN_MFA', 'SMS_MFA', 'EMAIL_OTP'],
  EmailConfiguration: { EmailSendingAccount: 'DEVELOPER' },
}
const CLIENT = {
  ClientName: 'test',
  PreventUserExistenceErrors: 'ENABLED',
  ExplicitAuthFlows: ['USER_SRP', 'USER_PASSWORD', 'ADMIN_USER_PASSWORD', 'CUSTOM', 'USER', 'REFRESH_TOKEN'].map(
    (flow) => `ALLOW_${flow}_AUTH`,
  ),
}
const WAIT_MS = 60_000

/** Starts a pool whose trigger functions run in this process, with the errors and time limits of Cognito. */
export async function startTestPool(options: TestPoolOptions = {}): Promise<TestPool> {
  const { triggers = {}, pool: settings, client: clientSettings, ...rest } = options
  const pools = await startPools({ encrypt: encryptCode, ...rest, call: callInProcess(triggers) })
  const { world } = pools
  const names = TRIGGER_NAMES.filter((name) => triggers[name] !== undefined)
  const LambdaConfig = Object.fromEntries(names.map((name) => toLambdaConfig(name)))
  const pool = createPool(world.store, parsePoolSettings({ ...POOL, LambdaConfig, ...settings }), world.now())
  const client = createClient(world.store, pool, parseClientSettings({ ...CLIENT, ...clientSettings }), world.now())
  const taken = new Map<string, number>()
  let lastEntry = 0

  return {
    pools,
    endpoint: pools.endpoint,
    region: world.store.region,
    userPoolId: pool.id,
    clientId: client.id,
    async inboxCode(to) {
      const mine = (): readonly { readonly code?: string }[] => world.inbox.messages().filter((message) => message.to === to)
      await vi.waitFor(() => expect(mine().length, `messages to ${to}`).toBeGreaterThan(taken.get(to) ?? 0), { timeout: WAIT_MS })
      taken.set(to, mine().length)
      const { code } = mine().at(-1) ?? {}
      if (code === undefined) throw new Error(`The newest message to ${to} has no code`)
      return code
    },
    takeCalls() {
      const entries = world.journal.entries().filter(({ id }) => id > lastEntry)
      lastEntry = entries.at(-1)?.id ?? lastEntry
      return entries.flatMap(({ steps }) => steps.flatMap(({ trigger }) => trigger ?? []))
    },
    stop: pools.stop,
  }
}

function toLambdaConfig(name: TriggerName): readonly [string, unknown] {
  const LambdaArn = `arn:aws:lambda:us-east-1:000000000000:function:${name}`
  const { versionKey = name, lambdaVersions: [LambdaVersion] = [] } = triggerFacts(name)
  return [versionKey, LambdaVersion === undefined ? LambdaArn : { LambdaArn, LambdaVersion }]
}

/** Returns an event with its response filled, as a function answers Cognito. */
export function respond(event: TestEvent, response: Readonly<Record<string, unknown>>): unknown {
  return { ...event, response: { ...event.response, ...response } }
}

/** Runs the functions in this process. Events and answers pass through JSON, as in Lambda. */
function callInProcess(triggers: TriggerFunctions): CallTrigger {
  return ({ trigger, event }) => deliver(toLambda(triggers[trigger] ?? ((given) => given)), trigger, event)
}

function toLambda(run: TriggerFunction): LambdaFunction {
  return {
    async invoke(event): Promise<Invocation> {
      const startedAt = performance.now()
      const common = { decision: null, durationMs: performance.now() - startedAt }
      try {
        const json = JSON.stringify((await run(JSON.parse(JSON.stringify(event)))) ?? null)
        return { kind: 'returned', json, ...common }
      } catch (thrown) {
        const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown))
        return { kind: 'threw', error: { name, message }, cause: message, refusal: true, ...common }
      }
    },
    rule: async () => undefined,
    loadError: async () => undefined,
    end: async () => undefined,
    stop: async () => undefined,
  }
}

/** Returns the present code of an authenticator app. */
export function totpCode(secret: string): string {
  return createTotp(secret, Math.floor(Date.now() / 30_000))
}
