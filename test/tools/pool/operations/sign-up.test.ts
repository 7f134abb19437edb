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

const findUsers = (pool: TestPool): readonly string[] => [...(pool.pools.world.store.pools.get(pool.userPoolId)?.users.keys() ?? [])]

const readAttributes = (pool: TestPool, name = 'ada'): Readonly<Record<string, string>> => ({
  ...pool.pools.world.store.pools.get(pool.userPoolId)?.users.get(name)?.attributes,
})

describe('SignUp', () => {
  it('refuses a taken name with UsernameExistsException, also if the app client hides which users exist', async () => {
    const pool = await startTestPool({ client: { PreventUserExistenceErrors: 'ENABLED' } })
    await signUp(pool)

    expect(await signUp(pool)).toMatchObject({ status: 400, body: { __type: 'UsernameExistsException', message: 'User already exists' } })
  })

  it('lets exactly one of two sign-ups for the same name win, even if both pass the pre sign-up function', async () => {
    let waiting = 0
    const both = Promise.withResolvers<undefined>()
    const pool = await startTestPool({
      functions: {
        async PreSignUp() {
          waiting += 1
          if (waiting === 2) both.resolve(undefined)
          await both.promise
          return undefined
        },
      },
    })

    const answers = await Promise.all([signUp(pool), signUp(pool, { Password: 'Other-Passw0rd' })])

    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400])
    expect(answers.find(({ status }) => status === 400)?.body.__type).toBe('UsernameExistsException')
    expect(findUsers(pool)).toEqual(['ada'])
  })

  it('stores nothing if the pre sign-up function refuses', async () => {
    const pool = await startTestPool({
      functions: {
        PreSignUp() {
          throw new Error('Not here.')
        },
      },
    })

    const { status, body } = await signUp(pool)

    expect({ status, type: body.__type, message: body.message }).toEqual({
      status: 400,
      type: 'UserLambdaValidationException',
      message: 'PreSignUp failed with error Not here..',
    })
    expect(findUsers(pool)).toEqual([])
  })

  it.each([
    [
      'an invalid password',
      { Password: 'short' },
      'InvalidPasswordException',
      'Password did not conform with policy: Password not long enough',
    ],
    [
      'an unknown attribute',
      { UserAttributes: attributes({ shoe: '43' }) },
      'InvalidParameterException',
      'Attributes did not conform to the schema: shoe: Attribute does not exist in the schema.',
    ],
    [
      'an invalid email address',
      { UserAttributes: attributes({ email: 'ada' }) },
      'InvalidParameterException',
      'Invalid email address format.',
    ],
    [
      'a verified email address',
      { UserAttributes: attributes({ email: EMAIL, email_verified: 'true' }) },
      'NotAuthorizedException',
      'A client attempted to write unauthorized attribute',
    ],
    ['an unknown app client', { ClientId: 'unknown' }, 'ResourceNotFoundException', 'User pool client unknown does not exist.'],
  ])('refuses %s', async (_, given, type, message) => {
    const pool = await startTestPool()

    const { status, body } = await signUp(pool, given)

    expect({ status, type: body.__type, message: body.message }).toEqual({ status: 400, type, message })
    expect(await pool.takeSequence()).toEqual([])
  })

  it('fails if the function verifies an email address that the user does not have', async () => {
    const pool = await startTestPool({ functions: { PreSignUp: () => ({ autoVerifyEmail: true }) } })

    const { status } = await signUp(pool, { UserAttributes: [] })

    expect(status).toBe(400)
    expect(findUsers(pool)).toEqual([])
  })

  it('confirms and verifies as the function says, and calls PostConfirmation instead of sending a code', async () => {
    const pool = await startTestPool({ functions: { PreSignUp: () => ({ autoConfirmUser: true, autoVerifyEmail: true }) } })

    const { body } = await signUp(pool)

    expect(body.UserConfirmed).toBe(true)
    expect(await pool.takeSequence()).toEqual(['PreSignUp_SignUp', 'PostConfirmation_ConfirmSignUp'])
    expect(readAttributes(pool)).toMatchObject({ email_verified: 'true' })
    expect(pool.pools.world.inbox.messages()).toEqual([])
  })

  it('keeps the user confirmed if PostConfirmation fails', async () => {
    const pool = await startTestPool({
      functions: {
        PreSignUp: () => ({ autoConfirmUser: true }),
        PostConfirmation() {
          throw new Error('No mail')
        },
      },
    })

    const { body } = await signUp(pool)

    expect(body.message).toBe('PostConfirmation failed with error No mail.')
    expect(await pool.api('AdminGetUser', { UserPoolId: pool.userPoolId, Username: 'ada' })).toMatchObject({
      body: { UserStatus: 'CONFIRMED' },
    })
  })

  it('is refused in a pool where only administrators create users', async () => {
    const pool = await startTestPool({ settings: { AdminCreateUserConfig: { AllowAdminCreateUserOnly: true } } })

    expect(await signUp(pool)).toMatchObject({
      status: 400,
      body: { __type: 'NotAuthorizedException', message: 'SignUp is not permitted for this user pool' },
    })
  })
})

