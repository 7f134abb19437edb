import { describe, expect, it } from 'vitest'
import { type LoginOptions, readClaims, startForTest, type TestLogin } from '../../../support/managed-login.ts'

const SECRET = 'a-secret+with/signs='
const start = (options?: LoginOptions): Promise<TestLogin> => {
  const client = { AllowedOAuthFlows: ['client_credentials'], AllowedOAuthScopes: ['orders/read', 'orders/write'], CallbackURLs: [] }
  return startForTest({ secret: SECRET, tokenVersion: 'V3_0', client, ...options })
}
const basic = (id: string, secret = SECRET): Readonly<Record<string, string>> => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
})

describe('client_credentials', () => {
  it('gives an access token alone, with the scopes of the request', async () => {
    const login = await start()

    const answer = await login.post('/oauth2/token', { grant_type: 'client_credentials', scope: 'orders/read' }, basic(login.client.id))

    const body = JSON.parse(await answer.text())
    expect(body).toEqual({ access_token: expect.any(String), expires_in: 3600, token_type: 'Bearer' })
    expect(readClaims(body.access_token)).toMatchObject({ sub: login.client.id, scope: 'orders/read', token_use: 'access', version: 2 })
  })

  it('calls ClientCredentials with the metadata of the request', async () => {
    const login = await start()
    const form = { grant_type: 'client_credentials', scope: 'orders/read', aws_client_metadata: JSON.stringify({ tenant: 't-1' }) }

    await login.post('/oauth2/token', form, basic(login.client.id))

    expect(login.takeCalls().map(({ event }) => event)).toEqual([
      {
        version: '3',
        region: 'us-east-1',
        userPoolId: login.pool.id,
        userName: login.client.id,
        callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: login.client.id },
        triggerSource: 'TokenGeneration_ClientCredentials',
        request: {
          userAttributes: {},
          clientMetadata: { tenant: 't-1' },
          groupConfiguration: { groupsToOverride: [], iamRolesToOverride: [], preferredRole: null },
          scopes: ['orders/read'],
        },
        response: { claimsAndScopeOverrideDetails: null },
      },
    ])
  })

  it.each(['V1_0', 'V2_0'] as const)('calls no function of version %s', async (tokenVersion) => {
    const login = await start({ tokenVersion })

    const answer = await login.post('/oauth2/token', { grant_type: 'client_credentials' }, basic(login.client.id))

    expect(answer.status).toBe(200)
    expect(login.takeSources()).toEqual([])
  })

  it('takes the claims and the scopes that the function adds', async () => {
    const accessTokenGeneration = {
      claimsToAddOrOverride: { tenant: 't-1', sub: 'x' },
      scopesToAdd: ['orders/admin'],
      scopesToSuppress: ['orders/write'],
    }
    const response = { claimsAndScopeOverrideDetails: { accessTokenGeneration } }
    const login = await start({ triggers: { PreTokenGeneration: (event) => ({ ...event, response }) } })

    const answer = await login.post('/oauth2/token', { grant_type: 'client_credentials' }, basic(login.client.id))

    const claims = readClaims(JSON.parse(await answer.text()).access_token)
    expect(claims).toMatchObject({ tenant: 't-1', scope: 'orders/read orders/admin', sub: login.client.id })
  })

  it('answers a refusal of the function with its text', async () => {
    const refuse = (): never => {
      throw new Error('Unknown tenant')
    }
    const login = await start({ triggers: { PreTokenGeneration: refuse } })

    const answer = await login.post('/oauth2/token', { grant_type: 'client_credentials' }, basic(login.client.id))

    expect(await answer.json()).toEqual({
      error: 'invalid_grant',
      error_description: 'PreTokenGeneration failed with error Unknown tenant.',
    })
  })

  it('takes the secret of the form, and of a header that is encoded for a URL', async () => {
    const login = await start()
    const { id } = login.client

    const inForm = await login.post('/oauth2/token', { grant_type: 'client_credentials', client_id: id, client_secret: SECRET })
    const encoded = await login.post('/oauth2/token', { grant_type: 'client_credentials' }, basic(id, encodeURIComponent(SECRET)))

    expect([inForm.status, encoded.status]).toEqual([200, 200])
  })

  it.each([
    ['a wrong secret', {}, 'wrong', 'invalid_client'],
    ['no secret', { client_secret: '' }, undefined, 'invalid_client'],
    ['two app clients', { client_id: 'other' }, SECRET, 'invalid_client'],
    ['a scope that the app client lacks', { scope: 'orders/all' }, SECRET, 'invalid_scope'],
    ['metadata that is not JSON', { aws_client_metadata: '{' }, SECRET, 'invalid_request'],
    ['metadata with a number', { aws_client_metadata: '{"a":1}' }, SECRET, 'invalid_request'],
  ])('refuses %s', async (_, more, secret, error) => {
    const login = await start()
    const { id } = login.client
    const form = { grant_type: 'client_credentials', ...(secret === undefined && { client_id: id }), ...more }

    const answer = await login.post('/oauth2/token', form, secret === undefined ? {} : basic(id, secret))

    expect([answer.status, await answer.json()]).toEqual([400, { error }])
  })

  it('refuses an app client that does not allow it', async () => {
    const login = await start({ client: {} })

    const answer = await login.post('/oauth2/token', { grant_type: 'client_credentials', scope: 'orders/read' }, basic(login.client.id))

    expect(await answer.json()).toEqual({ error: 'unauthorized_client' })
  })

  it('keeps the secret out of the journal', async () => {
    const login = await start()

    await login.post('/oauth2/token', { grant_type: 'client_credentials', client_id: login.client.id, client_secret: SECRET })

    expect(JSON.stringify(login.pools.world.journal.entries().map(({ input }) => input))).not.toContain(SECRET)
  })
})
