import { AuthenticationDetails, CognitoUser, CognitoUserPool, type CognitoUserSession } from 'amazon-cognito-identity-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withErrors } from '../../../support/clients/client.ts'
import { createIdentityClient } from '../../../support/clients/identity-js.ts'
import { describeClient } from '../../../support/clients/journey.ts'
import { createAdminClient, createUser, PASSWORD } from '../../../support/clients/users.ts'
import { respond, startTestPool, type TestPool, totpCode } from '../../../support/pool.ts'

describe('amazon-cognito-identity-js', () => {
  describeClient(async (pool) => ({ client: withErrors(createIdentityClient(pool)) }), {
    errorType: () => 'Error',
    refreshSource: 'TokenGeneration_RefreshTokens',
  })
})

const unexpected = (what: string) => (): never => {
  throw new Error(`Unexpected: ${what}`)
}

/** Returns the user of amazon-cognito-identity-js. */
function toUser({ endpoint, userPoolId, clientId }: TestPool, Username: string): CognitoUser {
  return new CognitoUser({ Username, Pool: new CognitoUserPool({ UserPoolId: userPoolId, ClientId: clientId, endpoint }) })
}

/** Returns the user of the library's storage, with its session. */
async function getCurrentUser({ endpoint, userPoolId, clientId }: TestPool): Promise<CognitoUser> {
  const user = new CognitoUserPool({ UserPoolId: userPoolId, ClientId: clientId, endpoint }).getCurrentUser()
  if (user === null) throw new Error('The library has no user')
  await new Promise((resolve, reject) => {
    user.getSession((error: Error | null, session: CognitoUserSession | null) => (error ? reject(error) : resolve(session)))
  })
  return user
}

/** Keeps both factors of the current user, and prefers none. */
async function stopPreferring(pool: TestPool): Promise<void> {
  const user = await getCurrentUser(pool)
  const setting = { Enabled: true, PreferredMfa: false }
  await new Promise((resolve, reject) => {
    user.setUserMfaPreference(setting, setting, (error, result) => (error ? reject(error) : resolve(result)))
  })
}

