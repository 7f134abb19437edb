import { createSrpSession, signSrpSession } from 'cognito-srp-helper'
import * as z from 'zod'
import { TRIGGER_NAMES, type TriggerName, triggerFacts } from '../../src/shared/cognito/triggers.ts'
import type { JournalStep, TriggerCall } from '../../src/tools/pool/journal.ts'
import type { User } from '../../src/tools/pool/model.ts'
import { setPassword } from '../../src/tools/pool/passwords.ts'
import { parseClientSettings } from '../../src/tools/pool/settings/client-settings.ts'
import { parsePoolSettings } from '../../src/tools/pool/settings/pool-settings.ts'
import { type LocalPools, type PoolsOptions, startPools } from '../../src/tools/pool/start-pool.ts'
import { createClient, createPool, createUser, saveUser } from '../../src/tools/pool/store.ts'
import { createSigningKey } from '../../src/tools/pool/tokens.ts'
import type { CallTrigger } from '../../src/tools/pool/triggers.ts'
import { deliver } from '../../src/tools/replay/cognito.ts'
import type { LambdaFunction } from '../../src/tools/replay/lambda.ts'

/** Any fields of an input, an event or a setting. */
export type Fields = Readonly<Record<string, unknown>>

/** The functions of a pool in this process. Each gets an event, and returns the fields to set in the response. */
export type Functions = Readonly<
  Partial<Record<TriggerName, (event: Fields, request: Fields) => Fields | undefined | Promise<Fields | undefined>>>
>

/** The metadata that tests send, and that the sequences show. */
export const META: { readonly ClientMetadata: { readonly meta: 'client' } } = { ClientMetadata: { meta: 'client' } }
export const VALIDATION: Fields = { ValidationData: [{ Name: 'meta', Value: 'validation' }] }

export const PASSWORD = 'Right-Passw0rd'
export const EMAIL = 'ada@example.com'
export const PHONE = '+12065550100'
export const VERIFIED_CONTACTS: Readonly<Record<string, string>> = {
  email: EMAIL,
  email_verified: 'true',
  phone_number: PHONE,
  phone_number_verified: 'true',
}

/** The body of an answer. Absent fields that tests use are empty. */
export interface AnswerBody {
  readonly [field: string]: unknown
  readonly __type?: string | undefined
  readonly message?: string | undefined
  readonly Session: string
  readonly ChallengeName?: string | undefined
  readonly ChallengeParameters: Readonly<Record<string, string>>
  readonly SecretCode: string
  readonly AuthenticationResult: Readonly<Record<'AccessToken' | 'IdToken' | 'RefreshToken', string>> & Fields
}

const answerBody: z.ZodType<AnswerBody> = z.looseObject({
  __type: z.string().optional(),
  message: z.string().optional(),
  Session: z.string().default(''),
  ChallengeName: z.string().optional(),
  ChallengeParameters: z.record(z.string(), z.string()).default({}),
  SecretCode: z.string().default(''),
  AuthenticationResult: z
    .looseObject({ AccessToken: z.string().default(''), IdToken: z.string().default(''), RefreshToken: z.string().default('') })
    .default({ AccessToken: '', IdToken: '', RefreshToken: '' }),
})

/** The answer of the API. */
export interface Answer {
  readonly status: number
  readonly body: AnswerBody
}

/** Options of {@link startTestPool}. */
export interface TestPoolOptions extends Partial<PoolsOptions> {
  readonly settings?: Fields | undefined
  readonly client?: Fields | undefined
  /** The functions that do more than return their event. */
  readonly functions?: Functions | undefined
  /** The triggers that the pool calls. By default all but the custom senders. */
  readonly triggers?: readonly TriggerName[] | undefined
}

