import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Fields, startTestPool, stopTestPools, type TestPool } from '../../support/pool-sequences.ts'

let pool: TestPool
beforeAll(async () => {
  pool = await startTestPool()
})
afterAll(stopTestPools)

const MEBIBYTE = 1024 * 1024
const GET_USER = { 'x-amz-target': 'AWSCognitoIdentityProviderService.GetUser' }

interface Reply {
  readonly status: number | undefined
  readonly headers: Fields
  readonly body: string
}

/** Sends a request with any headers, also those that fetch does not allow. */
async function send(
  headers: Readonly<Record<string, string>>,
  options: { method?: string; path?: string; body?: string } = {},
): Promise<Reply> {
  const { method = 'POST', path = '/', body = '{}' } = options
  const { promise, resolve, reject } = Promise.withResolvers<Reply>()
  const sent = request({
    host: '127.0.0.1',
    port: pool.pools.port,
    method,
    path,
    headers: { host: `localhost:${pool.pools.port}`, ...headers },
  })
  sent.on('error', reject).on('response', (response) => {
    text(response).then((content) => resolve({ status: response.statusCode, headers: { ...response.headers }, body: content }), reject)
  })
  sent.end(method === 'POST' ? body : undefined)
  return promise
}

describe('the server of the pools', () => {
  it.each(['localhost', 'localhost:9229', '127.0.0.1:1', '[::1]:9229'])('answers under the host %s', async (host) => {
    expect((await send({ ...GET_USER, host })).status).toBe(400)
  })

  it.each([
    'example.com',
    'localhost.example.com',
    'localhost:9229.example.com',
    '127.0.0.1.example.com',
    '0.0.0.0',
    '[::2]',
    'localhost@example.com',
  ])('refuses the host %j, which only DNS rebinding sends', async (host) => {
    expect((await send({ ...GET_USER, host })).status).toBe(403)
  })

  it.each(['http://localhost:3000', 'https://localhost', 'http://127.0.0.1:8080', 'http://[::1]:3000'])(
    'lets the page %s read the answer and the error',
    async (origin) => {
      const { status, headers } = await send({ ...GET_USER, origin })

      expect(status).toBe(400)
      expect(headers).toMatchObject({ 'access-control-allow-origin': origin, vary: 'origin' })
      expect(headers['access-control-expose-headers']).toContain('x-amzn-errortype')
    },
  )

  it.each([
    'https://example.com',
    'http://localhost.example.com',
    'null',
    'file://localhost',
    'http://localhost:3000/path',
    'http://192.168.0.1',
  ])('refuses the page %s, and changes nothing for it', async (origin) => {
    const before = pool.pools.world.journal.entries().length

    const { status, headers } = await send({ ...GET_USER, origin })

    expect(status).toBe(403)
    expect(headers).not.toHaveProperty('access-control-allow-origin')
    expect(pool.pools.world.journal.entries().length).toBe(before)
  })

  it('allows the headers of the clients in a preflight', async () => {
    const { status, headers } = await send({ origin: 'http://localhost:3000' }, { method: 'OPTIONS' })

    expect(status).toBe(204)
    for (const name of ['x-amz-target', 'x-amz-user-agent', 'content-type', 'authorization', 'cache-control', 'amz-sdk-request'])
      expect(headers['access-control-allow-headers']).toContain(name)
  })

  it.each([
    ['malformed JSON', '{"AccessToken"', 'SerializationException'],
    ['an array', '[]', 'SerializationException'],
    ['a text', '"x"', 'SerializationException'],
    ['null', 'null', 'SerializationException'],
    ['invalid UTF-8', '\ud800', 'SerializationException'],
    ['a number as a token', '{"AccessToken":1}', 'InvalidParameterException'],
    ['an empty body', '', 'InvalidParameterException'],
  ])('answers %s with an error that clients can read', async (_, body, type) => {
    const { status, headers, body: answer } = await send(GET_USER, { body })

    expect(status).toBe(400)
    expect(headers).toMatchObject({ 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': `${type}:` })
    expect(JSON.parse(answer)).toMatchObject({ __type: type, message: expect.any(String) })
  })

  it('refuses a body above one mebibyte, and answers the next request', async () => {
    const { status, body } = await send(GET_USER, { body: 'x'.repeat(MEBIBYTE + 1) })

    expect(status).toBe(413)
    expect(JSON.parse(body)).toMatchObject({ __type: 'RequestEntityTooLargeException' })
    expect((await send(GET_USER)).status).toBe(400)
  })

  it.each([
    ['no operation', {}, 'UnknownOperationException'],
    ['the target of another service', { 'x-amz-target': 'DynamoDB_20120810.GetItem' }, 'UnknownOperationException'],
    ['an operation that is missing', { 'x-amz-target': 'AWSCognitoIdentityProviderService.ListDevices' }, 'InvalidParameterException'],
    ['a name that every object has', { 'x-amz-target': 'AWSCognitoIdentityProviderService.constructor' }, 'InvalidParameterException'],
  ])('refuses %s', async (_, headers, type) => {
    const { status, body } = await send(headers)

    expect(status).toBe(400)
    expect(JSON.parse(body)).toMatchObject({ __type: type })
  })

  it('names an operation that it does not simulate', async () => {
    expect((await pool.api('ListDevices', {})).body.message).toBe('ListDevices is not simulated by Lifeguard')
  })

  it('publishes the key set and the configuration of each pool, and of no other', async () => {
    const read = (id: string, file: string): Promise<Reply> => send({}, { method: 'GET', path: `/${id}/.well-known/${file}` })
    const keys = await read(pool.userPoolId, 'jwks.json')
    const configuration = await read(pool.userPoolId, 'openid-configuration')

    expect(JSON.parse(keys.body)).toMatchObject({ keys: [{ kty: 'RSA', alg: 'RS256', use: 'sig' }] })
    expect(JSON.parse(configuration.body)).toMatchObject({ issuer: `${pool.pools.endpoint}/${pool.userPoolId}` })
    expect(keys.body).not.toContain('"d"')
    expect((await read('us-east-1_Unknown00', 'jwks.json')).status).toBe(404)
  })

  it('answers an unknown path with 404', async () => {
    expect((await send({}, { method: 'GET', path: '/unknown' })).status).toBe(404)
    expect((await send(GET_USER, { path: '/unknown' })).status).toBe(404)
  })

  it('answers a bug of the pool with an internal error, and shows its place only in the journal', async () => {
    const broken = await startTestPool()
    broken.pools.world.store.pools.get = () => {
      throw new TypeError('a bug')
    }

    const { status, body } = await broken.api('AdminGetUser', { UserPoolId: broken.userPoolId, Username: 'ada' })

    expect({ status, type: body.__type, message: body.message }).toEqual({
      status: 500,
      type: 'InternalErrorException',
      message: 'Internal error of the local pool',
    })
    expect(broken.pools.world.journal.entries().at(-1)?.error?.message).toContain('TypeError: a bug')
  })
})