describe('SignUp in a pool with username attributes', () => {
  const settings = { UsernameAttributes: ['email'] }

  it('stores a UUID as the name, takes the address as an attribute, and signs in with it', async () => {
    const pool = await startTestPool({ settings })

    const { body } = await signUp(pool, { Username: EMAIL, UserAttributes: [] })
    await confirm(pool, { Username: EMAIL })

    expect(findUsers(pool)).toEqual([body.UserSub])
    expect(body.UserSub).toMatch(/^[\da-f-]{36}$/)
    expect((await pool.signIn(EMAIL)).AccessToken).not.toBe('')
  })

  it('refuses a name that is not an email address, and an address that is taken', async () => {
    const pool = await startTestPool({ settings })
    await signUp(pool, { Username: EMAIL })

    expect(await signUp(pool)).toMatchObject({ body: { __type: 'InvalidParameterException', message: 'Username should be an email.' } })
    expect(await signUp(pool, { Username: EMAIL })).toMatchObject({ body: { __type: 'UsernameExistsException' } })
  })

  it('treats addresses as equal without case only if the pool does', async () => {
    const sensitive = await startTestPool({ settings })
    const insensitive = await startTestPool({ settings: { ...settings, UsernameConfiguration: { CaseSensitive: false } } })
    await signUp(sensitive, { Username: EMAIL })
    await signUp(insensitive, { Username: 'Ada@Example.com', UserAttributes: [] })

    expect(await signUp(sensitive, { Username: EMAIL.toUpperCase(), UserAttributes: [] })).toMatchObject({ status: 200 })
    expect(await signUp(insensitive, { Username: EMAIL })).toMatchObject({ body: { __type: 'UsernameExistsException' } })
    const [event] = (await insensitive.takeCalls()).map((call) => call.event)
    expect(event).toMatchObject({ request: { userAttributes: { email: 'ada@example.com' } } })
  })
})

describe('SignUp in a pool with aliases', () => {
  const settings = { AliasAttributes: ['email', 'preferred_username'] }

  it('accepts a second user with a taken address, and refuses its confirmation until the client forces the alias', async () => {
    const pool = await startTestPool({ settings })
    await signUp(pool)
    await confirm(pool)
    expect(await signUp(pool, { Username: 'eve' })).toMatchObject({ status: 200 })

    const refused = await confirm(pool, { Username: 'eve' })
    const kept = readAttributes(pool)
    const forced = await confirm(pool, { Username: 'eve', ForceAliasCreation: true })

    expect(refused).toMatchObject({ body: { __type: 'AliasExistsException', message: 'An account with the given email already exists.' } })
    expect(kept).toEqual({ email: EMAIL, email_verified: 'true' })
    expect(forced.status).toBe(200)
    expect(readAttributes(pool)).toEqual({ email: EMAIL, email_verified: 'false' })
    expect(readAttributes(pool, 'eve')).toEqual({ email: EMAIL, email_verified: 'true' })
    expect((await pool.signIn(EMAIL)).AccessToken).not.toBe('')
  })

  it('refuses a name in the form of an email address', async () => {
    const pool = await startTestPool({ settings })

    expect((await signUp(pool, { Username: EMAIL })).body.message).toBe(
      'Username cannot be of email format, since user pool is configured for email alias.',
    )
  })

  it('refuses the preferred name of another user', async () => {
    const pool = await startTestPool({ settings })
    await signUp(pool, { UserAttributes: attributes({ preferred_username: 'countess' }) })

    const { body } = await signUp(pool, { Username: 'eve', UserAttributes: attributes({ preferred_username: 'countess' }) })

    expect(body.__type).toBe('AliasExistsException')
    expect(findUsers(pool)).toEqual(['ada'])
  })
})