/** A running pool with one app client, whose functions run in this process. */
export interface TestPool {
  readonly pools: LocalPools
  readonly userPoolId: string
  readonly clientId: string
  /** Sends a request. Requests of administrators are signed. */
  readonly api: (operation: string, input: Fields) => Promise<Answer>
  /** Adds a user without a request. By default a confirmed user `ada` with verified contacts. */
  readonly addUser: (given?: Partial<User>, password?: string) => User
  /** Signs a user in with a password. */
  readonly signIn: (username?: string) => Promise<AnswerBody['AuthenticationResult']>
  /** Signs a user in with SRP, up to the tokens or the next challenge. */
  readonly signInWithSrp: (options?: { readonly password?: string; readonly start?: Fields; readonly respond?: Fields }) => Promise<Answer>
  /** Returns the newest code in the inbox. */
  readonly code: () => string
  /** Returns the trigger calls since the last time, oldest first. Waits for the custom senders. */
  readonly takeCalls: () => Promise<readonly TriggerCall[]>
  /** Returns the sources of the trigger calls since the last time, each with the metadata that arrived. */
  readonly takeSequence: () => Promise<readonly string[]>
  /** Returns the steps of the newest request. */
  readonly steps: () => readonly JournalStep[]
}

const SENDERS: readonly TriggerName[] = ['CustomEmailSender', 'CustomSMSSender']
const FLOWS = ['USER_SRP', 'USER_PASSWORD', 'ADMIN_USER_PASSWORD', 'CUSTOM', 'USER', 'REFRESH_TOKEN']
const SETTINGS = {
  PoolName: 'test',
  AutoVerifiedAttributes: ['email'],
  EmailConfiguration: { EmailSendingAccount: 'DEVELOPER' },
  Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'EMAIL_OTP', 'SMS_OTP'] } },
}
const CLIENT = { ClientName: 'test', ExplicitAuthFlows: FLOWS.map((flow) => `ALLOW_${flow}_AUTH`) }
const SIGNATURE = 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/cognito-idp/aws4_request'
// Creating an RSA key is slow, so all pools of a test file share one.
const key = createSigningKey()
const running: LocalPools[] = []

/** Starts a pool. {@link stopTestPools} stops it. */
export async function startTestPool(options: TestPoolOptions = {}): Promise<TestPool> {
  const { settings, client, functions = {}, triggers = TRIGGER_NAMES.filter((name) => !SENDERS.includes(name)), ...rest } = options
  const pools = await startPools({ encrypt: async (code) => `encrypted:${code}`, key, call: callInProcess(functions), ...rest })
  running.push(pools)
  const { world } = pools
  const LambdaConfig = Object.fromEntries(triggers.map(toLambdaConfig))
  const pool = createPool(world.store, parsePoolSettings({ ...SETTINGS, LambdaConfig, ...settings }), world.now())
  const { id: clientId } = createClient(world.store, pool, parseClientSettings({ ...CLIENT, ...client }), world.now())
  let lastEntry = 0

  const api: TestPool['api'] = async (operation, input) => {
    const response = await fetch(pools.endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
        authorization: SIGNATURE,
      },
      body: JSON.stringify(input),
    })
    return { status: response.status, body: answerBody.parse(await response.json()) }
  }

  const takeCalls: TestPool['takeCalls'] = async () => {
    await Promise.all(world.background)
    const entries = world.journal.entries().filter(({ id }) => id > lastEntry)
    lastEntry = entries.at(-1)?.id ?? lastEntry
    // The entry of a custom sender can precede that of its request.
    const sorted = entries.toSorted((one, two) => Number(isSender(one.operation)) - Number(isSender(two.operation)))
    return sorted.flatMap(({ steps }) => steps.flatMap(({ trigger }) => trigger ?? []))
  }

  return {
    pools,
    userPoolId: pool.id,
    clientId,
    api,
    addUser(given = {}, password = PASSWORD) {
      const { username = 'ada', attributes = VERIFIED_CONTACTS, status = 'CONFIRMED', ...others } = given
      const user = Object.assign(createUser(username, attributes, status, world.now()), others)
      setPassword(world, pool, user, password)
      saveUser(world.store, pool, user, world.now())
      return user
    },
    async signIn(username = 'ada') {
      const answer = await api('InitiateAuth', {
        ClientId: clientId,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: username, PASSWORD },
      })
      if (answer.status !== 200) throw new Error(`The sign-in failed: ${answer.body.message}`)
      return answer.body.AuthenticationResult
    },
    async signInWithSrp({ password = PASSWORD, start = {}, respond = {} } = {}) {
      const session = createSrpSession('ada', password, pool.id, false)
      const AuthParameters = { USERNAME: 'ada', SRP_A: session.largeA }
      const { AuthFlow = 'USER_SRP_AUTH', AuthParameters: more, ...others } = start
      const first = await api('InitiateAuth', {
        ClientId: clientId,
        AuthFlow,
        AuthParameters: { ...AuthParameters, ...Object(more) },
        ...others,
      })
      if (first.status !== 200) return first
      return api('RespondToAuthChallenge', proveSrp(clientId, session, first, respond))
    },
    code: () => world.inbox.messages().at(-1)?.code ?? '',
    takeCalls,
    takeSequence: async () => (await takeCalls()).map(describeCall),
    steps: () => world.journal.entries().findLast(({ operation }) => !isSender(operation))?.steps ?? [],
  }
}

