import { describe, expect, it } from 'vitest'
import { customChallenge } from '../../src/custom-challenge/index.ts'
import { preAuthentication } from '../../src/pre-auth/trigger.ts'
import { preSignUp } from '../../src/pre-signup/trigger.ts'
import { preTokenGeneration } from '../../src/pre-token/trigger.ts'
import { blockUsers } from '../../src/rules/block-users.ts'
import type { BlockList, BlockType } from '../../src/shared/blocks/block-list.ts'
import { type MemoryBlockList, memoryBlockList, memoryCounter } from '../../src/testing/index.ts'
import { memoryCode } from '../custom-challenge/support.ts'
import { type ApiAnswer, type ApiPool, SILENT, startApiPool, toFunction } from '../support/lifeguard-pool.ts'
import { createBrowser, PASSWORD, signInAt } from '../support/managed-login.ts'

const EMAIL = 'mary@example.com'
const refusal = (trigger: string, what = 'Sign-in'): string => `${trigger} failed with error ${what} is not possible at the moment.`

interface Blocking extends ApiPool {
  readonly blocks: MemoryBlockList
  /** Blocks the user `mary`, or another value. */
  readonly block: (type: BlockType, value?: string) => Promise<void>
  /** Returns the numbers of look-ups per trigger call since the last time. */
  readonly takeLookups: () => number
  readonly lastCode: () => string
}

/** Starts a pool whose triggers check one block list, as the ready-made handlers do. */
async function startBlocking(): Promise<Blocking> {
  const blocks = memoryBlockList()
  let lookups = 0
  const list: BlockList = {
    find(keys, signal) {
      lookups += 1
      return blocks.find(keys, signal)
    },
  }
  const { step, lastCode } = memoryCode()
  const challenge = customChallenge({
    steps: [step],
    before: [blockUsers(list)],
    counter: memoryCounter(),
    answersAfterMs: 0,
    settings: SILENT,
  })
  const pool = await startApiPool({
    triggers: {
      PreSignUp: toFunction(preSignUp(SILENT, blockUsers(list))),
      PreAuthentication: toFunction(preAuthentication(SILENT, blockUsers(list))),
      PreTokenGeneration: toFunction(preTokenGeneration(SILENT, blockUsers(list))),
      DefineAuthChallenge: toFunction(challenge.define),
      CreateAuthChallenge: toFunction(challenge.create),
      VerifyAuthChallengeResponse: toFunction(challenge.verify),
    },
  })
  const defaults: Readonly<Record<BlockType, () => string>> = {
    sub: () => pool.pool.users.get('mary')?.sub ?? '',
    username: () => 'mary',
    email: () => EMAIL,
    emailDomain: () => 'example.com',
  }
  return {
    ...pool,
    blocks,
    lastCode,
    block: (type, value = defaults[type]()) => blocks.block({ userPoolId: pool.pool.id, type, value, reason: 'chargeback' }),
    takeLookups() {
      const taken = lookups
      lookups = 0
      return taken
    },
  }
}

const signIn = (pool: ApiPool): Promise<ApiAnswer> => pool.startAuth('USER_PASSWORD_AUTH', { USERNAME: 'mary', PASSWORD })
const readTokens = ({ body }: ApiAnswer): Readonly<Record<string, string>> => Object(body.AuthenticationResult)
const signUp = (pool: ApiPool, Username: string, email: string): Promise<ApiAnswer> =>
  pool.api('SignUp', { ClientId: pool.client.id, Username, Password: PASSWORD, UserAttributes: [{ Name: 'email', Value: email }] })
const describeError = (location: URL | undefined): string => location?.searchParams.get('error_description')?.trim() ?? ''

const TYPES: readonly BlockType[] = ['sub', 'username', 'email', 'emailDomain']

