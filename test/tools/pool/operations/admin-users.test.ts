import { afterAll, describe, expect, it } from 'vitest'
import { EMAIL, type Fields, PASSWORD, PHONE, startTestPool, stopTestPools, type TestPool } from '../../../support/pool-sequences.ts'

afterAll(stopTestPools)

const DAY_MS = 86_400_000
const attributes = (given: Readonly<Record<string, string>>): readonly object[] =>
  Object.entries(given).map(([Name, Value]) => ({ Name, Value }))
const create = (pool: TestPool, more: Fields = {}): ReturnType<TestPool['api']> =>
  pool.api('AdminCreateUser', { UserPoolId: pool.userPoolId, Username: 'eve', TemporaryPassword: PASSWORD, ...more })
const admin = (pool: TestPool, operation: string, more: Fields = {}): ReturnType<TestPool['api']> =>
  pool.api(operation, { UserPoolId: pool.userPoolId, Username: 'ada', ...more })
const signIn = (pool: TestPool, USERNAME = 'ada'): ReturnType<TestPool['api']> =>
  pool.api('InitiateAuth', { ClientId: pool.clientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME, PASSWORD } })
const findUser = (pool: TestPool, name: string): Fields | undefined => {
  const user = pool.pools.world.store.pools.get(pool.userPoolId)?.users.get(name)
  return user && { ...user }
}

describe('AdminCreateUser', () => {
  it('ignores the confirmation and the verification of the pre sign-up function', async () => {
    const pool = await startTestPool({
      functions: { PreSignUp: () => ({ autoConfirmUser: true, autoVerifyEmail: true, autoVerifyPhone: true }) },
    })

    await create(pool, { UserAttributes: attributes({ email: EMAIL }) })

    expect(findUser(pool, 'eve')).toMatchObject({ status: 'FORCE_CHANGE_PASSWORD', attributes: { email: EMAIL } })
    expect(findUser(pool, 'eve')).not.toMatchObject({ attributes: { email_verified: 'true' } })
    expect(await pool.takeSequence()).toEqual(['PreSignUp_AdminCreateUser'])
  })

  it('sends the events of no app client', async () => {
    const pool = await startTestPool()
    await create(pool, { UserAttributes: attributes({ email: EMAIL }), DesiredDeliveryMediums: ['EMAIL'] })

    const clientIds = (await pool.takeCalls()).map(({ event }) => Object(event.callerContext).clientId)

    expect(clientIds).toEqual(['CLIENT_ID_NOT_APPLICABLE', 'CLIENT_ID_NOT_APPLICABLE'])
  })

  it('sends the invitation to the phone number by default, and nothing with SUPPRESS', async () => {
    const pool = await startTestPool()
    const UserAttributes = attributes({ email: EMAIL, phone_number: PHONE })
    await create(pool, { UserAttributes })
    await create(pool, { Username: 'eva', UserAttributes, MessageAction: 'SUPPRESS' })

    expect(pool.pools.world.inbox.messages().map(({ to, text }) => ({ to, text }))).toEqual([
      { to: PHONE, text: `Your username is eve and temporary password is ${PASSWORD}.` },
    ])
  })

  it('sends the invitation by each medium that DesiredDeliveryMediums has', async () => {
    const pool = await startTestPool()
    const UserAttributes = attributes({ email: EMAIL, phone_number: PHONE })

    await create(pool, { UserAttributes, DesiredDeliveryMediums: ['EMAIL', 'SMS'] })

    expect(
      pool.pools.world.inbox
        .messages()
        .map(({ to }) => to)
        .toSorted(),
    ).toEqual([PHONE, EMAIL].toSorted())
  })

  it('sends a new temporary password with RESEND, and calls no pre sign-up function', async () => {
    const pool = await startTestPool()
    await create(pool, { UserAttributes: attributes({ phone_number: PHONE }) })
    await pool.takeCalls()

    const { status } = await create(pool, { MessageAction: 'RESEND', TemporaryPassword: undefined })

    expect(status).toBe(200)
    expect(await pool.takeSequence()).toEqual(['CustomMessage_AdminCreateUser'])
    expect(pool.code()).not.toBe(PASSWORD)
  })

  it('refuses RESEND for a confirmed user', async () => {
    const pool = await startTestPool()
    pool.addUser()

    expect((await create(pool, { Username: 'ada', MessageAction: 'RESEND' })).body).toMatchObject({
      __type: 'UnsupportedUserStateException',
    })
  })

  it('takes a verified alias of another user only with ForceAliasCreation, and otherwise stores nothing', async () => {
    const pool = await startTestPool({ settings: { AliasAttributes: ['email'] } })
    pool.addUser()
    const UserAttributes = attributes({ email: EMAIL, email_verified: 'true' })

    const refused = await create(pool, { UserAttributes })
    const stored = findUser(pool, 'eve')
    const before = await admin(pool, 'AdminGetUser', { Username: EMAIL })
    const forced = await create(pool, { UserAttributes, ForceAliasCreation: true })

    expect(refused.body.__type).toBe('AliasExistsException')
    expect(stored).toBeUndefined()
    expect(before.body.Username).toBe('ada')
    expect(forced.status).toBe(200)
    expect((await admin(pool, 'AdminGetUser', { Username: EMAIL })).body.Username).toBe('eve')
    expect(findUser(pool, 'ada')).toMatchObject({ attributes: { email_verified: 'false' } })
  })

  it('refuses the temporary password after the days of the policy', async () => {
    let now = Date.now()
    const pool = await startTestPool({ now: () => now })
    await create(pool)
    now += 7 * DAY_MS

    expect((await signIn(pool, 'eve')).body).toMatchObject({
      __type: 'NotAuthorizedException',
      message: 'Temporary password has expired and must be reset by an administrator.',
    })
  })

  it('never calls PostConfirmation for the user, not even after the new password', async () => {
    const pool = await startTestPool()
    await create(pool)
    const { body } = await signIn(pool, 'eve')
    await pool.api('RespondToAuthChallenge', {
      ClientId: pool.clientId,
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      Session: body.Session,
      ChallengeResponses: { USERNAME: 'eve', NEW_PASSWORD: 'Second-Passw0rd' },
    })

    expect(findUser(pool, 'eve')).toMatchObject({ status: 'CONFIRMED' })
    expect(await pool.takeSequence()).toEqual([
      'PreSignUp_AdminCreateUser',
      'PreAuthentication_Authentication',
      'PostAuthentication_Authentication',
      'TokenGeneration_NewPasswordChallenge',
    ])
  })
})

