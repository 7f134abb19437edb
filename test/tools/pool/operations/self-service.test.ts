import { afterAll, describe, expect, it } from 'vitest'
import {
  type Answer,
  EMAIL,
  type Fields,
  PHONE,
  startTestPool,
  stopTestPools,
  type TestPool,
  type TestPoolOptions,
} from '../../../support/pool-sequences.ts'

afterAll(stopTestPools)

const NEW_EMAIL = 'ada@example.net'
const EVE = { email: 'eve@example.com', email_verified: 'true' }
const list = (given: Readonly<Record<string, string>>): readonly object[] => Object.entries(given).map(([Name, Value]) => ({ Name, Value }))

/** A pool with the signed-in user `ada`. */
interface SignedIn {
  readonly pool: TestPool
  readonly AccessToken: string
  readonly update: (attributes: Readonly<Record<string, string>>) => Promise<Answer>
  readonly updateAsAdmin: (attributes: Readonly<Record<string, string>>) => Promise<Answer>
  readonly verify: (Code: string) => Promise<Answer>
  readonly attributes: (name?: string) => Readonly<Record<string, string>>
}

async function startSignedIn(options: TestPoolOptions = {}): Promise<SignedIn> {
  const pool = await startTestPool(options)
  pool.addUser()
  pool.addUser({ username: 'eve', attributes: EVE })
  const { AccessToken } = await pool.signIn()
  await pool.takeCalls()
  return {
    pool,
    AccessToken,
    update: (given) => pool.api('UpdateUserAttributes', { AccessToken, UserAttributes: list(given) }),
    updateAsAdmin: (given) =>
      pool.api('AdminUpdateUserAttributes', { UserPoolId: pool.userPoolId, Username: 'ada', UserAttributes: list(given) }),
    verify: (Code) => pool.api('VerifyUserAttribute', { AccessToken, AttributeName: 'email', Code }),
    attributes: (name = 'ada') => ({ ...pool.pools.world.store.pools.get(pool.userPoolId)?.users.get(name)?.attributes }),
  }
}

