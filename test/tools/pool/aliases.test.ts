import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { Pool } from '../../../src/tools/pool/model.ts'
import { findAliasOwner, findUser } from '../../../src/tools/pool/store.ts'
import { type Answer, type Fields, PASSWORD, startTestPool, stopTestPools, type TestPool } from '../../support/pool-sequences.ts'

afterAll(stopTestPools)

const NAMES = ['ada', 'bob', 'eve']
const EMAILS = ['one@example.com', 'two@example.com', 'Two@Example.com']
const list = (given: Readonly<Record<string, string>>): readonly object[] => Object.entries(given).map(([Name, Value]) => ({ Name, Value }))

/** A request about a user and an address. It may fail. */
interface Action {
  readonly kind: keyof typeof ACTIONS
  readonly name: string
  readonly email: string
  readonly force: boolean
}

type Act = (pool: TestPool, action: Action, stored: Pool) => Promise<Answer>

const admin = (pool: TestPool, operation: string, Username: string, more: Fields = {}): Promise<Answer> =>
  pool.api(operation, { UserPoolId: pool.userPoolId, Username, ...more })

/** Signs a user in, whose password an administrator sets. Returns the access token. */
async function signIn(pool: TestPool, name: string): Promise<string> {
  await setPassword(pool, name)
  const { body } = await pool.api('InitiateAuth', {
    ClientId: pool.clientId,
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: name, PASSWORD },
  })
  return body.AuthenticationResult.AccessToken
}

const setPassword = (pool: TestPool, name: string): Promise<Answer> =>
  admin(pool, 'AdminSetUserPassword', name, { Password: PASSWORD, Permanent: true })

const ACTIONS = {
  signUp: (pool, { name, email }) =>
    pool.api('SignUp', { ClientId: pool.clientId, Username: name, Password: PASSWORD, UserAttributes: list({ email }) }),
  confirm: (pool, { name, force }, stored) =>
    pool.api('ConfirmSignUp', {
      ClientId: pool.clientId,
      Username: name,
      ConfirmationCode: findUser(stored, name)?.codes.confirm?.value ?? '0',
      ForceAliasCreation: force,
    }),
  create: (pool, { name, email, force }) =>
    admin(pool, 'AdminCreateUser', name, {
      UserAttributes: list({ email, email_verified: 'true' }),
      ForceAliasCreation: force,
      MessageAction: 'SUPPRESS',
    }),
  async update(pool, { name, email }) {
    return pool.api('UpdateUserAttributes', { AccessToken: await signIn(pool, name), UserAttributes: list({ email }) })
  },
  updateAsAdmin: (pool, { name, email, force }) =>
    admin(pool, 'AdminUpdateUserAttributes', name, { UserAttributes: list({ email, email_verified: String(force) }) }),
  async verify(pool, { name, email }, stored) {
    const user = findUser(stored, name)
    const AccessToken = await signIn(pool, name)
    await pool.api('UpdateUserAttributes', { AccessToken, UserAttributes: list({ email }) })
    return pool.api('VerifyUserAttribute', { AccessToken, AttributeName: 'email', Code: user?.codes.email?.value ?? '0' })
  },
  remove: (pool, { name }) => admin(pool, 'AdminDeleteUserAttributes', name, { UserAttributeNames: ['email'] }),
  delete: (pool, { name }) => admin(pool, 'AdminDeleteUser', name),
} satisfies Readonly<Record<string, Act>>

const kinds = fc.constantFrom<Action['kind']>('signUp', 'confirm', 'create', 'update', 'updateAsAdmin', 'verify', 'remove', 'delete')
const action = (names: readonly string[]): fc.Arbitrary<Action> =>
  fc.record({ kind: kinds, name: fc.constantFrom(...names), email: fc.constantFrom(...EMAILS), force: fc.boolean() })

/** Checks that each alias has one owner, who has the address. */
function checkAliases(pool: Pool): void {
  const users = [...pool.users.values()]
  for (const [alias, owner] of pool.aliases) {
    const [type = '', ...value] = alias.split(':')
    const user = pool.users.get(owner)
    expect(user, `the owner of ${alias}`).toBeDefined()
    const own = type === 'sub' ? user?.sub : user?.attributes[type]
    expect(pool.settings.UsernameConfiguration.CaseSensitive ? own : own?.toLowerCase()).toBe(value.join(':'))
  }
  const isLogin = (verified: string | undefined): boolean => pool.settings.UsernameAttributes.length > 0 || verified === 'true'
  for (const { username, attributes } of users) {
    const { email, email_verified: verified } = attributes
    if (email === undefined || !isLogin(verified)) continue
    expect(findAliasOwner(pool, 'email', email)?.username, `the owner of ${email}`).toBe(username)
  }
}

describe.each([
  ['with aliases', { AliasAttributes: ['email'] }, NAMES],
  ['with aliases without case', { AliasAttributes: ['email'], UsernameConfiguration: { CaseSensitive: false } }, NAMES],
  ['with username attributes', { UsernameAttributes: ['email'] }, EMAILS],
  ['with username attributes without case', { UsernameAttributes: ['email'], UsernameConfiguration: { CaseSensitive: false } }, EMAILS],
  [
    'whose addresses wait for their code',
    { AliasAttributes: ['email'], UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] } },
    NAMES,
  ],
])('a pool %s', (_, settings, names) => {
  it('gives each address that signs in to exactly one user, after any requests', { timeout: 300_000 }, async () => {
    const counts = new Map<string, number>()
    const pool = await startTestPool({ settings, triggers: [] })
    const stored = pool.pools.world.store.pools.get(pool.userPoolId)
    if (stored === undefined) throw new Error('The pool is missing')

    await fc.assert(
      fc
        .asyncProperty(fc.array(action(names), { minLength: 5, maxLength: 25 }), async (actions) => {
          for (const each of actions) {
            const { status, body } = await ACTIONS[each.kind](pool, each, stored)
            counts.set(`${each.kind} ${status}`, (counts.get(`${each.kind} ${status}`) ?? 0) + 1)
            expect(status, body.message).toBeLessThan(500)
            checkAliases(stored)
          }
        })
        .beforeEach(async () => {
          for (const name of [...stored.users.keys()]) await admin(pool, 'AdminDeleteUser', name)
          expect(stored.aliases.size).toBe(0)
        }),
      { numRuns: 40 },
    )

    // Each request succeeds in some run.
    for (const kind of Object.keys(ACTIONS)) expect(counts.get(`${kind} 200`) ?? 0, kind).toBeGreaterThan(0)
  })
})
