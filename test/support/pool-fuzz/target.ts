import { isObject } from '../../../src/shared/rules/invocation.ts'
import { OPERATIONS } from '../../../src/tools/pool/operations/table.ts'
import { parseClientSettings } from '../../../src/tools/pool/settings/client-settings.ts'
import { parsePoolSettings } from '../../../src/tools/pool/settings/pool-settings.ts'
import { hashPassword } from '../../../src/tools/pool/srp.ts'
import { type LocalPools, startPools } from '../../../src/tools/pool/start-pool.ts'
import { createClient, createPool, createStore, createUser, saveUser } from '../../../src/tools/pool/store.ts'

const POOL_ID = 'us-east-1_Fuzzed000'
const CLIENT_ID = 'fuzzedclient0000000000000'
const USER = 'mary'
const PASSWORD = 'Correct-horse-1'
const SRP_A = '2'.repeat(700)
const TRIGGERS = [
  'PreSignUp',
  'PostConfirmation',
  'PreAuthentication',
  'PostAuthentication',
  'PreTokenGeneration',
  'CustomMessage',
] as const
const CHALLENGES = ['DefineAuthChallenge', 'CreateAuthChallenge', 'VerifyAuthChallengeResponse', 'UserMigration'] as const

export const OPERATION_NAMES: readonly string[] = Object.keys(OPERATIONS)

/** Starts pools whose functions do nothing, except those of CUSTOM_AUTH, which ask a question. */
export function startFuzzedPools(): Promise<LocalPools> {
  return startPools({
    store: createStore(),
    call: async ({ trigger, event }) => {
      const empty = isObject(event.response) ? event.response : {}
      const response = trigger === 'DefineAuthChallenge' ? { ...empty, challengeName: 'CUSTOM_CHALLENGE', issueTokens: false } : empty
      return { outcome: 'proceed', response, error: null, problem: null, decision: null, attempts: 1, durationMs: 0 }
    },
    encrypt: async (code) => code,
  })
}

/** Creates the pool, its app client and its user anew, because valid requests may have changed or deleted them. */
export function resetPool({ world: { store } }: LocalPools): void {
  const names = [...TRIGGERS, ...CHALLENGES]
  const LambdaConfig = Object.fromEntries(names.map((name) => [name, `arn:aws:lambda:us-east-1:000000000000:function:${name}`]))
  const Schema = [{ Name: 'team', AttributeDataType: 'String' }]
  store.pools.clear()
  const settings = { PoolName: 'fuzz', LambdaConfig, Schema, AutoVerifiedAttributes: ['email'], MfaConfiguration: 'OPTIONAL' }
  const pool = createPool(store, parsePoolSettings(settings), Date.now(), POOL_ID)
  const flows = ['USER_PASSWORD_AUTH', 'USER_SRP_AUTH', 'CUSTOM_AUTH', 'USER_AUTH', 'REFRESH_TOKEN_AUTH', 'ADMIN_USER_PASSWORD_AUTH']
  const client = { ClientName: 'fuzz', ExplicitAuthFlows: flows.map((flow) => `ALLOW_${flow}`) }
  createClient(store, pool, parseClientSettings(client), Date.now(), { id: CLIENT_ID })
  const user = createUser(USER, { email: 'mary@example.com', email_verified: 'true' }, 'CONFIRMED', Date.now())
  user.password = hashPassword(POOL_ID, USER, PASSWORD)
  saveUser(store, pool, user, Date.now())
  const withApp = createUser('tess', { email: 'tess@example.com' }, 'CONFIRMED', Date.now())
  withApp.password = hashPassword(POOL_ID, 'tess', PASSWORD)
  withApp.mfa = { methods: ['SOFTWARE_TOKEN_MFA'], preferred: 'SOFTWARE_TOKEN_MFA', totp: 'JBSWY3DPEHPK3PXP' }
  saveUser(store, pool, withApp, Date.now())
  const invited = createUser('nora', { email: 'nora@example.com' }, 'FORCE_CHANGE_PASSWORD', Date.now())
  invited.password = hashPassword(POOL_ID, 'nora', PASSWORD)
  saveUser(store, pool, invited, Date.now())
}

/** A challenge that waits for an answer, with a session that is valid once. */
export interface OpenChallenge {
  readonly ChallengeName: string
  readonly Session: string
  readonly ChallengeResponses: Readonly<Record<string, string>>
}

const SIGN_INS: readonly Readonly<Record<string, string>>[] = [
  { flow: 'CUSTOM_AUTH', USERNAME: USER },
  { flow: 'USER_SRP_AUTH', USERNAME: USER, SRP_A },
  { flow: 'USER_AUTH', USERNAME: USER, PREFERRED_CHALLENGE: 'EMAIL_OTP' },
  { flow: 'USER_AUTH', USERNAME: USER },
  { flow: 'USER_PASSWORD_AUTH', USERNAME: 'tess', PASSWORD },
  { flow: 'USER_PASSWORD_AUTH', USERNAME: 'nora', PASSWORD },
]

/** Starts a sign-in of each kind. */
export async function openChallenges(call: Call): Promise<readonly OpenChallenge[]> {
  const opened: OpenChallenge[] = []
  for (const { flow, ...AuthParameters } of SIGN_INS) {
    const answer = Object(await call('InitiateAuth', { ClientId: CLIENT_ID, AuthFlow: flow, AuthParameters }))
    const { ChallengeName, Session, ChallengeParameters } = answer
    if (typeof ChallengeName !== 'string') throw new Error(`${flow} asked no challenge: ${JSON.stringify(answer)}`)
    const srp = { PASSWORD_CLAIM_SECRET_BLOCK: String(ChallengeParameters.SECRET_BLOCK), PASSWORD_CLAIM_SIGNATURE: 'x', TIMESTAMP: 'x' }
    const codes = { EMAIL_OTP_CODE: '123456', SOFTWARE_TOKEN_MFA_CODE: '123456', NEW_PASSWORD: PASSWORD, ANSWER: 'PASSWORD_SRP' }
    opened.push({ ChallengeName, Session, ChallengeResponses: { USERNAME: USER, SRP_A, PASSWORD, ...srp, ...codes } })
  }
  return opened
}