describe('UpdateUserAttributes', () => {
  it('replaces an address at once, unverified, and verifies it by the code', async () => {
    const { pool, update, verify, attributes } = await startSignedIn()

    await update({ email: NEW_EMAIL })
    const before = attributes()
    await verify(pool.code())

    expect(before).toMatchObject({ email: NEW_EMAIL, email_verified: 'false' })
    expect(attributes()).toMatchObject({ email: NEW_EMAIL, email_verified: 'true' })
    expect(pool.pools.world.inbox.messages().at(-1)?.to).toBe(NEW_EMAIL)
  })

  it('keeps the old address until the code, if the pool requires the verification first', async () => {
    const { pool, update, verify, attributes } = await startSignedIn({
      settings: { UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] } },
    })

    await update({ email: NEW_EMAIL, nickname: 'Countess' })
    const before = attributes()
    const wrong = await verify('wrong')
    await verify(pool.code())

    expect(before).toMatchObject({ email: EMAIL, email_verified: 'true', nickname: 'Countess' })
    expect(wrong.body.__type).toBe('CodeMismatchException')
    expect(attributes()).toMatchObject({ email: NEW_EMAIL, email_verified: 'true' })
    expect(pool.pools.world.inbox.messages().at(-1)?.to).toBe(NEW_EMAIL)
  })

  it('sends no code for the same address, or for an attribute that the pool does not verify', async () => {
    const { pool, update, attributes } = await startSignedIn()

    await update({ email: EMAIL, phone_number: '+12065550199' })

    expect(await pool.takeSequence()).toEqual([])
    expect(attributes()).toMatchObject({ email_verified: 'true', phone_number: '+12065550199', phone_number_verified: 'false' })
  })

  it('refuses the address of another user in a pool with username attributes', async () => {
    const { update, updateAsAdmin, attributes } = await startSignedIn({ settings: { UsernameAttributes: ['email'] } })

    const answers = [await update({ email: EVE.email }), await updateAsAdmin({ email: EVE.email, email_verified: 'true' })]

    expect(answers.map(({ body }) => body.__type)).toEqual(Array(2).fill('AliasExistsException'))
    expect([attributes().email, attributes('eve')]).toEqual([EMAIL, EVE])
  })

  it('in a pool with aliases, refuses the address of another user only when it is verified', async () => {
    const { pool, update, verify, attributes } = await startSignedIn({ settings: { AliasAttributes: ['email'] } })

    const updated = await update({ email: EVE.email })
    const { body } = await verify(pool.code())

    expect(updated.status).toBe(200)
    expect(body).toMatchObject({ __type: 'AliasExistsException', message: 'An account with the given email already exists.' })
    expect(attributes('eve')).toEqual(EVE)
    expect((await pool.api('AdminGetUser', { UserPoolId: pool.userPoolId, Username: EVE.email })).body.Username).toBe('eve')
  })

  it('keeps the old address if the alias of the new one is taken before the code', async () => {
    const { pool, update, verify, attributes } = await startSignedIn({
      settings: {
        AliasAttributes: ['email'],
        UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
      },
    })
    await update({ email: EVE.email })

    expect((await verify(pool.code())).body.__type).toBe('AliasExistsException')
    expect(attributes()).toMatchObject({ email: EMAIL, email_verified: 'true' })
  })

  it('moves the alias to the user whose address an administrator verifies', async () => {
    const { pool, updateAsAdmin, attributes } = await startSignedIn({ settings: { AliasAttributes: ['email'] } })

    await updateAsAdmin({ email: EVE.email, email_verified: 'true' })

    expect(await pool.takeSequence()).toEqual([])
    expect(attributes()).toMatchObject(EVE)
    expect(attributes('eve')).toEqual({ ...EVE, email_verified: 'false' })
    expect((await pool.api('AdminGetUser', { UserPoolId: pool.userPoolId, Username: EVE.email })).body.Username).toBe('ada')
  })

  it('lets an administrator verify the address that the user has', async () => {
    const { updateAsAdmin, attributes } = await startSignedIn()
    await updateAsAdmin({ email_verified: 'false' })
    const before = attributes().email_verified
    await updateAsAdmin({ email_verified: 'true' })

    expect([before, attributes().email_verified]).toEqual(['false', 'true'])
  })

  it.each([
    [
      'a verification by the user',
      { email_verified: 'true' },
      'NotAuthorizedException',
      'A client attempted to write unauthorized attribute',
    ],
    [
      'an attribute that the client may not write',
      { nickname: 'x' },
      'NotAuthorizedException',
      'A client attempted to write unauthorized attribute',
    ],
    ['the sub', { sub: 'x' }, 'InvalidParameterException', 'Cannot modify the non-mutable attribute sub'],
    ['an immutable attribute', { 'custom:plan': 'x' }, 'InvalidParameterException', 'user.custom:plan: Attribute cannot be updated.'],
    ['an invalid phone number', { phone_number: '0123' }, 'InvalidParameterException', 'Invalid phone number format.'],
  ])('refuses %s', async (_, given, __type, message) => {
    const { update, attributes } = await startSignedIn({
      settings: { Schema: [{ Name: 'plan', Mutable: false }] },
      client: { WriteAttributes: ['email', 'phone_number', 'custom:plan', 'sub'] },
    })
    const before = attributes()

    expect((await update(given)).body).toMatchObject({ __type, message })
    expect(attributes()).toEqual(before)
  })

  it('removes an attribute whose value is empty, with its verification', async () => {
    const { update, attributes } = await startSignedIn()
    await update({ phone_number: '' })

    expect(attributes()).toEqual({ email: EMAIL, email_verified: 'true' })
  })

  it('lowercases an address in a pool that does not distinguish case', async () => {
    const { update, attributes } = await startSignedIn({ settings: { UsernameConfiguration: { CaseSensitive: false } } })
    await update({ email: 'Ada@Example.NET' })

    expect(attributes().email).toBe(NEW_EMAIL)
  })
})

describe('DeleteUserAttributes', () => {
  it('removes an attribute with its verification and its alias', async () => {
    const { pool, AccessToken, attributes } = await startSignedIn({ settings: { AliasAttributes: ['email', 'phone_number'] } })
    await pool.api('DeleteUserAttributes', { AccessToken, UserAttributeNames: ['phone_number'] })

    expect(attributes()).toEqual({ email: EMAIL, email_verified: 'true' })
    expect((await pool.api('AdminGetUser', { UserPoolId: pool.userPoolId, Username: PHONE })).body.__type).toBe('UserNotFoundException')
  })
})

