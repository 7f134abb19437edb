import { createSrpSession } from 'cognito-srp-helper'
import { afterAll, describe, expect, it } from 'vitest'
import type { User } from '../../../../src/tools/pool/model.ts'
import { ONE_CHALLENGE } from '../../../support/pool-sequences/sign-in.ts'
import {
  type Answer,
  type Fields,
  type Functions,
  META,
  PASSWORD,
  proveSrp,
  startTestPool,
  stopTestPools,
  type TestPool,
  type TestPoolOptions,
} from '../../../support/pool-sequences.ts'

afterAll(stopTestPools)

const start = (pool: TestPool, parameters: Fields = {}, more: Fields = {}): Promise<Answer> =>
  pool.api('InitiateAuth', {
    ClientId: pool.clientId,
    AuthFlow: 'CUSTOM_AUTH',
    AuthParameters: { USERNAME: 'ada', ...parameters },
    ...more,
  })

const answer = (pool: TestPool, { body }: Answer, ANSWER: string, more: Fields = {}): Promise<Answer> =>
  pool.api('RespondToAuthChallenge', {
    ClientId: pool.clientId,
    ChallengeName: 'CUSTOM_CHALLENGE',
    Session: body.Session,
    ChallengeResponses: { USERNAME: 'ada', ANSWER },
    ...more,
  })

async function startWithUser(
  given: Partial<User> = {},
  functions: Functions = ONE_CHALLENGE,
  options: TestPoolOptions = {},
): Promise<TestPool> {
  const pool = await startTestPool({ functions, ...options })
  pool.addUser(given)
  return pool
}

/** Signs in with SRP first, up to the answer of PASSWORD_VERIFIER. */
async function startWithSrp(pool: TestPool, password = PASSWORD): Promise<Answer> {
  const session = createSrpSession('ada', password, pool.userPoolId, false)
  const first = await start(pool, { CHALLENGE_NAME: 'SRP_A', SRP_A: session.largeA })
  return pool.api('RespondToAuthChallenge', proveSrp(pool.clientId, session, first, META))
}

const readSession = (event: Fields | undefined): unknown => Object(event?.request).session

