import { createSrpSession } from 'cognito-srp-helper'
import { afterAll, describe, expect, it } from 'vitest'
import { createTotp } from '../../../../src/tools/pool/mfa.ts'
import type { User } from '../../../../src/tools/pool/model.ts'
import { type Answer, EMAIL, type Fields, PASSWORD, startTestPool, stopTestPools, type TestPool } from '../../../support/pool-sequences.ts'

afterAll(stopTestPools)

const ALL = ['SMS_MFA', 'SOFTWARE_TOKEN_MFA', 'EMAIL_OTP']
const TOTP = 'JBSWY3DPEHPK3PXP'

async function startWithUser(given: Partial<User>, settings: Fields = {}, options: Fields = {}): Promise<TestPool> {
  const pool = await startTestPool({ settings: { MfaConfiguration: 'OPTIONAL', EnabledMfas: ALL, ...settings }, ...options })
  pool.addUser(given)
  return pool
}

const signIn = (pool: TestPool): Promise<Answer> =>
  pool.api('InitiateAuth', { ClientId: pool.clientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: 'ada', PASSWORD } })

const respond = (
  pool: TestPool,
  { body }: Answer,
  responses: Fields,
  ChallengeName: string | undefined = body.ChallengeName,
): Promise<Answer> =>
  pool.api('RespondToAuthChallenge', {
    ClientId: pool.clientId,
    ChallengeName,
    Session: body.Session,
    ChallengeResponses: { USERNAME: 'ada', ...responses },
  })

describe('a second factor', () => {
  it.each<readonly [string, string, Partial<User>, string | undefined]>([
    ['nothing in a pool without second factors', 'OFF', { mfa: { methods: ['SMS_MFA'] } }, undefined],
    ['nothing for a user without one, if it is optional', 'OPTIONAL', {}, undefined],
    ['the factor of the user, if it is optional', 'OPTIONAL', { mfa: { methods: ['EMAIL_OTP'] } }, 'EMAIL_OTP'],
    ['a choice between several', 'OPTIONAL', { mfa: { methods: ['EMAIL_OTP', 'SMS_MFA'] } }, 'SELECT_MFA_TYPE'],
    ['the preferred of several', 'OPTIONAL', { mfa: { methods: ['EMAIL_OTP', 'SMS_MFA'], preferred: 'SMS_MFA' } }, 'SMS_MFA'],
    ['the verified contact, if it is required', 'ON', { attributes: { email: EMAIL, email_verified: 'true' } }, 'EMAIL_OTP'],
    ['a setup, if it is required and the user has no verified contact', 'ON', { attributes: { email: EMAIL } }, 'MFA_SETUP'],
  ])('asks for %s', async (_, MfaConfiguration, given, expected) => {
    const pool = await startWithUser(given, { MfaConfiguration })

    expect((await signIn(pool)).body.ChallengeName).toBe(expected)
  })

  it('runs PostAuthentication only after the last challenge', async () => {
    const pool = await startWithUser({ mfa: { methods: ['SMS_MFA'] } })
    const asked = await signIn(pool)
    const before = await pool.takeSequence()
    await respond(pool, asked, { SMS_MFA_CODE: pool.code() })

    expect(before).toEqual(['PreAuthentication_Authentication', 'CustomMessage_Authentication'])
    expect(await pool.takeSequence()).toEqual(['PostAuthentication_Authentication', 'TokenGeneration_Authentication'])
  })

  it('keeps the session after a wrong code, up to five times', async () => {
    const pool = await startWithUser({ mfa: { methods: ['SMS_MFA'] } })
    const asked = await signIn(pool)
    const types: unknown[] = []
    for (let tries = 0; tries < 6; tries += 1) types.push((await respond(pool, asked, { SMS_MFA_CODE: 'wrong' })).body.__type)

    expect(types).toEqual([...Array<string>(5).fill('CodeMismatchException'), 'LimitExceededException'])
  })

  it('accepts every factor that the choice offers', async () => {
    const pool = await startWithUser({}, { MfaConfiguration: 'ON' })
    const asked = await signIn(pool)
    const offered: unknown = JSON.parse(asked.body.ChallengeParameters.MFAS_CAN_CHOOSE ?? '[]')
    const chosen = await respond(pool, asked, { ANSWER: 'EMAIL_OTP' })

    expect(offered).toEqual(['SMS_MFA', 'EMAIL_OTP'])
    expect(chosen.body.ChallengeName).toBe('EMAIL_OTP')
    expect((await respond(pool, chosen, { EMAIL_OTP_CODE: pool.code() })).status).toBe(200)
  })

  it('refuses a factor that the choice does not offer', async () => {
    const pool = await startWithUser({ mfa: { methods: ['SMS_MFA', 'EMAIL_OTP'], totp: TOTP } })

    expect((await respond(pool, await signIn(pool), { ANSWER: 'SOFTWARE_TOKEN_MFA' })).body.__type).toBe('MFAMethodNotFoundException')
  })

  it('accepts the code of an authenticator app, and refuses a wrong one', async () => {
    const now = Date.UTC(2026, 0, 1)
    const pool = await startWithUser({ mfa: { methods: ['SOFTWARE_TOKEN_MFA'], totp: TOTP } }, {}, { now: () => now })
    const asked = await signIn(pool)
    const wrong = await respond(pool, asked, { SOFTWARE_TOKEN_MFA_CODE: '000000' })

    expect(wrong.body).toMatchObject({ __type: 'CodeMismatchException', message: 'Invalid code received for user' })
    expect((await respond(pool, asked, { SOFTWARE_TOKEN_MFA_CODE: createTotp(TOTP, now / 30_000) })).status).toBe(200)
  })
})