describe('GetUserAttributeVerificationCode', () => {
  it('refuses an attribute without a code, and a contact that the user lacks', async () => {
    const { pool } = await startSignedIn()
    const { AccessToken } = await pool.signIn('eve')
    const ask = (AttributeName: string): Promise<Answer> => pool.api('GetUserAttributeVerificationCode', { AccessToken, AttributeName })

    expect((await ask('nickname')).body.message).toBe('Cannot verify attribute of this type')
    expect((await ask('phone_number')).body.message).toBe('User does not have phone_number')
  })
})

describe('the caller of an operation on a user', () => {
  it.each([
    ['an invalid token', { AccessToken: 'invalid' }, 'Invalid Access Token'],
    ['an ID token', 'IdToken', 'Invalid Access Token'],
  ] as const)('is refused with %s', async (_, given, message) => {
    const { pool } = await startSignedIn()
    const tokens = await pool.signIn()

    const { body } = await pool.api('GetUser', typeof given === 'string' ? { AccessToken: tokens[given] } : given)

    expect(body).toMatchObject({ __type: 'NotAuthorizedException', message })
  })

  it('gets only the attributes that the app client may read', async () => {
    const { pool, AccessToken } = await startSignedIn({ client: { ReadAttributes: ['email'] } })
    const { body } = await pool.api('GetUser', { AccessToken })
    const attributes: readonly Fields[] = Array.isArray(body.UserAttributes) ? body.UserAttributes : []

    expect(attributes.map(({ Name }) => Name)).toEqual(['sub', 'email'])
  })
})

describe('a new address', () => {
  const findName = async ({ pool }: SignedIn, Username: string): Promise<unknown> =>
    (await pool.api('AdminGetUser', { UserPoolId: pool.userPoolId, Username })).body.Username

  it('signs in at once in a pool with username attributes', async () => {
    const started = await startSignedIn({ settings: { UsernameAttributes: ['email'] } })
    await started.update({ email: NEW_EMAIL })

    expect([await findName(started, EMAIL), await findName(started, NEW_EMAIL)]).toEqual([undefined, 'ada'])
  })

  it('signs in after the code in a pool with aliases, and the old one no longer', async () => {
    const started = await startSignedIn({ settings: { AliasAttributes: ['email'] } })
    await started.update({ email: NEW_EMAIL })
    const before = [await findName(started, EMAIL), await findName(started, NEW_EMAIL)]
    await started.verify(started.pool.code())

    expect(before).toEqual([undefined, undefined])
    expect([await findName(started, EMAIL), await findName(started, NEW_EMAIL)]).toEqual([undefined, 'ada'])
  })

  it('leaves the old one a login until the code, if the pool requires the verification first', async () => {
    const started = await startSignedIn({
      settings: {
        UsernameAttributes: ['email'],
        UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
      },
    })
    await started.update({ email: NEW_EMAIL })
    const before = [await findName(started, EMAIL), await findName(started, NEW_EMAIL)]
    await started.verify(started.pool.code())

    expect(before).toEqual(['ada', undefined])
    expect([await findName(started, EMAIL), await findName(started, NEW_EMAIL)]).toEqual([undefined, 'ada'])
  })

  it('that waits is dropped by another update to the old one', async () => {
    const { pool, update, verify, attributes } = await startSignedIn({
      settings: { UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] } },
    })
    await update({ email: NEW_EMAIL })
    const code = pool.code()
    await update({ email: EMAIL })

    expect((await verify(code)).body.__type).toBe('ExpiredCodeException')
    expect(attributes().email).toBe(EMAIL)
  })

  it('is not verified by a code for the old one', async () => {
    const { pool, AccessToken, update, verify, attributes } = await startSignedIn({ settings: { AutoVerifiedAttributes: [] } })
    await pool.api('GetUserAttributeVerificationCode', { AccessToken, AttributeName: 'email' })
    await update({ email: NEW_EMAIL })

    expect((await verify(pool.code())).body.__type).toBe('ExpiredCodeException')
    expect(attributes()).toMatchObject({ email: NEW_EMAIL, email_verified: 'false' })
  })
})