describe('NEW_PASSWORD_REQUIRED', () => {
  const respond = (pool: TestPool, Session: string, more: Fields): ReturnType<TestPool['api']> =>
    pool.api('RespondToAuthChallenge', {
      ClientId: pool.clientId,
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      Session,
      ChallengeResponses: { USERNAME: 'eve', NEW_PASSWORD: 'Second-Passw0rd', ...more },
    })
  const settings = { Schema: ['email', 'given_name'].map((Name) => ({ Name, Required: true })) }

  it('asks for the required attributes that the user lacks, and stores them', async () => {
    const pool = await startTestPool({ settings })
    await create(pool, { UserAttributes: attributes({ email: EMAIL }) })
    const { body } = await signIn(pool, 'eve')

    expect(body.ChallengeParameters).toMatchObject({ requiredAttributes: '["userAttributes.given_name"]', USER_ID_FOR_SRP: 'eve' })
    expect((await respond(pool, body.Session, { 'userAttributes.given_name': 'Eve' })).status).toBe(200)
    expect(findUser(pool, 'eve')).toMatchObject({ attributes: { given_name: 'Eve' } })
  })

  it.each([
    ['without a required attribute', {}, 'InvalidParameterException', 'Invalid attributes given, given_name is missing'],
    [
      'with a required attribute that the user has',
      { 'userAttributes.given_name': 'Eve', 'userAttributes.email': 'other@example.com' },
      'NotAuthorizedException',
      'Cannot modify an already provided email',
    ],
    [
      'with a verification',
      { 'userAttributes.given_name': 'Eve', 'userAttributes.email_verified': 'true' },
      'NotAuthorizedException',
      'A client attempted to write unauthorized attribute',
    ],
    [
      'with a password against the policy',
      { 'userAttributes.given_name': 'Eve', NEW_PASSWORD: 'short' },
      'InvalidPasswordException',
      'Password did not conform with policy: Password not long enough',
    ],
  ])('refuses an answer %s', async (_, more, __type, message) => {
    const pool = await startTestPool({ settings })
    await create(pool, { UserAttributes: attributes({ email: EMAIL }) })
    const { body } = await signIn(pool, 'eve')

    expect((await respond(pool, body.Session, more)).body).toMatchObject({ __type, message })
    expect(findUser(pool, 'eve')).toMatchObject({ status: 'FORCE_CHANGE_PASSWORD' })
  })
})

