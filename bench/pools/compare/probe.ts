import type { RunningPool } from '../contestants.ts'
import { createIds, type Ids, PASSWORD, type PoolAnswer, type PoolClient, readCode } from '../flow.ts'
import type { FunctionEndpoint } from './function-endpoint.ts'

/** The observed behaviour of a pool. `unknown` means that the probe could not be set up. */
export interface Finding {
  readonly kind: 'works' | 'refuses' | 'different' | 'unknown'
  readonly note?: string
}

/** A pool under test. */
export interface Subject extends PoolClient {
  readonly pool: RunningPool
  readonly functions: FunctionEndpoint
  /** The user pool that probes share. */
  readonly ids: Ids
}

/** The triggers of the shared pools. The others change what every sign-up and sign-in does, so they run in a pool of their own. */
export const PLAIN_TRIGGERS: readonly string[] = [
  ...['PreSignUp', 'PostConfirmation', 'PreAuthentication', 'PostAuthentication', 'PreTokenGeneration', 'CustomMessage'],
  ...['DefineAuthChallenge', 'CreateAuthChallenge', 'VerifyAuthChallengeResponse'],
]
export const SPECIAL_TRIGGERS: readonly string[] = ['UserMigration', 'CustomEmailSender', 'CustomSMSSender']

export const toArn = (trigger: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${trigger}`

/** Returns the LambdaConfig of a user pool. */
export function toLambdaConfig(triggers: readonly string[], keyArn?: string): Record<string, unknown> {
  const entries = triggers.map((name) => [name, name.endsWith('Sender') ? { LambdaArn: toArn(name), LambdaVersion: 'V1_0' } : toArn(name)])
  return { ...Object.fromEntries(entries), ...(keyArn !== undefined && { KMSKeyID: keyArn }) }
}

const FLOWS = [
  'ALLOW_USER_PASSWORD_AUTH',
  'ALLOW_REFRESH_TOKEN_AUTH',
  'ALLOW_USER_SRP_AUTH',
  'ALLOW_CUSTOM_AUTH',
  'ALLOW_ADMIN_USER_PASSWORD_AUTH',
]

/** Creates a user pool that calls the functions, and its app client. */
export function createPoolWith(
  client: PoolClient,
  triggers: readonly string[],
  settings: object = {},
  clientSettings: object = {},
): Promise<Ids> {
  const EmailConfiguration = { EmailSendingAccount: 'DEVELOPER', SourceArn: 'arn:aws:ses:us-east-1:000000000000:identity/example.com' }
  const pool = { LambdaConfig: toLambdaConfig(triggers), EmailConfiguration, ...settings }
  return createIds(client, pool, { ExplicitAuthFlows: FLOWS, ...clientSettings })
}

/** Creates a confirmed user with a verified email address. Returns the name. */
export async function createUser({ send }: Subject, ids: Ids, prefix = 'user'): Promise<string> {
  const Username = `${prefix}-${Math.random().toString(36).slice(2, 10)}`
  const UserAttributes = [
    { Name: 'email', Value: `${Username}@example.com` },
    { Name: 'email_verified', Value: 'true' },
  ]
  await send('AdminCreateUser', { UserPoolId: ids.UserPoolId, Username, UserAttributes, MessageAction: 'SUPPRESS' })
  await send('AdminSetUserPassword', { UserPoolId: ids.UserPoolId, Username, Password: PASSWORD, Permanent: true })
  return Username
}

/** Signs a new user up without confirming it. Returns the name and the code. */
export async function signUp(subject: Subject, ids: Ids, more: object = {}): Promise<{ readonly name: string; readonly code: string }> {
  const name = `signup-${Math.random().toString(36).slice(2, 10)}`
  const email = `${name}@example.com`
  await subject.send('SignUp', { ...toSignUp(ids, name), ...more })
  return { name, code: await readCode(subject, subject.pool.name, email) }
}

export function toSignUp({ ClientId }: Ids, Username: string): Record<string, unknown> {
  return { ClientId, Username, Password: PASSWORD, UserAttributes: [{ Name: 'email', Value: `${Username}@example.com` }] }
}

/** Signs a user in with the password. Returns the tokens. */
export async function signIn({ send }: Subject, { ClientId }: Ids, name: string, more: object = {}): Promise<Record<string, string>> {
  const AuthParameters = { USERNAME: name, PASSWORD }
  const { AuthenticationResult } = await send('InitiateAuth', { ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters, ...more })
  return Object(AuthenticationResult)
}

/** Decodes the claims of a token. */
export function toClaims(token: string | undefined): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString() || '{}')
}

/** Describes an error of a pool. */
export function describeError({ status, body }: PoolAnswer): string {
  const type = String(body.__type ?? body.code ?? status)
  return body.message === undefined ? type : `${type}: ${String(body.message)}`
}

/** Compares an observation with what Cognito does. */
export function compare(observed: unknown, expected: unknown): Finding {
  const [one, two] = [JSON.stringify(observed), JSON.stringify(expected)]
  return one === two ? { kind: 'works' } : { kind: 'different', note: `${one ?? 'nothing'} instead of ${two}` }
}
