import { afterAll, describe, expect, it } from 'vitest'
import { EMAIL, type Fields, PASSWORD, startTestPool, stopTestPools, type TestPool } from '../../../support/pool-sequences.ts'

afterAll(stopTestPools)

const attributes = (given: Readonly<Record<string, string>>): readonly object[] =>
  Object.entries(given).map(([Name, Value]) => ({ Name, Value }))

const signUp = (pool: TestPool, more: Fields = {}): ReturnType<TestPool['api']> =>
  pool.api('SignUp', {
    ClientId: pool.clientId,
    Username: 'ada',
    Password: PASSWORD,
    UserAttributes: attributes({ email: EMAIL }),
    ...more,
  })

const confirm = (pool: TestPool, more: Fields = {}): ReturnType<TestPool['api']> =>
  pool.api('ConfirmSignUp', { ClientId: pool.clientId, Username: 'ada', ConfirmationCode: pool.code(), ...more })

describe('ConfirmSignUp', () => {
  it('refuses a wrong code, and after five of them every code', async () => {
    const pool = await startTestPool()
    await signUp(pool)

    const types: unknown[] = []
    for (let tries = 0; tries < 6; tries += 1) types.push((await confirm(pool, { ConfirmationCode: 'wrong' })).body.__type)

    expect(types).toEqual([...Array<string>(5).fill('CodeMismatchException'), 'LimitExceededException'])
    expect((await confirm(pool)).body).toMatchObject({
      __type: 'LimitExceededException',
      message: 'Attempt limit exceeded, please try after some time.',
    })
  })

  it('refuses a code after a day', async () => {
    let now = Date.UTC(2026, 0, 1)
    const pool = await startTestPool({ now: () => now })
    await signUp(pool)
    now += 24 * 3_600_000

    expect((await confirm(pool)).body).toMatchObject({
      __type: 'ExpiredCodeException',
      message: 'Invalid code provided, please request a code again.',
    })
  })

  it('refuses a confirmed user', async () => {
    const pool = await startTestPool()
    pool.addUser()

    expect((await confirm(pool, { ConfirmationCode: '123456' })).body).toMatchObject({
      __type: 'NotAuthorizedException',
      message: 'User cannot be confirmed. Current status is CONFIRMED',
    })
  })

  it('tells an unknown user by its error only if the app client shows which users exist', async () => {
    const shown = await startTestPool()
    const hidden = await startTestPool({ client: { PreventUserExistenceErrors: 'ENABLED' } })

    expect((await confirm(shown, { ConfirmationCode: '1' })).body.__type).toBe('UserNotFoundException')
    expect((await confirm(hidden, { ConfirmationCode: '1' })).body.__type).toBe('ExpiredCodeException')
  })

  it('answers a session that signs the user in without the password', async () => {
    const pool = await startTestPool()
    await signUp(pool)
    const { body } = await confirm(pool)

    const signedIn = await pool.api('InitiateAuth', {
      ClientId: pool.clientId,
      AuthFlow: 'USER_AUTH',
      AuthParameters: { USERNAME: 'ada' },
      Session: body.Session,
    })

    expect(signedIn.body.AuthenticationResult.AccessToken).not.toBe('')
  })
})

describe('ResendConfirmationCode', () => {
  it('refuses a confirmed user, and describes a delivery for an unknown user that the app client hides', async () => {
    const pool = await startTestPool({ client: { PreventUserExistenceErrors: 'ENABLED' } })
    pool.addUser()
    const resend = (Username: string): ReturnType<TestPool['api']> =>
      pool.api('ResendConfirmationCode', { ClientId: pool.clientId, Username })

    expect((await resend('ada')).body).toMatchObject({ __type: 'InvalidParameterException', message: 'User is already confirmed.' })
    expect((await resend('eve')).body.CodeDeliveryDetails).toMatchObject({ DeliveryMedium: 'EMAIL' })
    expect(pool.pools.world.inbox.messages()).toEqual([])
  })
})

describe('AdminConfirmSignUp', () => {
  it('confirms without verifying a contact, and calls PostConfirmation without an app client', async () => {
    const pool = await startTestPool()
    pool.addUser({ status: 'UNCONFIRMED', attributes: { email: EMAIL, email_verified: 'false' } })

    await pool.api('AdminConfirmSignUp', { UserPoolId: pool.userPoolId, Username: 'ada' })

    const [call] = await pool.takeCalls()
    expect(call?.event).toMatchObject({
      callerContext: { clientId: null },
      request: { userAttributes: { 'cognito:user_status': 'CONFIRMED', email_verified: 'false' } },
    })
  })
})