describe('a user who is blocked', { timeout: 120_000 }, () => {
  it.each(TYPES)('cannot sign in with the password, when blocked by %s', async (type) => {
    const pool = await startBlocking()
    pool.addUser('mary')
    expect((await signIn(pool)).status).toBe(200)
    await pool.block(type)
    pool.takeLookups()

    const { body } = await signIn(pool)

    expect(body).toMatchObject({ __type: 'UserLambdaValidationException', message: refusal('PreAuthentication') })
    expect(pool.takeLookups()).toBe(1)
  })

  it.each(TYPES)('gets no tokens at a refresh, when blocked by %s', async (type) => {
    const pool = await startBlocking()
    pool.addUser('mary')
    const { RefreshToken = '', AccessToken = '' } = readTokens(await signIn(pool))
    const refreshes = [
      () => pool.startAuth('REFRESH_TOKEN_AUTH', { REFRESH_TOKEN: RefreshToken }),
      () => pool.api('GetTokensFromRefreshToken', { ClientId: pool.client.id, RefreshToken }),
    ]
    for (const refresh of refreshes) expect(readTokens(await refresh()).AccessToken).toMatch(/^ey/)
    await pool.block(type)
    pool.takeLookups()
    pool.takeCalls()

    const answers = [await refreshes[0]?.(), await refreshes[1]?.()]

    expect(answers.map((answer) => answer?.body.message)).toEqual([refusal('PreTokenGeneration'), refusal('PreTokenGeneration')])
    expect(pool.takeSources()).toEqual(['TokenGeneration_RefreshTokens', 'TokenGeneration_Authentication'])
    expect(pool.takeLookups()).toBe(2)
    // The old access token still works: no trigger can revoke it.
    expect((await pool.api('GetUser', { AccessToken })).status).toBe(200)
  })

  it('gets no tokens from a session of managed login', async () => {
    const pool = await startBlocking()
    pool.addUser('mary')
    const browser = createBrowser()
    const first = await browser.submit(await browser.open(pool.authorizeUrl()), { username: 'mary', password: PASSWORD })
    await pool.block('sub')

    const again = await browser.open(pool.authorizeUrl())

    expect(first.location?.searchParams.has('code')).toBe(true)
    expect(describeError(again.location)).toBe(refusal('PreTokenGeneration'))
  })

  it.each([
    ['email', 'anna@example.com'],
    ['emailDomain', 'example.com'],
    ['username', 'google_108256943017420951736'],
  ] as const)('is not created at a first federated sign-in, when blocked by %s', async (type, value) => {
    const pool = await startBlocking()
    await pool.block(type, value)

    const back = await signInAt(pool, 'anna')

    expect(describeError(back.location)).toBe(refusal('PreSignUp'))
    expect(pool.pool.users.size).toBe(0)
    expect(pool.takeLookups()).toBe(1)
  })

  it.each(TYPES)('cannot sign in at a provider again, when blocked by %s', async (type) => {
    const pool = await startBlocking()
    const first = await signInAt(pool, 'anna')
    const [anna] = pool.pool.users.values()
    const values: Readonly<Record<BlockType, string>> = {
      ...{ sub: anna?.sub ?? '', username: anna?.username ?? '' },
      ...{ email: 'anna@example.com', emailDomain: 'example.com' },
    }
    await pool.block(type, values[type])

    const again = await signInAt(pool, 'anna')

    expect(first.location?.searchParams.has('code')).toBe(true)
    expect(describeError(again.location)).toBe(refusal('PreAuthentication'))
  })

  it.each(TYPES)('cannot start a custom challenge, when blocked by %s', async (type) => {
    const pool = await startBlocking()
    pool.addUser('mary')
    expect((await pool.startAuth('CUSTOM_AUTH', { USERNAME: 'mary' })).body.ChallengeName).toBe('CUSTOM_CHALLENGE')
    const code = pool.lastCode()
    await pool.block(type)
    pool.takeCalls()

    const { body } = await pool.startAuth('CUSTOM_AUTH', { USERNAME: 'mary' })

    expect(body.__type).toBe('NotAuthorizedException')
    expect(pool.takeSources()).toEqual(['DefineAuthChallenge_Authentication'])
    expect(pool.lastCode()).toBe(code)
  })

  it('cannot finish a custom challenge that began before the block', async () => {
    const pool = await startBlocking()
    pool.addUser('mary')
    const { body: started } = await pool.startAuth('CUSTOM_AUTH', { USERNAME: 'mary' })
    await pool.block('sub')

    const { body } = await pool.api('RespondToAuthChallenge', {
      ClientId: pool.client.id,
      ChallengeName: 'CUSTOM_CHALLENGE',
      Session: started.Session,
      ChallengeResponses: { USERNAME: 'mary', ANSWER: pool.lastCode() },
    })

    expect(body.__type).toBe('NotAuthorizedException')
  })

  it.each([
    ['email', 'mary2', EMAIL],
    ['emailDomain', 'mary2', 'other@example.com'],
    ['username', 'Mary', 'mary@example.org'],
  ] as const)('cannot delete the account and sign up again, when blocked by %s', async (type, name, email) => {
    const pool = await startBlocking()
    pool.addUser('mary')
    const { AccessToken } = readTokens(await signIn(pool))
    await pool.block(type)
    expect((await pool.api('DeleteUser', { AccessToken })).status).toBe(200)

    const { body } = await signUp(pool, name, email)

    expect(body).toMatchObject({ __type: 'UserLambdaValidationException', message: refusal('PreSignUp', 'Sign-up') })
    expect(pool.pool.users.size).toBe(0)
  })

  it('can sign up again if only the sub of the deleted account is blocked', async () => {
    const pool = await startBlocking()
    pool.addUser('mary')
    const { AccessToken } = readTokens(await signIn(pool))
    await pool.block('sub')
    await pool.api('DeleteUser', { AccessToken })

    expect((await signUp(pool, 'mary', EMAIL)).status).toBe(200)
  })

  it('can sign in again after the block is removed', async () => {
    const pool = await startBlocking()
    pool.addUser('mary')
    await pool.block('email')
    expect((await signIn(pool)).status).toBe(400)

    await pool.blocks.unblock({ userPoolId: pool.pool.id, type: 'email', value: EMAIL })

    expect((await signIn(pool)).status).toBe(200)
  })
})
