import {
  AdminCreateUserCommand,
  CognitoIdentityProviderClient,
  GetTokensFromRefreshTokenCommand,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { preTokenGeneration } from '../../src/pre-token/trigger.ts'
import { ensureProfile } from '../../src/rules/ensure-profile.ts'
import { lastSeen } from '../../src/rules/last-seen.ts'
import type { LastSeenStore } from '../../src/shared/seen/last-seen-store.ts'
import { memoryProfiles } from '../../src/testing/memory-profiles.ts'
import { tokenEvent } from '../pre-token/token-event.ts'
import { startTestPool, type TestEvent, type TestPool } from '../support/pool.ts'

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
const email = 'ivy@example.com'
const profiles = memoryProfiles()
const seen: Parameters<LastSeenStore['record']>[0][] = []
const store: LastSeenStore = { record: async (user) => seen.push(user) > 0 }
const handler = preTokenGeneration({ write: () => undefined, logLevel: 'silent' }, ensureProfile(profiles), lastSeen(store))
const confirmations: TestEvent[] = []
let pool: TestPool
let client: CognitoIdentityProviderClient

beforeAll(async () => {
  pool = await startTestPool({
    triggers: {
      PostConfirmation(event) {
        confirmations.push(event)
        return event
      },
      async PreTokenGeneration(event) {
        const { triggerSource, userPoolId, userName, request } = event
        await handler(
          tokenEvent({ version: '2', triggerSource, userPoolId, userName, request: { userAttributes: request.userAttributes } }),
        )
        return event
      },
    },
  })
  client = new CognitoIdentityProviderClient({ endpoint: pool.endpoint, region: pool.region, credentials, maxAttempts: 1 })
})
afterAll(async () => {
  client.destroy()
  await pool.stop()
})

it('an invited user gets a profile and a time at the first sign-in, although post confirmation never runs', async () => {
  const { userPoolId: UserPoolId, clientId: ClientId } = pool
  const UserAttributes = [
    { Name: 'email', Value: email },
    { Name: 'email_verified', Value: 'true' },
  ]
  await client.send(new AdminCreateUserCommand({ UserPoolId, Username: email, TemporaryPassword: 'Temporary-Horse-9', UserAttributes }))
  const AuthParameters = { USERNAME: email, PASSWORD: 'Temporary-Horse-9' }
  const { Session } = await client.send(new InitiateAuthCommand({ ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters }))
  expect(profiles.rows).toEqual([])

  const ChallengeResponses = { USERNAME: email, NEW_PASSWORD: 'Correct-Horse-9' }
  const { AuthenticationResult } = await client.send(
    new RespondToAuthChallengeCommand({ ClientId, ChallengeName: 'NEW_PASSWORD_REQUIRED', Session, ChallengeResponses }),
  )
  await client.send(new GetTokensFromRefreshTokenCommand({ ClientId, RefreshToken: AuthenticationResult?.RefreshToken }))

  expect(confirmations).toEqual([])
  expect(profiles.rows).toMatchObject([{ userPoolId: UserPoolId, attributes: { email, email_verified: 'true' } }])
  const { sub } = profiles.rows[0] ?? {}
  expect(seen).toEqual([
    { userPoolId: UserPoolId, sub },
    { userPoolId: UserPoolId, sub },
  ])
})