describe('the challenges of amazon-cognito-identity-js', () => {
  let pool: TestPool
  beforeAll(async () => {
    pool = await startTestPool({
      triggers: {
        PostAuthentication: (event) => event,
        PreTokenGeneration: (event) => event,
        DefineAuthChallenge: (event) => {
          const last = event.request.session?.at(-1)
          if (last?.challengeName === 'CUSTOM_CHALLENGE') return respond(event, { issueTokens: last.challengeResult })
          return respond(event, { challengeName: last?.challengeName === 'SRP_A' ? 'PASSWORD_VERIFIER' : 'CUSTOM_CHALLENGE' })
        },
        CreateAuthChallenge: (event) => respond(event, { publicChallengeParameters: { question: 'Which colour?' } }),
        VerifyAuthChallengeResponse: (event) => respond(event, { answerCorrect: event.request.challengeAnswer === 'blue' }),
      },
    })
  })
  afterAll(() => pool.stop())

  it('sets the password that replaces a temporary one', async () => {
    const email = 'invited@example.com'
    await createAdminClient(pool).createUser(email)
    const Password = await pool.inboxCode(email)
    const user = toUser(pool, email)

    await new Promise<CognitoUserSession>((resolve, reject) => {
      user.authenticateUser(new AuthenticationDetails({ Username: email, Password }), {
        onSuccess: unexpected('no new password'),
        onFailure: reject,
        newPasswordRequired: () => user.completeNewPasswordChallenge(PASSWORD, {}, { onSuccess: resolve, onFailure: reject }),
      })
    })

    expect(pool.takeCalls().map(({ source }) => source)).toEqual([
      'PostAuthentication_Authentication',
      'TokenGeneration_NewPasswordChallenge',
    ])
  })

  it('signs in with a password and a custom challenge', async () => {
    const email = await createUser(pool, 'both@example.com')
    const user = toUser(pool, email)
    user.setAuthenticationFlowType('CUSTOM_AUTH')

    const session = await new Promise<CognitoUserSession>((resolve, reject) => {
      const callbacks = {
        onSuccess: resolve,
        onFailure: reject,
        customChallenge: ({ question }: { question: string }) =>
          user.sendCustomChallengeAnswer(question === 'Which colour?' ? 'blue' : 'red', callbacks),
      }
      user.authenticateUser(new AuthenticationDetails({ Username: email, Password: PASSWORD }), callbacks)
    })

    expect(session.getIdToken().payload).toMatchObject({ email, email_verified: true })
    expect(session.isValid()).toBe(true)
  })

  it('signs in with a password in plain text', async () => {
    const email = await createUser(pool, 'plain@example.com')
    const user = toUser(pool, email)
    user.setAuthenticationFlowType('USER_PASSWORD_AUTH')

    const session = await new Promise<CognitoUserSession>((resolve, reject) => {
      user.authenticateUser(new AuthenticationDetails({ Username: email, Password: PASSWORD }), { onSuccess: resolve, onFailure: reject })
    })

    expect(session.getIdToken().payload.email).toBe(email)
  })

  it('changes the password of the signed-in user', async () => {
    const email = await createUser(pool, 'changer@example.com')
    const user = toUser(pool, email)
    await new Promise((resolve, reject) => {
      user.authenticateUser(new AuthenticationDetails({ Username: email, Password: PASSWORD }), { onSuccess: resolve, onFailure: reject })
    })

    const changed = await new Promise((resolve, reject) => {
      user.changePassword(PASSWORD, 'Another-horse-1', (error, result) => (error ? reject(error) : resolve(result)))
    })

    expect(changed).toBe('SUCCESS')
    await expect(createAdminClient(pool).signIn(email, 'Another-horse-1')).resolves.toHaveProperty('AuthenticationResult.AccessToken')
  })

  it('reads the profile and the second factors of a user', async () => {
    const email = await createUser(pool, 'profile@example.com')
    const client = createIdentityClient(pool)
    await client.signIn(email, PASSWORD, {})
    await client.verifyApp(totpCode(await client.setUpApp()))
    await client.preferFactor('totp')
    const user = await getCurrentUser(pool)

    const data = await new Promise((resolve, reject) => user.getUserData((error, result) => (error ? reject(error) : resolve(result))))

    expect(data).toMatchObject({ PreferredMfaSetting: 'SOFTWARE_TOKEN_MFA', UserMFASettingList: ['SOFTWARE_TOKEN_MFA'] })
  })

  it('asks a user with several factors which one to use', async () => {
    const [email, phone] = ['several@example.com', '+15550100001']
    const client = createIdentityClient(pool)
    await client.signUp(email, PASSWORD, { phone_number: phone }, {})
    await client.confirm(email, await pool.inboxCode(email))
    await client.signIn(email, PASSWORD, {})
    await client.verifyApp(totpCode(await client.setUpApp()))
    // Each factor is preferred for a moment, and none in the end.
    await client.preferFactor('totp')
    await client.preferFactor('sms')
    const user = toUser(pool, email)
    await stopPreferring(pool)

    const session = await new Promise<CognitoUserSession>((resolve, reject) => {
      const callbacks = {
        onSuccess: resolve,
        onFailure: reject,
        selectMFAType: () => user.sendMFASelectionAnswer('SMS_MFA', callbacks),
        mfaRequired: () => void pool.inboxCode(phone).then((code) => user.sendMFACode(code, callbacks, 'SMS_MFA'), reject),
      }
      user.authenticateUser(new AuthenticationDetails({ Username: email, Password: PASSWORD }), callbacks)
    })

    expect(session.getIdToken().payload).toMatchObject({ email })
  })
})

describe('a pool that requires a second factor', () => {
  let pool: TestPool
  beforeAll(async () => {
    pool = await startTestPool({ pool: { MfaConfiguration: 'ON', EnabledMfas: ['SOFTWARE_TOKEN_MFA', 'SMS_MFA'] } })
  })
  afterAll(() => pool.stop())

  it('makes the library set up an authenticator app at the first sign-in', async () => {
    const email = await createUser(pool, 'app@example.com')
    const user = toUser(pool, email)

    const session = await new Promise<CognitoUserSession>((resolve, reject) => {
      user.authenticateUser(new AuthenticationDetails({ Username: email, Password: PASSWORD }), {
        onSuccess: unexpected('no set-up'),
        onFailure: reject,
        mfaSetup: () =>
          user.associateSoftwareToken({
            associateSecretCode: (secret) => user.verifySoftwareToken(totpCode(secret), 'phone', { onSuccess: resolve, onFailure: reject }),
            onFailure: reject,
          }),
      })
    })

    expect(session.isValid()).toBe(true)
  })
})
