import { afterAll, describe, expect, it } from 'vitest'
import {
  EMAIL,
  type Fields,
  META,
  PASSWORD,
  startTestPool,
  stopTestPools,
  type TestPool,
  type TestPoolOptions,
} from '../../../support/pool-sequences.ts'

afterAll(stopTestPools)

const byPassword = (pool: TestPool, parameters: Fields = {}, more: Fields = {}): ReturnType<TestPool['api']> =>
  pool.api('InitiateAuth', {
    ClientId: pool.clientId,
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: 'ada', PASSWORD, ...parameters },
    ...more,
  })

describe('user migration', () => {
  const migrates = (response: Fields): TestPoolOptions => ({
    client: { PreventUserExistenceErrors: 'ENABLED' },
    functions: { UserMigration: (_, { password }) => (password === undefined || password === PASSWORD ? response : undefined) },
  })
  const attributes = { email: EMAIL, email_verified: 'true' }

  it('creates the user and signs it in, with the metadata as validationData', async () => {
    const pool = await startTestPool(migrates({ userAttributes: attributes, finalUserStatus: 'CONFIRMED', messageAction: 'SUPPRESS' }))

    const { status } = await byPassword(pool, {}, META)

    expect(status).toBe(200)
    expect(await pool.takeSequence()).toEqual([
      'UserMigration_Authentication validationData=client',
      'PreSignUp_AdminCreateUser validationData=client',
      'PreAuthentication_Authentication validationData=client',
      'PostAuthentication_Authentication',
      'TokenGeneration_Authentication',
    ])
    expect(await pool.signInWithSrp()).toMatchObject({ status: 200 })
  })

  it('sends the invitation unless the function suppresses it', async () => {
    const pool = await startTestPool(
      migrates({ userAttributes: attributes, finalUserStatus: 'CONFIRMED', desiredDeliveryMediums: ['EMAIL'] }),
    )
    await byPassword(pool)

    expect((await pool.takeSequence()).slice(0, 3)).toEqual([
      'UserMigration_Authentication',
      'PreSignUp_AdminCreateUser',
      'CustomMessage_AdminCreateUser',
    ])
    expect(pool.pools.world.inbox.messages()).toMatchObject([{ to: EMAIL, code: '********' }])
  })

  it('asks for a new password if the final status is not CONFIRMED', async () => {
    const pool = await startTestPool(migrates({ userAttributes: attributes, messageAction: 'SUPPRESS' }))

    expect((await byPassword(pool)).body.__type).toBe('PasswordResetRequiredException')
  })

  it('leaves the user unknown after an empty answer', async () => {
    const pool = await startTestPool(migrates({ userAttributes: attributes, finalUserStatus: 'CONFIRMED' }))

    expect((await byPassword(pool, { PASSWORD: 'wrong' })).body.message).toBe('Incorrect username or password.')
    expect(pool.pools.world.store.pools.get(pool.userPoolId)?.users.size).toBe(0)
  })

  it('is not called with SRP, which sends no password', async () => {
    const pool = await startTestPool(migrates({ userAttributes: attributes, finalUserStatus: 'CONFIRMED' }))
    await pool.signInWithSrp()

    expect(await pool.takeSequence()).toEqual(['PreAuthentication_Authentication'])
  })

  it('signs both in of two sign-ins at the same time', async () => {
    let waiting = 0
    const both = Promise.withResolvers<undefined>()
    const pool = await startTestPool({
      functions: {
        async UserMigration() {
          waiting += 1
          if (waiting === 2) both.resolve(undefined)
          await both.promise
          return { userAttributes: attributes, finalUserStatus: 'CONFIRMED', messageAction: 'SUPPRESS' }
        },
      },
    })

    const answers = await Promise.all([byPassword(pool), byPassword(pool)])

    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect(pool.pools.world.store.pools.get(pool.userPoolId)?.users.size).toBe(1)
  })

  it('takes an alias of another user only with forceAliasCreation', async () => {
    const start = async (forceAliasCreation: boolean): Promise<TestPool> => {
      const response = { userAttributes: attributes, finalUserStatus: 'CONFIRMED', messageAction: 'SUPPRESS', forceAliasCreation }
      const pool = await startTestPool({ ...migrates(response), settings: { AliasAttributes: ['email'] } })
      pool.addUser({ username: 'eve' })
      return pool
    }
    const [keeps, moves] = [await start(false), await start(true)]

    expect((await byPassword(keeps)).body.__type).toBe('AliasExistsException')
    expect((await byPassword(moves)).status).toBe(200)
  })

  it('stores a user who typed an alias under the name that the function returned', async () => {
    const response = { userAttributes: { ...attributes, username: 'ada' }, finalUserStatus: 'CONFIRMED', messageAction: 'SUPPRESS' }
    const pool = await startTestPool({ ...migrates(response), settings: { AliasAttributes: ['email'] } })

    expect((await byPassword(pool, { USERNAME: EMAIL })).status).toBe(200)
    expect([...(pool.pools.world.store.pools.get(pool.userPoolId)?.users.keys() ?? [])]).toEqual(['ada'])
  })

  it('migrates a user who has forgotten the password, and sends the code', async () => {
    const pool = await startTestPool(migrates({ userAttributes: attributes, messageAction: 'SUPPRESS' }))

    const { body } = await pool.api('ForgotPassword', { ClientId: pool.clientId, Username: 'ada', ...META })

    expect(body.CodeDeliveryDetails).toEqual({ Destination: 'a***@e***', DeliveryMedium: 'EMAIL', AttributeName: 'email' })
    expect(await pool.takeSequence()).toEqual([
      'UserMigration_ForgotPassword clientMetadata=client',
      'PreSignUp_AdminCreateUser clientMetadata=client',
      'CustomMessage_ForgotPassword clientMetadata=client',
    ])
  })

  it('shows the error of the function to the caller', async () => {
    const pool = await startTestPool({
      functions: {
        UserMigration() {
          throw new Error('Directory is down')
        },
      },
    })

    expect((await byPassword(pool)).body).toMatchObject({
      __type: 'UserLambdaValidationException',
      message: 'UserMigration failed with error Directory is down.',
    })
  })
})
