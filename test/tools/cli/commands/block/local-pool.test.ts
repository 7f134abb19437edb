import {
  AdminListUserSessionsCommand,
  type CognitoIdentityProviderClient,
  GetTokensFromRefreshTokenCommand,
  GetUserCommand,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { preAuthentication } from '../../../../../src/pre-auth/trigger.ts'
import { preTokenGeneration } from '../../../../../src/pre-token/trigger.ts'
import { blockUsers } from '../../../../../src/rules/block-users.ts'
import { dynamoBlockList } from '../../../../../src/shared/blocks/dynamo-block-list.ts'
import { type LocalServices, startServices } from '../../../../../src/tools/local/services.ts'
import { type Finished, lifeguard } from '../../../../support/cli/lifeguard.ts'
import { createSdk } from '../../../../support/clients/users.ts'
import { type ApiPool, SILENT, startApiPool, toFunction } from '../../../../support/lifeguard-pool.ts'
import { dynamoDbClient } from '../../../../support/local-clients.ts'
import { createBrowser, exchangeCode, PASSWORD, type TestBrowser, type Visited } from '../../../../support/managed-login.ts'

const SLOW = { timeout: 120_000 }
const BLOCKED = 'PreAuthentication failed with error Sign-in is not possible at the moment.'

let services: LocalServices
let dynamodb: ReturnType<typeof dynamoDbClient>
let documents: DynamoDBDocumentClient
beforeAll(async () => {
  services = await startServices({ blocks: 'blocks', profiles: 'profiles', effects: 'effects', limits: 'limits' })
  dynamodb = dynamoDbClient(services.dynamodb.endpoint)
  documents = DynamoDBDocumentClient.from(dynamodb)
}, SLOW.timeout)
afterAll(async () => {
  dynamodb.destroy()
  await services.stop()
})

interface BlockingPool extends ApiPool {
  /** The AWS SDK, with the pool as its endpoint. */
  readonly sdk: CognitoIdentityProviderClient
  readonly run: (...args: readonly string[]) => Promise<Finished>
  /** Returns the operations and pages since the last use of this function. */
  readonly takeRequests: () => readonly string[]
}

/** Starts a pool with the user `mary`, whose functions check the table of blocks that the command writes. */
async function startBlocking(tracking: 'ENABLED' | 'DISABLED'): Promise<BlockingPool> {
  const block = blockUsers(dynamoBlockList({ documents: () => documents, table: 'blocks' }))
  const pool = await startApiPool({
    triggers: {
      PreAuthentication: toFunction(preAuthentication(SILENT, block)),
      PreTokenGeneration: toFunction(preTokenGeneration(SILENT, block)),
    },
  })
  pool.addUser('mary')
  const settings = { UserPoolId: pool.pool.id, UserSessionTracking: tracking, TokenSession: { MaxPerUser: 20 } }
  expect((await pool.api('SetUserPoolSessionConfiguration', settings)).status).toBe(200)
  const { endpoint } = pool.pools
  const sdk = createSdk({ endpoint, region: 'us-east-1', userPoolId: pool.pool.id, clientId: pool.client.id })
  onTestFinished(() => sdk.destroy())
  const env = { ...services.environment, AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: endpoint, BLOCK_TABLE: 'blocks' }
  let last = 0
  return {
    ...pool,
    sdk,
    run: (...args) => lifeguard([...args, '--pool', pool.pool.id], { env }),
    takeRequests() {
      const entries = pool.pools.world.journal.entries().filter(({ id }) => id > last)
      last = entries.at(-1)?.id ?? last
      return entries.map(({ operation }) => operation)
    },
  }
}

/** Enters the password on the page for the sign-in. */
async function signInWith(pool: ApiPool, browser: TestBrowser): Promise<Visited> {
  return browser.submit(await browser.open(pool.authorizeUrl()), { username: 'mary', password: PASSWORD })
}

const hasCode = ({ location }: Visited): boolean => location?.searchParams.has('code') === true

/** Signs in with the password through the API. */
const startAuth = ({ sdk, client }: BlockingPool) =>
  sdk.send(
    new InitiateAuthCommand({
      ...{ ClientId: client.id, AuthFlow: 'USER_PASSWORD_AUTH' },
      AuthParameters: { USERNAME: 'mary', PASSWORD },
    }),
  )
const refresh = ({ sdk, client }: BlockingPool, RefreshToken: unknown) =>
  sdk.send(new GetTokensFromRefreshTokenCommand({ ClientId: client.id, RefreshToken: String(RefreshToken) }))
const listSessions = async ({ sdk, pool }: BlockingPool): Promise<readonly unknown[]> =>
  (await sdk.send(new AdminListUserSessionsCommand({ UserPoolId: pool.id, Username: 'mary' }))).Sessions?.map(
    ({ SessionType }) => SessionType,
  ) ?? []

it('ends every session of a user who is signed in, until the block is removed', SLOW, async () => {
  const pool = await startBlocking('ENABLED')
  const browser = createBrowser()
  const tokens = await exchangeCode(pool, await signInWith(pool, browser))
  const { AuthenticationResult: ofApi } = await startAuth(pool)
  expect(hasCode(await browser.open(pool.authorizeUrl()))).toBe(true)
  expect((await refresh(pool, tokens.refresh_token)).AuthenticationResult?.AccessToken).toMatch(/^ey/)
  expect((await listSessions(pool)).toSorted()).toEqual(['SSO', 'TOKEN', 'TOKEN'])

  const blocked = await pool.run('block', 'mary@example.com', '--reason', 'spam', '--sign-out')

  expect(blocked).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Signed out mary: refresh tokens are revoked, and 1 session of managed login ended\n'),
    stderr: '',
  })
  expect(await listSessions(pool)).toEqual([])
  for (const token of [tokens.refresh_token, ofApi?.RefreshToken])
    await expect(refresh(pool, token)).rejects.toMatchObject({ name: 'NotAuthorizedException', message: 'Refresh Token has been revoked' })
  await expect(pool.sdk.send(new GetUserCommand({ AccessToken: ofApi?.AccessToken }))).rejects.toThrow('Access Token has been revoked')
  // The page asks for the password, so the cookie has no session any more. A block alone would send an error back.
  const page = await browser.open(pool.authorizeUrl())
  expect({ path: new URL(page.url).pathname, location: page.location }).toEqual({ path: '/login', location: undefined })
  const refused = await browser.submit(page, { username: 'mary', password: PASSWORD })
  expect({ location: refused.location, shown: refused.text.includes(BLOCKED) }).toEqual({ location: undefined, shown: true })
  await expect(startAuth(pool)).rejects.toMatchObject({ name: 'UserLambdaValidationException', message: BLOCKED })
  expect(await listSessions(pool)).toEqual([])

  expect((await pool.run('unblock', 'mary@example.com')).code).toBe(0)

  expect((await exchangeCode(pool, await signInWith(pool, browser))).refresh_token).toEqual(expect.any(String))
  expect((await startAuth(pool)).AuthenticationResult?.AccessToken).toMatch(/^ey/)
  await expect(refresh(pool, tokens.refresh_token)).rejects.toThrow('Refresh Token has been revoked')
})

