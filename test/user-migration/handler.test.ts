import { createServer } from 'node:http'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { listenOnLoopback } from '../../src/tools/local/loopback.ts'
import { startServices } from '../../src/tools/local/services.ts'
import { startCognitoPasswords } from '../support/cognito-passwords-endpoint.ts'
import { captureComplaint, endpointEnvironment, stubEnvironment } from '../support/environment.ts'
import { seededTables } from '../support/sample-events.ts'
import { forgotEvent, migrationEvent, TYPED } from './migration-event.ts'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

async function handlerWith(environment: Readonly<Record<string, string>>) {
  stubEnvironment({ ...endpointEnvironment({}), ...environment })
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  return (await import('../../src/user-migration/handler.ts')).handler
}

const table = { LEGACY_DIRECTORY: 'table', LEGACY_TABLE: 'lifeguard-legacy-users', LEGACY_HASH: 'scrypt:ln=1,r=1,p=1' }
const pool = {
  LEGACY_DIRECTORY: 'pool',
  LEGACY_POOL_ARN: 'arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_aBcDeFgHi',
  LEGACY_CLIENT_ID: 'old-client',
}
const http = { LEGACY_DIRECTORY: 'http' }

describe('the user migration handler', () => {
  it('migrates users from a table of hashes', async () => {
    const names = { blocks: 'blocks', profiles: 'profiles', effects: 'effects', limits: 'limits' }
    const services = await startServices(names, seededTables())
    onTestFinished(() => services.stop())
    const handler = await handlerWith({ ...services.environment, ...table, LEGACY_ATTRIBUTES: 'email', PASSWORD_MIN_LENGTH: '20' })
    expect(await handler(migrationEvent())).toMatchObject({
      response: { userAttributes: { email: 'mary@example.com', email_verified: 'true' }, finalUserStatus: 'RESET_REQUIRED' },
    })
    const wrong = migrationEvent({ request: { password: 'guess' } })
    expect(await handler(wrong)).toEqual(wrong)
  })

  it('migrates users from another user pool', async () => {
    const cognito = await startCognitoPasswords()
    onTestFinished(() => cognito.stop())
    cognito.put('mary@example.com', { password: TYPED, attributes: { email: 'mary@example.com', email_verified: 'true', sub: 'old' } })
    const handler = await handlerWith({ ...pool, LEGACY_CLIENT_SECRET: 's', AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: cognito.endpoint })
    const response = { userAttributes: { email: 'mary@example.com', email_verified: 'true' }, finalUserStatus: 'CONFIRMED' }
    expect(await handler(migrationEvent())).toMatchObject({ response })
    expect(await handler(forgotEvent())).toMatchObject({ response: { ...response, finalUserStatus: 'RESET_REQUIRED' } })
    expect(cognito.calls()[0]).toMatchObject([
      'AdminInitiateAuth',
      { UserPoolId: 'eu-west-1_aBcDeFgHi', AuthParameters: { SECRET_HASH: expect.any(String) } },
    ])
  })

  it('migrates users from an HTTP service', async () => {
    const authorizations: unknown[] = []
    const service = await listenOnLoopback(
      createServer((request, response) => {
        authorizations.push(request.headers.authorization)
        response.end(JSON.stringify({ result: 'found', attributes: { email: 'mary@example.com' } }))
      }),
    )
    onTestFinished(() => service.stop())
    const handler = await handlerWith({ ...http, LEGACY_URL: service.endpoint, LEGACY_TOKEN: 'service-token' })
    expect(await handler(migrationEvent())).toMatchObject({ response: { userAttributes: { email: 'mary@example.com' } } })
    expect(authorizations).toEqual(['Bearer service-token'])
  })

  it.each([
    ['table', { ...table, AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9' }],
    ['pool', { ...pool, AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: 'http://127.0.0.1:9' }],
    ['http', { ...http, LEGACY_URL: 'http://127.0.0.1:9' }],
  ])('refuses every user with a fixed message while the directory is down, without the password in the log: %s', async (_, environment) => {
    const handler = await handlerWith(environment)
    const written = vi.mocked(process.stdout.write)
    for (const event of [migrationEvent(), forgotEvent()])
      await expect(handler(event)).rejects.toThrow(/^Something went wrong, please try again later$/)
    const log = written.mock.calls.map(([line]) => String(line)).join('')
    expect(log).toContain('"decision":"failed"')
    expect(log).not.toMatch(/Correct-horse|mary/)
  })

  it.each([
    [table, [{ actions: ['dynamodb:GetItem'], resource: 'LEGACY_TABLE' }]],
    [pool, [{ actions: ['cognito-idp:AdminInitiateAuth', 'cognito-idp:AdminGetUser'], resource: 'LEGACY_POOL_ARN' }]],
    [{ ...http, LEGACY_URL: 'https://legacy.example.com' }, []],
  ])('declares the permissions of %o at once', async (environment, permissions) => {
    const handler = await handlerWith(environment)
    expect(handler.composition.children).toMatchObject([{ name: 'migrate-users', permissions }])
  })

  it('fails at init with an invalid setting', async () => {
    expect(await captureComplaint(() => handlerWith({}))).toContain('LEGACY_DIRECTORY is missing')
  })

  it('ends the process during init, with the masked error, if the directory cannot be opened', async () => {
    // Takes the place of vitest's listeners, which would report the rejection as an error of the test.
    const listeners = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection')
    onTestFinished(() => {
      for (const listener of listeners) process.on('unhandledRejection', listener)
    })
    const rejected = new Promise((resolve) => process.once('unhandledRejection', resolve))
    const complaint = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    await handlerWith({ ...http, LEGACY_URL: 'http://legacy.example.com' })
    expect(await rejected).toMatchObject({ name: 'TriggerFailedError', message: 'Something went wrong, please try again later' })
    expect(complaint.mock.calls.join()).toContain('url is not https:')
  })
})
