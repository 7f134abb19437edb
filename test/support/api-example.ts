import type { Server } from 'node:http'
import { join } from 'node:path'
import {
  AdminAddUserToGroupCommand,
  CognitoIdentityProviderClient,
  ConfirmSignUpCommand,
  CreateGroupCommand,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
  InitiateAuthCommand,
  type LambdaConfigType,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import type { Decision } from '../../src/shared/rules/decision.ts'
import { type LocalPools, startPools } from '../../src/tools/pool/start-pool.ts'
import { decode } from '../../src/tools/pool/tokens.ts'
import type { CallTrigger } from '../../src/tools/pool/triggers.ts'
import { repository } from './built.ts'

const PRE_SIGN_UP = 'arn:aws:lambda:us-east-1:000000000000:function:pre-signup'
const PASSWORD = 'Correct-horse-1'

export interface Tokens {
  readonly AccessToken: string
  readonly IdToken: string
}

/** A local pool with the trigger of the example `api`, an app client of the API, and another app client. */
export interface ApiPool {
  readonly pools: LocalPools
  readonly sdk: CognitoIdentityProviderClient
  readonly poolId: string
  readonly issuer: string
  readonly clientId: string
  readonly otherClientId: string
  /** Signs a user up and in, with the groups. */
  readonly signUpAndIn: (email: string, groups?: readonly string[], clientId?: string) => Promise<Tokens>
  readonly stop: () => Promise<void>
}

/** Decides with the rules of the example, in this process. */
const callExample: CallTrigger = async ({ event }) => {
  const { handler }: { handler: { decide: (event: object) => Promise<Decision> } } = await import(
    join(repository, 'examples/api/pre-signup.ts')
  )
  const decision = await handler.decide(event)
  const base = { problem: null, decision: null, attempts: 1, durationMs: 0 }
  if (decision.kind === 'proceed') return { ...base, outcome: 'proceed', response: { ...decision.response }, error: null }
  const reason = decision.kind === 'denied' ? decision.message : String(decision.error)
  const error = { name: 'UserLambdaValidationException', message: `PreSignUp failed with error ${reason}.` }
  return { ...base, outcome: decision.kind, response: null, error }
}

/** Starts the pool. @param now The clock of the pool, which dates its tokens. */
export async function startApiPool(now: () => number = Date.now): Promise<ApiPool> {
  const pools = await startPools({ call: callExample, encrypt: async () => '', now })
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const sdk = new CognitoIdentityProviderClient({ endpoint: pools.endpoint, region: 'us-east-1', credentials })
  const { poolId, clientId } = await createPool(sdk, { PreSignUp: PRE_SIGN_UP })
  const otherClientId = await createClient(sdk, poolId)
  await sdk.send(new CreateGroupCommand({ UserPoolId: poolId, GroupName: 'staff' }))
  await sdk.send(new CreateGroupCommand({ UserPoolId: poolId, GroupName: 'not-staff' }))
  const signedUp = new Set<string>()
  return {
    pools,
    sdk,
    poolId,
    issuer: `${pools.endpoint}/${poolId}`,
    clientId,
    otherClientId,
    async signUpAndIn(email, groups = [], client = clientId) {
      if (!signedUp.has(email)) await signUp(sdk, pools, clientId, email)
      signedUp.add(email)
      for (const GroupName of groups) await sdk.send(new AdminAddUserToGroupCommand({ UserPoolId: poolId, Username: email, GroupName }))
      return signIn(sdk, client, email)
    },
    async stop() {
      sdk.destroy()
      await pools.stop()
    },
  }
}

/** Creates a pool with an app client. */
export async function createPool(
  sdk: CognitoIdentityProviderClient,
  LambdaConfig: LambdaConfigType = {},
): Promise<{ readonly poolId: string; readonly clientId: string }> {
  const input = { PoolName: 'people', LambdaConfig }
  const { UserPool } = await sdk.send(
    new CreateUserPoolCommand({ ...input, AutoVerifiedAttributes: ['email'], UsernameAttributes: ['email'] }),
  )
  const poolId = UserPool?.Id ?? ''
  return { poolId, clientId: await createClient(sdk, poolId) }
}

async function createClient(sdk: CognitoIdentityProviderClient, UserPoolId: string): Promise<string> {
  const { UserPoolClient } = await sdk.send(
    new CreateUserPoolClientCommand({
      UserPoolId,
      ClientName: 'app',
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    }),
  )
  return UserPoolClient?.ClientId ?? ''
}

/** Signs a user up, and confirms the account with the code of the inbox. */
export async function signUp(sdk: CognitoIdentityProviderClient, { world }: LocalPools, ClientId: string, email: string): Promise<void> {
  const UserAttributes = [{ Name: 'email', Value: email }]
  await sdk.send(new SignUpCommand({ ClientId, Username: email, Password: PASSWORD, UserAttributes }))
  const code = world.inbox.messages().findLast(({ to }) => to === email)?.code
  await sdk.send(new ConfirmSignUpCommand({ ClientId, Username: email, ConfirmationCode: code }))
}

/** Signs a user in with the password. */
export async function signIn(sdk: CognitoIdentityProviderClient, ClientId: string, email: string): Promise<Tokens> {
  const AuthParameters = { USERNAME: email, PASSWORD }
  const { AuthenticationResult } = await sdk.send(new InitiateAuthCommand({ ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters }))
  const { AccessToken = '', IdToken = '' } = AuthenticationResult ?? {}
  return { AccessToken, IdToken }
}

/** Returns the claims of a token without a check. */
export function readClaims(token: string): Readonly<Record<string, unknown>> {
  return decode(token.split('.')[1] ?? '') ?? {}
}

/** Returns the URL of a server that listens on this machine. */
export function toUrl(listening: Server): string {
  const address = listening.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}