describe('CUSTOM_AUTH', () => {
  it('passes the results, the private parameters and the answer between the functions', async () => {
    const functions: Functions = {
      ...ONE_CHALLENGE,
      CreateAuthChallenge: () => ({
        publicChallengeParameters: { hint: 'six times seven' },
        privateChallengeParameters: { answer: '42' },
        challengeMetadata: 'ROUND_1',
      }),
    }
    const pool = await startWithUser({}, functions)

    const done = await answer(pool, await answer(pool, await start(pool), 'wrong'), '42')
    const events = (await pool.takeCalls()).map(({ event }) => event)

    expect(done.body.AuthenticationResult.AccessToken).not.toBe('')
    expect(events.map((event) => event.triggerSource)).toEqual([
      'DefineAuthChallenge_Authentication',
      'CreateAuthChallenge_Authentication',
      'VerifyAuthChallengeResponse_Authentication',
      'DefineAuthChallenge_Authentication',
      'CreateAuthChallenge_Authentication',
      'VerifyAuthChallengeResponse_Authentication',
      'DefineAuthChallenge_Authentication',
      'PostAuthentication_Authentication',
      'TokenGeneration_Authentication',
    ])
    expect(readSession(events[0])).toEqual([])
    expect(readSession(events[6])).toEqual([
      { challengeName: 'CUSTOM_CHALLENGE', challengeResult: false, challengeMetadata: 'ROUND_1' },
      { challengeName: 'CUSTOM_CHALLENGE', challengeResult: true, challengeMetadata: 'ROUND_1' },
    ])
    expect(events[2]?.request).toMatchObject({ privateChallengeParameters: { answer: '42' }, challengeAnswer: 'wrong' })
    expect(events[1]?.request).toMatchObject({ challengeName: 'CUSTOM_CHALLENGE' })
  })

  it('gives private parameters to no client', async () => {
    const pool = await startWithUser()

    expect(JSON.stringify((await start(pool)).body)).not.toContain('"42"')
  })

  it('starts with SRP if the client asks for it, and runs the triggers of a sign-in', async () => {
    const pool = await startWithUser()

    const done = await answer(pool, await startWithSrp(pool), '42', META)
    const calls = await pool.takeCalls()

    expect(done.body.AuthenticationResult.AccessToken).not.toBe('')
    expect(calls.map(({ source }) => source)).toEqual([
      'PreAuthentication_Authentication',
      'DefineAuthChallenge_Authentication',
      'DefineAuthChallenge_Authentication',
      'CreateAuthChallenge_Authentication',
      'VerifyAuthChallengeResponse_Authentication',
      'DefineAuthChallenge_Authentication',
      'PostAuthentication_Authentication',
      'TokenGeneration_Authentication',
    ])
    expect(readSession(calls[1]?.event)).toEqual([{ challengeName: 'SRP_A', challengeResult: true, challengeMetadata: null }])
    expect(readSession(calls[2]?.event)).toEqual([
      { challengeName: 'SRP_A', challengeResult: true, challengeMetadata: null },
      { challengeName: 'PASSWORD_VERIFIER', challengeResult: true, challengeMetadata: null },
    ])
  })

  it('refuses a wrong password in SRP before the define function runs again', async () => {
    const pool = await startWithUser()

    const { body } = await startWithSrp(pool, 'wrong')

    expect(body).toMatchObject({ __type: 'NotAuthorizedException', message: 'Incorrect username or password.' })
    expect(await pool.takeSequence()).toEqual(['PreAuthentication_Authentication', 'DefineAuthChallenge_Authentication'])
  })

  it.each(['FORCE_CHANGE_PASSWORD', 'RESET_REQUIRED'] as const)(
    'lets the define function ask a user in %s for a new password',
    async (status) => {
      const functions: Functions = {
        DefineAuthChallenge: (_, { session }) => {
          const names = Array.isArray(session) ? session.map((each: unknown) => Object(each).challengeName) : []
          if (names.at(-1) === 'SRP_A') return { challengeName: 'PASSWORD_VERIFIER' }
          return names.at(-1) === 'PASSWORD_VERIFIER' ? { challengeName: 'NEW_PASSWORD_REQUIRED' } : { issueTokens: true }
        },
      }
      const pool = await startWithUser({ status }, functions)

      const asked = await startWithSrp(pool)
      const done = await pool.api('RespondToAuthChallenge', {
        ClientId: pool.clientId,
        ChallengeName: 'NEW_PASSWORD_REQUIRED',
        Session: asked.body.Session,
        ChallengeResponses: { USERNAME: 'ada', NEW_PASSWORD: 'Second-Passw0rd' },
      })
      const calls = await pool.takeCalls()

      expect(asked.body.ChallengeName).toBe('NEW_PASSWORD_REQUIRED')
      expect(asked.body.ChallengeParameters.requiredAttributes).toBe('[]')
      expect(done.body.AuthenticationResult.AccessToken).not.toBe('')
      expect(calls.at(-1)?.source).toBe('TokenGeneration_NewPasswordChallenge')
      const defined = calls.findLast(({ source }) => source.startsWith('Define'))
      expect(readSession(defined?.event)).toMatchObject([
        { challengeName: 'SRP_A' },
        { challengeName: 'PASSWORD_VERIFIER' },
        { challengeName: 'NEW_PASSWORD_REQUIRED', challengeResult: true },
      ])
    },
  )

  it('ends with the error of a wrong password if the define function fails the sign-in', async () => {
    const pool = await startWithUser({}, { DefineAuthChallenge: () => ({ failAuthentication: true }) })

    expect((await start(pool)).body).toMatchObject({
      __type: 'NotAuthorizedException',
      message: 'Incorrect username or password.',
    })
  })

  it.each<readonly [string, Partial<User>, string]>([
    ['a disabled user', { enabled: false }, 'User is disabled.'],
    ['an unconfirmed user', { status: 'UNCONFIRMED' }, 'User is not confirmed.'],
  ])('refuses %s before any function runs', async (_, given, message) => {
    const pool = await startWithUser(given)

    expect((await start(pool)).body.message).toBe(message)
    expect(await pool.takeSequence()).toEqual([])
  })

  it('does not end the lock after wrong passwords', async () => {
    const now = Date.now()
    const pool = await startWithUser({ failures: 4, lockedUntil: now - 1 }, ONE_CHALLENGE, { now: () => now })
    await start(pool)

    expect(pool.pools.world.store.pools.get(pool.userPoolId)?.users.get('ada')?.failures).toBe(4)
  })

  describe('for an unknown user', () => {
    it('names it and calls no function, if the app client shows which users exist', async () => {
      const pool = await startTestPool({ functions: ONE_CHALLENGE })

      expect((await start(pool)).body.__type).toBe('UserNotFoundException')
      expect(await pool.takeSequence()).toEqual([])
    })

    it('calls the functions with userNotFound and issues no tokens, if the app client hides which users exist', async () => {
      const pool = await startTestPool({ functions: ONE_CHALLENGE, client: { PreventUserExistenceErrors: 'ENABLED' } })

      const first = await start(pool)
      const { body } = await answer(pool, first, '42')
      const calls = await pool.takeCalls()

      expect(first.body).toMatchObject({ ChallengeName: 'CUSTOM_CHALLENGE', ChallengeParameters: { USERNAME: 'ada' } })
      expect(body).toMatchObject({ __type: 'NotAuthorizedException', message: 'Incorrect username or password.' })
      expect(calls.map(({ source, event }) => [source, Object(event.request).userNotFound, Object(event.request).userAttributes])).toEqual(
        ['Define', 'Create', 'Verify', 'Define'].map((name) => [expect.stringMatching(new RegExp(`^${name}`)), true, {}]),
      )
    })
  })
})
