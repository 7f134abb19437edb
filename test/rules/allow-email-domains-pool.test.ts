import { describe, expect, it } from 'vitest'
import { preAuthentication } from '../../src/pre-auth/trigger.ts'
import { preSignUp } from '../../src/pre-signup/trigger.ts'
import { preTokenGeneration } from '../../src/pre-token/trigger.ts'
import { allowEmailDomains } from '../../src/rules/allow-email-domains.ts'
import { type ApiAnswer, type ApiPool, SILENT, startApiPool, toFunction } from '../support/lifeguard-pool.ts'
import { type LoginOptions, PASSWORD } from '../support/managed-login.ts'

const NEW_EMAIL = 'mary@elsewhere.example'
const REFUSED = 'failed with error This email address cannot be used to sign in.'

/** A pool whose three refusing triggers allow one domain, and its signed-in user `mary`. */
async function startSignedIn(settings: LoginOptions['pool'] = {}) {
  const pool = await startApiPool({
    pool: settings,
    triggers: {
      PreSignUp: toFunction(preSignUp(SILENT, allowEmailDomains('example.com'))),
      PreAuthentication: toFunction(preAuthentication(SILENT, allowEmailDomains('example.com'))),
      PreTokenGeneration: toFunction(preTokenGeneration(SILENT, allowEmailDomains('example.com'))),
    },
  })
  pool.addUser('mary')
  const signedIn = await signIn(pool)
  const { AccessToken, RefreshToken } = Object(signedIn.body.AuthenticationResult)
  const code = (): string => pool.pools.world.inbox.messages().findLast(({ to }) => to === NEW_EMAIL)?.code ?? ''
  return {
    signIn: () => signIn(pool),
    change: () => pool.api('UpdateUserAttributes', { AccessToken, UserAttributes: [{ Name: 'email', Value: NEW_EMAIL }] }),
    verify: () => pool.api('VerifyUserAttribute', { AccessToken, AttributeName: 'email', Code: code() }),
    refreshes: async () => [
      await pool.startAuth('REFRESH_TOKEN_AUTH', { REFRESH_TOKEN: RefreshToken }),
      await pool.api('GetTokensFromRefreshToken', { ClientId: pool.client.id, RefreshToken }),
    ],
  }
}

const signIn = (pool: ApiPool): Promise<ApiAnswer> => pool.startAuth('USER_PASSWORD_AUTH', { USERNAME: 'mary', PASSWORD })
const KEEPS_OLD = { UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] } }
const messages = (answers: readonly ApiAnswer[]): readonly unknown[] => answers.map(({ body }) => body.message)

describe('allowEmailDomains after a change of the email address', { timeout: 120_000 }, () => {
  it.each([
    ['at once', {}],
    ['after its verification', KEEPS_OLD],
  ])('refuses the refresh and the sign-in of a verified address in another domain, in a pool that changes it %s', async (_, settings) => {
    const mary = await startSignedIn(settings)
    expect((await mary.refreshes()).map(({ status }) => status)).toEqual([200, 200])

    expect((await mary.change()).status).toBe(200)
    expect((await mary.verify()).status).toBe(200)

    const refused = `PreTokenGeneration ${REFUSED}`
    expect(messages(await mary.refreshes())).toEqual([refused, refused])
    expect((await mary.signIn()).body.message).toBe(`PreAuthentication ${REFUSED}`)
  })

  it('refuses the refresh before the new address is verified, in a pool that changes it at once', async () => {
    const mary = await startSignedIn()
    await mary.change()

    expect(messages(await mary.refreshes())).toEqual([`PreTokenGeneration ${REFUSED}`, `PreTokenGeneration ${REFUSED}`])
  })

  it('keeps to the verified old address until the new one is verified, in a pool that requires it', async () => {
    const mary = await startSignedIn(KEEPS_OLD)
    await mary.change()

    expect((await mary.refreshes()).map(({ status }) => status)).toEqual([200, 200])
  })
})
