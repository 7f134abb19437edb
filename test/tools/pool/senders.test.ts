import { afterAll, describe, expect, it, vi } from 'vitest'
import { TRIGGER_NAMES } from '../../../src/shared/cognito/triggers.ts'
import { EMAIL, type Fields, META, PASSWORD, startTestPool, stopTestPools, type TestPool } from '../../support/pool-sequences.ts'

const waits = vi.hoisted((): number[] => [])
vi.mock('node:timers/promises', () => ({
  setTimeout: (ms: number) => {
    waits.push(ms)
    return Promise.resolve()
  },
}))

afterAll(stopTestPools)

const start = (more: Fields = {}): Promise<TestPool> => startTestPool({ triggers: TRIGGER_NAMES, ...more })
const byEmail = { attributes: { email: EMAIL, email_verified: 'true' } }
const bySms = { attributes: { phone_number: '+12065550100', phone_number_verified: 'true' } }

/** The operations that send a message, with the end of the source's name and the metadata that arrives. */
const KINDS: readonly (readonly [
  string,
  string,
  (pool: TestPool, contact: 'email' | 'phone_number') => Fields | Promise<Fields>,
  string,
])[] = [
  [
    'SignUp',
    'SignUp',
    ({ clientId }) => ({
      ClientId: clientId,
      Username: 'eve',
      Password: PASSWORD,
      UserAttributes: [{ Name: 'email', Value: EMAIL }],
      ...META,
    }),
    ' clientMetadata=client',
  ],
  ['ForgotPassword', 'ForgotPassword', ({ clientId }) => ({ ClientId: clientId, Username: 'ada', ...META }), ' clientMetadata=client'],
  [
    'AdminResetUserPassword',
    'ForgotPassword',
    ({ userPoolId }) => ({ UserPoolId: userPoolId, Username: 'ada', ...META }),
    ' clientMetadata=client',
  ],
  [
    'GetUserAttributeVerificationCode',
    'VerifyUserAttribute',
    async (pool, AttributeName) => ({ AccessToken: (await pool.signIn()).AccessToken, AttributeName, ...META }),
    ' clientMetadata=client',
  ],
]

describe('a custom sender', () => {
  it.each(KINDS)('sends the message of %s, after CustomMessage', async (operation, kind, input) => {
    const pool = await start()
    pool.addUser(byEmail)
    const given = await input(pool, 'email')
    await pool.takeCalls()

    const { status } = await pool.api(operation, given)

    expect(status).toBe(200)
    const sequence = (await pool.takeSequence()).filter((call) => !call.startsWith('PreSignUp'))
    expect(sequence).toEqual([`CustomMessage_${kind} clientMetadata=client`, `CustomEmailSender_${kind} clientMetadata=client`])
    expect(pool.pools.world.inbox.messages()).toEqual([])
  })

  it('for text messages gets those to a phone number', async () => {
    const pool = await start()
    pool.addUser(bySms)
    await pool.api('ForgotPassword', { ClientId: pool.clientId, Username: 'ada' })

    expect(await pool.takeSequence()).toEqual(['CustomMessage_ForgotPassword', 'CustomSMSSender_ForgotPassword'])
  })

  it('gets the encrypted code, null without metadata, and no response', async () => {
    const pool = await start()
    pool.addUser(byEmail)
    await pool.api('ForgotPassword', { ClientId: pool.clientId, Username: 'ada' })

    const event = (await pool.takeCalls()).at(-1)?.event
    const code = pool.pools.world.store.pools.get(pool.userPoolId)?.users.get('ada')?.codes.reset?.value

    expect(event?.request).toMatchObject({ type: 'customEmailSenderRequestV1', code: `encrypted:${code}`, clientMetadata: null })
    expect(event).not.toHaveProperty('response')
  })

  it('gets the user as it was at the request', async () => {
    const gate = Promise.withResolvers<undefined>()
    const pool = await start({
      functions: {
        CustomEmailSender: async () => {
          await gate.promise
          return undefined
        },
      },
    })
    pool.addUser(byEmail)
    await pool.api('ForgotPassword', { ClientId: pool.clientId, Username: 'ada' })
    await pool.api('AdminUpdateUserAttributes', {
      UserPoolId: pool.userPoolId,
      Username: 'ada',
      UserAttributes: [{ Name: 'nickname', Value: 'Countess' }],
    })
    gate.resolve(undefined)

    const call = (await pool.takeCalls()).find(({ source }) => source.startsWith('CustomEmailSender'))

    expect(call?.event).toMatchObject({ request: { userAttributes: { email: EMAIL } } })
    expect(JSON.stringify(call?.event)).not.toContain('Countess')
  })

  it('that fails is retried after one and two minutes, and the caller gets no error', async () => {
    waits.length = 0
    const pool = await start({
      functions: {
        CustomEmailSender() {
          throw new Error('No mail')
        },
      },
    })
    pool.addUser(byEmail)

    const { status } = await pool.api('ForgotPassword', { ClientId: pool.clientId, Username: 'ada' })
    const calls = (await pool.takeCalls()).filter(({ source }) => source.startsWith('CustomEmailSender'))

    expect(status).toBe(200)
    expect(calls).toHaveLength(3)
    expect(waits).toEqual([60_000, 120_000])
    expect(pool.pools.world.journal.entries().filter(({ error }) => error !== null)).toHaveLength(3)
  })
})
