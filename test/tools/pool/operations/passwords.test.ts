import { afterAll, describe, expect, it } from 'vitest'
import {
  type Answer,
  EMAIL,
  type Fields,
  PASSWORD,
  PHONE,
  startTestPool,
  stopTestPools,
  type TestPool,
} from '../../../support/pool-sequences.ts'

afterAll(stopTestPools)

const SECOND = 'Second-Passw0rd'
const forget = (pool: TestPool, Username = 'ada'): Promise<Answer> => pool.api('ForgotPassword', { ClientId: pool.clientId, Username })
const confirm = (pool: TestPool, more: Fields = {}): Promise<Answer> =>
  pool.api('ConfirmForgotPassword', { ClientId: pool.clientId, Username: 'ada', ConfirmationCode: pool.code(), Password: SECOND, ...more })
const signIn = (pool: TestPool, password = PASSWORD): Promise<Answer> =>
  pool.api('InitiateAuth', {
    ClientId: pool.clientId,
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: 'ada', PASSWORD: password },
  })

describe('ForgotPassword', () => {
  it('names an unknown user only if the app client shows which users exist', async () => {
    const shows = await startTestPool()
    const hides = await startTestPool({ client: { PreventUserExistenceErrors: 'ENABLED' } })

    expect((await forget(shows)).body).toMatchObject({
      __type: 'UserNotFoundException',
      message: 'Username/client id combination not found.',
    })
    expect((await forget(hides)).body.CodeDeliveryDetails).toMatchObject({ DeliveryMedium: 'EMAIL', AttributeName: 'email' })
    expect(hides.pools.world.inbox.messages()).toEqual([])
  })

  it('refuses a user without a verified contact', async () => {
    const pool = await startTestPool()
    pool.addUser({ attributes: { email: EMAIL, email_verified: 'false' } })

    expect((await forget(pool)).body).toMatchObject({
      __type: 'InvalidParameterException',
      message: 'Cannot reset password for the user as there is no registered/verified email or phone_number',
    })
  })

  it('sends the code to the first verified contact in the order of the pool', async () => {
    const byEmail = { AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'verified_email', Priority: 1 }] } }
    const [first, second] = [await startTestPool(), await startTestPool({ settings: byEmail })]
    first.addUser()
    second.addUser()

    await Promise.all([forget(first), forget(second)])

    expect([first, second].map(({ pools }) => pools.world.inbox.messages().at(-1)?.to)).toEqual([PHONE, EMAIL])
  })

  it.each(['FORCE_CHANGE_PASSWORD', 'EXTERNAL_PROVIDER'] as const)('refuses a user in %s', async (status) => {
    const pool = await startTestPool()
    pool.addUser({ status })

    expect((await forget(pool)).body).toMatchObject({
      __type: 'NotAuthorizedException',
      message: 'User password cannot be reset in the current state.',
    })
  })
})

describe('ConfirmForgotPassword', () => {
  it('sets the password, confirms the user and ends the lock, and calls no PostAuthentication', async () => {
    const pool = await startTestPool()
    pool.addUser({ status: 'RESET_REQUIRED', failures: 9, lockedUntil: Date.now() + 60_000 })
    await forget(pool)
    await pool.takeCalls()

    await confirm(pool)

    expect(await pool.takeSequence()).toEqual(['PostConfirmation_ConfirmForgotPassword'])
    expect((await signIn(pool)).body.message).toBe('Incorrect username or password.')
    expect((await signIn(pool, SECOND)).status).toBe(200)
  })

  it('refuses a wrong code, a used code, and a password against the policy', async () => {
    const pool = await startTestPool()
    pool.addUser()
    await forget(pool)

    const weak = await confirm(pool, { Password: 'short' })
    const wrong = await confirm(pool, { ConfirmationCode: 'wrong' })
    await confirm(pool)
    const used = await confirm(pool)

    expect([weak, wrong, used].map(({ body }) => body.__type)).toEqual([
      'InvalidPasswordException',
      'CodeMismatchException',
      'ExpiredCodeException',
    ])
  })

  it('keeps the new password if PostConfirmation fails', async () => {
    const pool = await startTestPool({
      functions: {
        PostConfirmation() {
          throw new Error('No mail')
        },
      },
    })
    pool.addUser()
    await forget(pool)

    expect((await confirm(pool)).body.message).toBe('PostConfirmation failed with error No mail.')
    expect((await signIn(pool, SECOND)).status).toBe(200)
  })

  it('hides an unknown user behind the error of an expired code', async () => {
    const pool = await startTestPool({ client: { PreventUserExistenceErrors: 'ENABLED' } })

    expect((await confirm(pool, { ConfirmationCode: '1' })).body.__type).toBe('ExpiredCodeException')
  })
})

describe('AdminResetUserPassword', () => {
  it('makes the user choose a new password by a code', async () => {
    const pool = await startTestPool()
    pool.addUser()
    const { body } = await pool.api('AdminResetUserPassword', { UserPoolId: pool.userPoolId, Username: 'ada' })

    expect(body.CodeDeliveryDetails).toBeUndefined()
    expect((await signIn(pool)).body.__type).toBe('PasswordResetRequiredException')
    expect((await confirm(pool)).status).toBe(200)
    expect((await signIn(pool, SECOND)).status).toBe(200)
  })
})

describe('AdminSetUserPassword', () => {
  it.each([
    [true, undefined],
    [false, 'NEW_PASSWORD_REQUIRED'],
  ])('sets a password whose Permanent is %s', async (Permanent, challenge) => {
    const pool = await startTestPool()
    pool.addUser({ status: 'UNCONFIRMED' })

    await pool.api('AdminSetUserPassword', { UserPoolId: pool.userPoolId, Username: 'ada', Password: SECOND, Permanent })

    expect((await signIn(pool, SECOND)).body.ChallengeName).toBe(challenge)
  })
})

describe('ChangePassword', () => {
  it('needs the old password', async () => {
    const pool = await startTestPool()
    pool.addUser()
    const { AccessToken } = await pool.signIn()
    const change = (PreviousPassword: string): Promise<Answer> =>
      pool.api('ChangePassword', { AccessToken, PreviousPassword, ProposedPassword: SECOND })

    expect((await change('wrong')).body).toMatchObject({
      __type: 'NotAuthorizedException',
      message: 'Incorrect username or password.',
    })
    expect((await change(PASSWORD)).status).toBe(200)
    expect((await signIn(pool, SECOND)).status).toBe(200)
  })
})