describe('the state of a user', () => {
  it('a disabled user can neither sign in nor use its tokens, until it is enabled', async () => {
    const pool = await startTestPool()
    pool.addUser()
    const { AccessToken, RefreshToken } = await pool.signIn()
    const refresh = (): ReturnType<TestPool['api']> => pool.api('GetTokensFromRefreshToken', { ClientId: pool.clientId, RefreshToken })

    await admin(pool, 'AdminDisableUser')
    const disabled = await Promise.all([signIn(pool), pool.api('GetUser', { AccessToken }), refresh()])
    await admin(pool, 'AdminEnableUser')

    expect(disabled.map(({ body }) => body.message)).toEqual(Array(3).fill('User is disabled.'))
    expect((await pool.api('GetUser', { AccessToken })).status).toBe(200)
  })

  it('a new user with the name of a deleted one gets none of its tokens', async () => {
    const pool = await startTestPool()
    pool.addUser()
    const { AccessToken, RefreshToken } = await pool.signIn()
    await admin(pool, 'AdminDeleteUser')
    pool.addUser()

    expect((await pool.api('GetUser', { AccessToken })).body.__type).toBe('UserNotFoundException')
    expect((await pool.api('GetTokensFromRefreshToken', { ClientId: pool.clientId, RefreshToken })).body.message).toBe(
      'Invalid Refresh Token',
    )
  })

  it('a sign-out of an administrator revokes access and refresh tokens', async () => {
    const pool = await startTestPool()
    pool.addUser()
    const { AccessToken, RefreshToken } = await pool.signIn()
    await admin(pool, 'AdminUserGlobalSignOut')

    expect((await pool.api('GetUser', { AccessToken })).body.message).toBe('Access Token has been revoked')
    expect((await pool.api('GetTokensFromRefreshToken', { ClientId: pool.clientId, RefreshToken })).body.message).toBe(
      'Refresh Token has been revoked',
    )
  })

  it('an identity can be linked to one user, and five to a user', async () => {
    const pool = await startTestPool()
    pool.addUser()
    const link = (id: number): ReturnType<TestPool['api']> =>
      pool.api('AdminLinkProviderForUser', {
        UserPoolId: pool.userPoolId,
        DestinationUser: { ProviderName: 'Cognito', ProviderAttributeValue: 'ada' },
        SourceUser: { ProviderName: 'Google', ProviderAttributeName: 'Cognito_Subject', ProviderAttributeValue: String(id) },
      })
    for (const id of [1, 2, 3, 4, 5]) expect((await link(id)).status).toBe(200)

    expect((await link(1)).body.__type).toBe('InvalidParameterException')
    expect((await link(6)).body.__type).toBe('LimitExceededException')
  })

  it.each(['AdminGetUser', 'AdminDeleteUser', 'AdminDisableUser', 'AdminUserGlobalSignOut'])(
    '%s refuses an unknown user',
    async (operation) => {
      const pool = await startTestPool()

      expect((await admin(pool, operation)).body).toMatchObject({ __type: 'UserNotFoundException', message: 'User does not exist.' })
    },
  )
})
