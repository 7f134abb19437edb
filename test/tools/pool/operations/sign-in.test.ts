import { createSrpSession } from 'cognito-srp-helper'
import { afterAll, describe, expect, it } from 'vitest'
import type { User } from '../../../../src/tools/pool/model.ts'
import {
  EMAIL,
  type Fields,
  PASSWORD,
  proveSrp,
  startTestPool,
  stopTestPools,
  type TestPool,
  type TestPoolOptions,
  VERIFIED_CONTACTS,
} from '../../../support/pool-sequences.ts'

afterAll(stopTestPools)

const HIDES = { client: { PreventUserExistenceErrors: 'ENABLED' } }

const signIn = (pool: TestPool, AuthFlow: string, parameters: Fields = {}, more: Fields = {}): ReturnType<TestPool['api']> =>
  pool.api('InitiateAuth', { ClientId: pool.clientId, AuthFlow, AuthParameters: { USERNAME: 'ada', ...parameters }, ...more })

const byPassword = (pool: TestPool, parameters: Fields = {}): ReturnType<TestPool['api']> =>
  signIn(pool, 'USER_PASSWORD_AUTH', { PASSWORD, ...parameters })

async function startWithUser(given: Partial<User> = {}, options: TestPoolOptions = {}): Promise<TestPool> {
  const pool = await startTestPool(options)
  pool.addUser(given)
  return pool
}

/** Signs in by a password and by SRP, and returns both errors. */
async function readErrors(pool: TestPool, password = PASSWORD): Promise<readonly Fields[]> {
  const answers = [await byPassword(pool, { PASSWORD: password }), await pool.signInWithSrp({ password })]
  return answers.map(({ status, body }) => ({ status, type: body.__type, message: body.message }))
}