/** Stops the pools of a test file. */
export async function stopTestPools(): Promise<void> {
  await Promise.all(running.splice(0).map((pools) => pools.stop()))
}

/** Returns the input that answers PASSWORD_VERIFIER. */
export function proveSrp(
  ClientId: string,
  session: ReturnType<typeof createSrpSession>,
  first: Answer,
  more: Fields = {},
): Fields & { readonly ChallengeResponses: Readonly<Record<string, string>> } {
  const { ChallengeParameters, Session } = first.body
  const username = ChallengeParameters.USER_ID_FOR_SRP ?? ''
  const signed = signSrpSession({ ...session, username }, { ChallengeName: 'PASSWORD_VERIFIER', ChallengeParameters })
  const ChallengeResponses = {
    USERNAME: username,
    PASSWORD_CLAIM_SECRET_BLOCK: signed.secret,
    PASSWORD_CLAIM_SIGNATURE: signed.passwordSignature,
    TIMESTAMP: signed.timestamp,
  }
  return { ClientId, ChallengeName: 'PASSWORD_VERIFIER', Session, ChallengeResponses, ...more }
}

function isSender(operation: string): boolean {
  return SENDERS.some((name) => operation.startsWith(name))
}

/** Describes a call by its source, followed by the metadata that arrived. */
function describeCall({ source, event }: TriggerCall): string {
  const { validationData, clientMetadata } = Object(event.request)
  const shown = (name: string, value: unknown): string => (value == null ? '' : ` ${name}=${String(Object(value).meta)}`)
  return `${source}${shown('validationData', validationData)}${shown('clientMetadata', clientMetadata)}`
}

function toLambdaConfig(name: TriggerName): readonly [string, unknown] {
  const LambdaArn = `arn:aws:lambda:us-east-1:000000000000:function:${name}`
  const { versionKey = name, lambdaVersions: [LambdaVersion] = [] } = triggerFacts(name)
  return [versionKey, LambdaVersion === undefined ? LambdaArn : { LambdaArn, LambdaVersion }]
}

/** Runs functions in this process, with the errors of Cognito. Events and answers pass through JSON, as in Lambda. */
function callInProcess(functions: Functions): CallTrigger {
  return ({ trigger, event }) =>
    deliver(
      toLambda((copy) => functions[trigger]?.(copy, Object(copy.request))),
      trigger,
      event,
    )
}

function toLambda(run: (event: Fields) => Fields | undefined | Promise<Fields | undefined>): LambdaFunction {
  return {
    async invoke(event) {
      const common = { decision: null, durationMs: 0 }
      try {
        const copy: Fields = JSON.parse(JSON.stringify(event))
        const json = JSON.stringify({ ...copy, response: { ...Object(copy.response), ...(await run(copy)) } })
        return { kind: 'returned', json, ...common }
      } catch (thrown) {
        const message = thrown instanceof Error ? thrown.message : String(thrown)
        return { kind: 'threw', error: { name: 'Error', message }, cause: message, refusal: true, ...common }
      }
    },
    rule: async () => undefined,
    loadError: async () => undefined,
    end: async () => undefined,
    stop: async () => undefined,
  }
}
