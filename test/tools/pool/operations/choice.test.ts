import { createSrpSession } from 'cognito-srp-helper'
import { afterAll, describe, expect, it } from 'vitest'
import {
  type Answer,
  type Fields,
  PASSWORD,
  proveSrp,
  startTestPool,
  stopTestPools,
  type TestPool,
} from '../../../support/pool-sequences.ts'

afterAll(stopTestPools)

async function startChoice(
  more: Fields = {},
): Promise<{ readonly pool: TestPool; readonly choose: (responses: Fields, name?: string) => Promise<Answer> }> {
  const pool = await startTestPool(more)
  pool.addUser()
  const { body } = await pool.api('InitiateAuth', { ClientId: pool.clientId, AuthFlow: 'USER_AUTH', AuthParameters: { USERNAME: 'ada' } })
  return {
    pool,
    choose: (responses, ChallengeName = 'SELECT_CHALLENGE') =>
      pool.api('RespondToAuthChallenge', {
        ClientId: pool.clientId,
        ChallengeName,
        Session: body.Session,
        ChallengeResponses: { USERNAME: 'ada', ...responses },
      }),
  }
}

describe('SELECT_CHALLENGE', () => {
  it('accepts the password at once, and runs the triggers of the sign-in', async () => {
    const { pool, choose } = await startChoice()

    const { body } = await choose({ ANSWER: 'PASSWORD', PASSWORD })

    expect(body.AuthenticationResult.AccessToken).not.toBe('')
    expect(await pool.takeSequence()).toEqual([
      'PreAuthentication_Authentication',
      'PostAuthentication_Authentication',
      'TokenGeneration_Authentication',
    ])
  })

  it('refuses a wrong password', async () => {
    const { choose } = await startChoice()

    expect((await choose({ ANSWER: 'PASSWORD', PASSWORD: 'wrong' })).body.message).toBe('Incorrect username or password.')
  })

  it('starts SRP, whose proof ends the sign-in', async () => {
    const { pool, choose } = await startChoice()
    const session = createSrpSession('ada', PASSWORD, pool.userPoolId, false)

    const first = await choose({ ANSWER: 'PASSWORD_SRP', SRP_A: session.largeA })
    const { body } = await pool.api('RespondToAuthChallenge', proveSrp(pool.clientId, session, first))

    expect(first.body.ChallengeName).toBe('PASSWORD_VERIFIER')
    expect(body.AuthenticationResult.AccessToken).not.toBe('')
  })

  it('sends a code by text message, and accepts it', async () => {
    const { pool, choose } = await startChoice()
    const first = await choose({ ANSWER: 'SMS_OTP' })

    const { body } = await pool.api('RespondToAuthChallenge', {
      ClientId: pool.clientId,
      ChallengeName: 'SMS_OTP',
      Session: first.body.Session,
      ChallengeResponses: { USERNAME: 'ada', SMS_OTP_CODE: pool.code() },
    })

    expect(body.AuthenticationResult.AccessToken).not.toBe('')
  })

  it.each([
    ['an unknown challenge', { ANSWER: 'MAGIC' }, 'Selected challenge is not available.'],
    ['no answer', {}, 'Selected challenge is not available.'],
  ])('refuses %s', async (_, responses, message) => {
    const { choose } = await startChoice()

    expect((await choose(responses)).body).toMatchObject({ __type: 'InvalidParameterException', message })
  })

  it.each(['EMAIL_OTP', 'SMS_OTP'])('refuses %s in a pool that does not allow it', async (ANSWER) => {
    const { pool, choose } = await startChoice({ settings: { Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD'] } } } })

    expect((await choose({ ANSWER })).body.message).toBe('Selected challenge is not available.')
    expect(pool.pools.world.inbox.messages()).toEqual([])
  })

  it('refuses a challenge that the local pool does not simulate', async () => {
    const { choose } = await startChoice()

    expect((await choose({}, 'WEB_AUTHN')).body.message).toBe('The challenge WEB_AUTHN is not simulated by Lifeguard')
  })

  it('asks for the second factor after the password', async () => {
    const { choose } = await startChoice({ settings: { MfaConfiguration: 'ON', EnabledMfas: ['SMS_MFA'] } })

    expect((await choose({ ANSWER: 'PASSWORD', PASSWORD })).body.ChallengeName).toBe('SMS_MFA')
  })
})