describe('a sign-in with a password', () => {
  it.each<readonly [string, Partial<User>, string, string]>([
    ['a disabled user', { enabled: false }, 'NotAuthorizedException', 'User is disabled.'],
    ['an unconfirmed user', { status: 'UNCONFIRMED' }, 'UserNotConfirmedException', 'User is not confirmed.'],
    [
      'a user with a reset password',
      { status: 'RESET_REQUIRED' },
      'PasswordResetRequiredException',
      'Password reset required for the user',
    ],
  ])('refuses %s, with and without SRP, after PreAuthentication', async (_, given, type, message) => {
    const pool = await startWithUser(given)

    const errors = await readErrors(pool)

    expect(errors).toEqual(Array(2).fill({ status: 400, type, message }))
    expect(await pool.takeSequence()).toEqual(Array(2).fill('PreAuthentication_Authentication'))
  })

  it('refuses a wrong password with and without SRP, also that of a disabled user', async () => {
    const error = { status: 400, type: 'NotAuthorizedException', message: 'Incorrect username or password.' }

    expect(await readErrors(await startWithUser(), 'wrong')).toEqual([error, error])
    expect(await readErrors(await startWithUser({ enabled: false }), 'wrong')).toEqual([error, error])
  })

  it('names an unknown user and calls no trigger, if the app client shows which users exist', async () => {
    const pool = await startTestPool()

    expect(await readErrors(pool)).toEqual(Array(2).fill({ status: 400, type: 'UserNotFoundException', message: 'User does not exist.' }))
    expect(await pool.takeSequence()).toEqual(['UserMigration_Authentication'])
  })

  it('answers an unknown user like a wrong password, if the app client hides which users exist', async () => {
    const pool = await startTestPool(HIDES)

    const errors = await readErrors(pool)
    const calls = await pool.takeCalls()

    expect(errors).toEqual(Array(2).fill({ status: 400, type: 'NotAuthorizedException', message: 'Incorrect username or password.' }))
    expect(calls.map(({ source, event }) => [source, Object(event.request).userNotFound])).toEqual([
      ['UserMigration_Authentication', undefined],
      ['PreAuthentication_Authentication', true],
      ['PreAuthentication_Authentication', true],
    ])
  })

  it('tells PreAuthentication that a known user is known, only if the app client hides which users exist', async () => {
    const hides = await startWithUser({}, HIDES)
    const shows = await startWithUser()
    await Promise.all([byPassword(hides), byPassword(shows)])

    const [hidden] = await hides.takeCalls()
    const [shown] = await shows.takeCalls()

    expect(Object(hidden?.event.request).userNotFound).toBe(false)
    expect(Object(shown?.event.request)).not.toHaveProperty('userNotFound')
  })

  it('locks the user after five wrong passwords, for a time that doubles', async () => {
    let now = Date.UTC(2026, 0, 1)
    const pool = await startWithUser({}, { now: () => now })
    for (let tries = 0; tries < 5; tries += 1) await byPassword(pool, { PASSWORD: 'wrong' })

    const locked = await byPassword(pool)
    now += 1000
    await byPassword(pool, { PASSWORD: 'wrong' })
    now += 1000
    const lockedLonger = await byPassword(pool)
    now += 1000
    const signedIn = await byPassword(pool)

    expect(locked.body.message).toBe('Password attempts exceeded')
    expect(lockedLonger.body.message).toBe('Password attempts exceeded')
    expect(signedIn.status).toBe(200)
  })

  it.each([
    [
      'a flow that the app client does not allow',
      'USER_PASSWORD_AUTH',
      { PASSWORD },
      'USER_PASSWORD_AUTH flow not enabled for this client',
    ],
    ['an unknown flow', 'MAGIC', {}, 'Initiate Auth method not supported: MAGIC'],
    ['a missing SRP_A', 'USER_SRP_AUTH', {}, 'Missing required parameter SRP_A'],
    ['a missing name', 'USER_SRP_AUTH', { USERNAME: null, SRP_A: 'a' }, 'Missing required parameter USERNAME'],
  ])('refuses %s', async (_, flow, parameters, message) => {
    const pool = await startWithUser({}, { client: { ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'] } })

    expect((await signIn(pool, flow, parameters)).body).toMatchObject({ __type: 'InvalidParameterException', message })
  })

  it.each(['0', 'zz', ''])('refuses the SRP_A %j, with which no password is needed', async (SRP_A) => {
    const pool = await startWithUser()

    expect((await signIn(pool, 'USER_SRP_AUTH', { SRP_A })).status).toBe(400)
  })

  it('accepts an email address, a phone number and a preferred name as aliases', async () => {
    const pool = await startWithUser(
      { attributes: { ...VERIFIED_CONTACTS, preferred_username: 'countess' } },
      { settings: { AliasAttributes: ['email', 'phone_number', 'preferred_username'] } },
    )

    for (const name of [EMAIL, VERIFIED_CONTACTS.phone_number, 'countess']) expect((await pool.signIn(name)).AccessToken).not.toBe('')
  })

  it('accepts no alias that is not verified', async () => {
    const pool = await startWithUser(
      { attributes: { email: EMAIL, email_verified: 'false' } },
      { settings: { AliasAttributes: ['email'] } },
    )

    expect((await byPassword(pool, { USERNAME: EMAIL })).body.__type).toBe('UserNotFoundException')
  })
})

describe('a session', () => {
  it('can be used once, only by its app client, and only for its challenge', async () => {
    const pool = await startWithUser({ status: 'FORCE_CHANGE_PASSWORD' })
    const respond = (Session: string, more: Fields = {}): ReturnType<TestPool['api']> =>
      pool.api('RespondToAuthChallenge', {
        ClientId: pool.clientId,
        ChallengeName: 'NEW_PASSWORD_REQUIRED',
        Session,
        ChallengeResponses: { USERNAME: 'ada', NEW_PASSWORD: 'Second-Passw0rd' },
        ...more,
      })
    const other = await pool.api('CreateUserPoolClient', { UserPoolId: pool.userPoolId, ClientName: 'other' })
    const { ClientId } = Object(other.body.UserPoolClient)
    const first = await byPassword(pool)
    const second = await byPassword(pool)

    const stolen = await respond(first.body.Session, { ClientId })
    const another = await respond(second.body.Session, { ChallengeName: 'SMS_MFA', ChallengeResponses: { SMS_MFA_CODE: '1' } })
    const right = await respond(first.body.Session)
    const again = await respond(first.body.Session)

    expect(stolen.body).toMatchObject({ __type: 'NotAuthorizedException', message: 'Invalid session for the user.' })
    expect(another.body.__type).toBe('NotAuthorizedException')
    expect(right.status).toBe(200)
    expect(again.body).toMatchObject({ __type: 'NotAuthorizedException', message: 'Invalid session for the user.' })
  })

  it('expires after the minutes of the app client', async () => {
    let now = Date.now()
    const pool = await startWithUser({}, { now: () => now })
    const session = createSrpSession('ada', PASSWORD, pool.userPoolId, false)
    const first = await signIn(pool, 'USER_SRP_AUTH', { SRP_A: session.largeA })
    now += 3 * 60_000

    expect((await pool.api('RespondToAuthChallenge', proveSrp(pool.clientId, session, first))).body.message).toBe(
      'Invalid session for the user, session is expired.',
    )
  })

  it('is not needed for PASSWORD_VERIFIER, because the secret block identifies the sign-in', async () => {
    const pool = await startWithUser()

    const { body } = await pool.signInWithSrp({ respond: { Session: undefined } })

    expect(body.AuthenticationResult.AccessToken).not.toBe('')
  })

  it('refuses a user who was disabled in the meantime', async () => {
    const pool = await startWithUser({ status: 'FORCE_CHANGE_PASSWORD' })
    const { body } = await byPassword(pool)
    await pool.api('AdminDisableUser', { UserPoolId: pool.userPoolId, Username: 'ada' })

    const answer = await pool.api('RespondToAuthChallenge', {
      ClientId: pool.clientId,
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      Session: body.Session,
      ChallengeResponses: { NEW_PASSWORD: 'Second-Passw0rd' },
    })

    expect(answer.body.message).toBe('User is disabled.')
  })
})

describe('USER_AUTH', () => {
  it.each([
    ['PASSWORD', { PASSWORD }, undefined],
    ['PASSWORD_SRP', { SRP_A: 'abcdef' }, 'PASSWORD_VERIFIER'],
    ['EMAIL_OTP', {}, 'EMAIL_OTP'],
    ['SMS_OTP', {}, 'SMS_OTP'],
    ['WEB_AUTHN', {}, 'SELECT_CHALLENGE'],
  ])('starts with the preferred challenge %s', async (PREFERRED_CHALLENGE, parameters, expected) => {
    const pool = await startWithUser()

    const { body } = await signIn(pool, 'USER_AUTH', { PREFERRED_CHALLENGE, ...parameters })

    expect(body.ChallengeName).toBe(expected)
  })

  it('confirms an unconfirmed user by the code, and verifies the address', async () => {
    const pool = await startWithUser({ status: 'UNCONFIRMED', attributes: { email: EMAIL, email_verified: 'false' } })
    const { body } = await signIn(pool, 'USER_AUTH', { PREFERRED_CHALLENGE: 'EMAIL_OTP' })
    const answer = (code: string): ReturnType<TestPool['api']> =>
      pool.api('RespondToAuthChallenge', {
        ClientId: pool.clientId,
        ChallengeName: 'EMAIL_OTP',
        Session: body.Session,
        ChallengeResponses: { USERNAME: 'ada', EMAIL_OTP_CODE: code },
      })

    const wrong = await answer('wrong')
    const right = await answer(pool.code())

    expect(wrong.body).toMatchObject({
      __type: 'CodeMismatchException',
      message: 'Invalid verification code provided, please try again.',
    })
    expect(right.body.AuthenticationResult.AccessToken).not.toBe('')
    const { body: user } = await pool.api('AdminGetUser', { UserPoolId: pool.userPoolId, Username: 'ada' })
    expect(user).toMatchObject({ UserStatus: 'CONFIRMED' })
    expect(user.UserAttributes).toContainEqual({ Name: 'email_verified', Value: 'true' })
  })

  it('does not confirm a disabled user by a code', async () => {
    const pool = await startWithUser({ status: 'UNCONFIRMED' })
    const { body } = await signIn(pool, 'USER_AUTH', { PREFERRED_CHALLENGE: 'EMAIL_OTP' })
    await pool.api('AdminDisableUser', { UserPoolId: pool.userPoolId, Username: 'ada' })

    const answer = await pool.api('RespondToAuthChallenge', {
      ClientId: pool.clientId,
      ChallengeName: 'EMAIL_OTP',
      Session: body.Session,
      ChallengeResponses: { EMAIL_OTP_CODE: pool.code() },
    })

    expect(answer.body.message).toBe('User is disabled.')
  })

  it('offers no code to a user without a contact', async () => {
    const pool = await startWithUser({ attributes: {} })

    const { body } = await signIn(pool, 'USER_AUTH')

    expect(body.AvailableChallenges).toEqual(['PASSWORD', 'PASSWORD_SRP'])
  })
})