it('reports that sessions go on in a pool that does not track them, where pre token generation refuses their tokens', SLOW, async () => {
  const pool = await startBlocking('DISABLED')
  const browser = createBrowser()
  await signInWith(pool, browser)

  const blocked = await pool.run('block', 'mary', '--reason', 'spam', '--sign-out')

  expect(blocked).toMatchObject({ code: 0, stdout: expect.stringContaining('The pool does not track sessions'), stderr: '' })
  const back = await browser.open(pool.authorizeUrl())
  expect(back.location?.searchParams.get('error_description')).toBe(
    'PreTokenGeneration failed with error Sign-in is not possible at the moment. ',
  )
})

it('only looks up the user with --dry-run', SLOW, async () => {
  const pool = await startBlocking('ENABLED')
  const browser = createBrowser()
  const tokens = await exchangeCode(pool, await signInWith(pool, browser))
  const { Count: before } = await documents.send(new ScanCommand({ TableName: 'blocks' }))
  pool.takeRequests()

  const { code, stdout } = await pool.run('block', 'mary@example.com', '--reason', 'spam', '--sign-out', '--dry-run')

  expect(code).toBe(0)
  for (const name of ['PutItem', 'AdminUserGlobalSignOut', 'AdminListUserSessions', 'AdminRevokeUserSession'])
    expect(stdout).toContain(`\n  ${name} {`)
  expect(pool.takeRequests()).toEqual(['ListUsers'])
  expect((await documents.send(new ScanCommand({ TableName: 'blocks' }))).Count).toBe(before)
  expect(hasCode(await browser.open(pool.authorizeUrl()))).toBe(true)
  expect((await refresh(pool, tokens.refresh_token)).AuthenticationResult?.AccessToken).toMatch(/^ey/)
})

it('finds the users of the local pool by address, sub and user name', SLOW, async () => {
  const pool = await startBlocking('ENABLED')
  const { sub } = pool.pool.users.get('mary') ?? {}
  await pool.run('block', 'mary@example.com', '--reason', 'spam')

  const checks = [
    await pool.run('blocked', '--check', sub ?? '', '--no-handlers'),
    await pool.run('blocked', '--check', 'mary', '--no-handlers'),
  ]

  for (const { stdout } of checks) expect(stdout).toMatch(/^mary \(sub .*\n {2}blocked by email mary@example\.com: spam, /)
})