describe('the setup of an authenticator app', () => {
  const associate = (pool: TestPool, Session: string): Promise<Answer> => pool.api('AssociateSoftwareToken', { Session })

  it('needs the session of MFA_SETUP, because other sessions come before the password', async () => {
    const pool = await startWithUser({})
    const { largeA: SRP_A } = createSrpSession('ada', PASSWORD, pool.userPoolId, false)
    const start = { ClientId: pool.clientId, AuthFlow: 'USER_SRP_AUTH', AuthParameters: { USERNAME: 'ada', SRP_A } }
    const { body } = await pool.api('InitiateAuth', start)

    const answers = [
      await associate(pool, body.Session),
      await pool.api('VerifySoftwareToken', { Session: body.Session, UserCode: '123456' }),
    ]

    expect(answers.map((each) => each.body.message)).toEqual(Array(2).fill('Invalid session for the user.'))
    expect(pool.pools.world.store.pools.get(pool.userPoolId)?.users.get('ada')?.mfa).toEqual({ methods: [] })
  })

  it('changes nothing with an expired session', async () => {
    let now = Date.now()
    const pool = await startWithUser({ attributes: {} }, { MfaConfiguration: 'ON' }, { now: () => now })
    const { body } = await signIn(pool)
    now += 3 * 60_000

    expect((await associate(pool, body.Session)).body.__type).toBe('NotAuthorizedException')
    expect(pool.pools.world.store.pools.get(pool.userPoolId)?.users.get('ada')?.mfa).toEqual({ methods: [] })
  })

  it('refuses a wrong code, and an answer without an app', async () => {
    const pool = await startWithUser({ attributes: {} }, { MfaConfiguration: 'ON' })
    const asked = await signIn(pool)
    const { body } = await associate(pool, asked.body.Session)
    const wrong = await pool.api('VerifySoftwareToken', { Session: body.Session, UserCode: '000000' })

    expect(wrong.body.__type).toBe('EnableSoftwareTokenMFAException')
    expect((await respond(pool, { status: 200, body }, {}, 'MFA_SETUP')).body.__type).toBe('MFAMethodNotFoundException')
  })

  it('is a preference only for a factor that the user has', async () => {
    const pool = await startWithUser({ attributes: {} })
    const { AccessToken } = await pool.signIn()
    const prefer = (more: Fields): Promise<Answer> => pool.api('SetUserMFAPreference', { AccessToken, ...more })

    expect((await prefer({ SoftwareTokenMfaSettings: { Enabled: true } })).body.message).toBe(
      'User does not have software token MFA associated',
    )
    expect((await prefer({ SMSMfaSettings: { Enabled: true } })).body.message).toBe(
      'User does not have delivery config set to turn on SMS_MFA',
    )
    expect((await prefer({ EmailMfaSettings: { Enabled: true } })).status).toBe(400)
  })

  it('is listed for the user, and can be turned off', async () => {
    const pool = await startWithUser({ mfa: { methods: [], totp: TOTP } })
    const target = { UserPoolId: pool.userPoolId, Username: 'ada' }
    const prefer = (settings: Fields): Promise<Answer> =>
      pool.api('AdminSetUserMFAPreference', { ...target, SoftwareTokenMfaSettings: settings })

    await prefer({ Enabled: true, PreferredMfa: true })
    const on = await pool.api('AdminGetUser', target)
    await prefer({ Enabled: false })
    const off = await pool.api('AdminGetUser', target)

    expect(on.body).toMatchObject({ PreferredMfaSetting: 'SOFTWARE_TOKEN_MFA', UserMFASettingList: ['SOFTWARE_TOKEN_MFA'] })
    expect(off.body).not.toHaveProperty('UserMFASettingList')
    expect(off.body).not.toHaveProperty('PreferredMfaSetting')
  })
})