/** Returns the fields that an operation reads. */
export function listFields(operation: string, fields: Readonly<Record<string, unknown>>): readonly string[] {
  const read = new Set<string>()
  const input = new Proxy(
    { ...fields },
    {
      get(target, name) {
        if (typeof name === 'string' && Object.hasOwn(fields, name)) read.add(name)
        return Reflect.get(target, name)
      },
    },
  )
  try {
    OPERATIONS[operation]?.open(input)
  } catch {
    // An operation with several flows may refuse the one of these fields. It has read them by then.
  }
  return [...read]
}

type Call = (operation: string, input: object) => Promise<unknown>

/** Signs the user in, and returns inputs that are valid for many operations: each field of each operation has a fitting value. */
export async function createValidFields(call: Call): Promise<Record<string, unknown>> {
  const credentials = { USERNAME: USER, PASSWORD }
  const initiate = { ClientId: CLIENT_ID, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: credentials }
  const { AuthenticationResult } = Object(await call('InitiateAuth', initiate))
  const { AccessToken, RefreshToken } = Object(AuthenticationResult)
  const start = { ClientId: CLIENT_ID, AuthFlow: 'CUSTOM_AUTH', AuthParameters: { USERNAME: USER } }
  const { Session } = Object(await call('InitiateAuth', start))
  const link = { ProviderName: 'Google', ProviderAttributeName: 'Cognito_Subject', ProviderAttributeValue: USER }
  return {
    ...{ ClientId: CLIENT_ID, UserPoolId: POOL_ID, AccessToken, RefreshToken, Session, Token: RefreshToken, SecretHash: 'aGFzaA==' },
    ...{ Username: USER, Password: PASSWORD, PreviousPassword: PASSWORD, ProposedPassword: 'Other-horse-2', TemporaryPassword: PASSWORD },
    UserAttributes: [{ Name: 'email', Value: 'mary@example.com' }],
    ValidationData: [{ Name: 'invitation', Value: 'x' }],
    ClientMetadata: { source: 'web' },
    AuthParameters: { ...credentials, SRP_A, REFRESH_TOKEN: RefreshToken, PREFERRED_CHALLENGE: 'EMAIL_OTP', CHALLENGE_NAME: 'SRP_A' },
    ChallengeResponses: { ...credentials, ANSWER: 'x', NEW_PASSWORD: PASSWORD, SMS_MFA_CODE: '123456', SOFTWARE_TOKEN_MFA_CODE: '123456' },
    ...{
      AuthFlow: 'USER_PASSWORD_AUTH',
      ChallengeName: 'CUSTOM_CHALLENGE',
      ConfirmationCode: '123456',
      Code: '123456',
      UserCode: '123456',
    },
    ...{ ForceAliasCreation: false, Permanent: true, MessageAction: 'SUPPRESS', DesiredDeliveryMediums: ['EMAIL'], AttributeName: 'email' },
    UserAttributeNames: ['nickname'],
    AttributesToGet: ['email'],
    MFAOptions: [{ DeliveryMedium: 'SMS', AttributeName: 'phone_number' }],
    SMSMfaSettings: { Enabled: false, PreferredMfa: false },
    SoftwareTokenMfaSettings: { Enabled: false },
    EmailMfaSettings: { Enabled: true },
    SoftwareTokenMfaConfiguration: { Enabled: true },
    EmailMfaConfiguration: {},
    ...{ MfaConfiguration: 'OPTIONAL', GroupName: 'admins', Description: 'x', RoleArn: 'arn:aws:iam::000000000000:role/x', Precedence: 1 },
    ...{ Limit: 10, MaxResults: 10, NextToken: '0', PaginationToken: '0', Filter: 'email ^= "m"', FriendlyDeviceName: 'phone' },
    ...{
      PoolName: 'other',
      Policies: { PasswordPolicy: { MinimumLength: 8 } },
      AutoVerifiedAttributes: ['email'],
      AliasAttributes: ['email'],
    },
    LambdaConfig: { PreSignUp: 'arn:aws:lambda:us-east-1:000000000000:function:x' },
    Schema: [{ Name: 'team', AttributeDataType: 'String' }],
    CustomAttributes: [{ Name: 'level', AttributeDataType: 'Number' }],
    UsernameConfiguration: { CaseSensitive: false },
    VerificationMessageTemplate: { EmailMessage: 'Code {####}' },
    AdminCreateUserConfig: { AllowAdminCreateUserOnly: false },
    AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'verified_email', Priority: 1 }] },
    ...{ ClientName: 'web', ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'], GenerateSecret: false, AccessTokenValidity: 1 },
    TokenValidityUnits: { AccessToken: 'hours' },
    RefreshTokenRotation: { Feature: 'DISABLED' },
    ...{ Domain: 'my-app', ProviderName: 'Google', ProviderType: 'Google', ProviderDetails: { client_id: 'x' }, AttributeMapping: {} },
    ...{ Identifier: 'api', Name: 'API', Scopes: [{ ScopeName: 'read', ScopeDescription: 'Reads' }] },
    ...{ DestinationUser: link, SourceUser: { ...link, ProviderAttributeValue: '1' }, User: link },
  }
}
