import {
  autoSignIn,
  confirmSignIn,
  confirmSignUp,
  fetchAuthSession,
  fetchMFAPreference,
  getCurrentUser,
  signIn,
  signOut,
  signUp,
  updateMFAPreference,
  updatePassword,
} from 'aws-amplify/auth'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { configureAmplify, createAmplifyClient } from '../../../support/clients/amplify.ts'
import { withErrors } from '../../../support/clients/client.ts'
import { describeClient } from '../../../support/clients/journey.ts'
import { createAdminClient, createUser, PASSWORD } from '../../../support/clients/users.ts'
import { respond, startTestPool, type TestPool, totpCode } from '../../../support/pool.ts'

describe('Amplify', () => {
  describeClient(async (pool) => ({ client: withErrors(createAmplifyClient(pool)) }), {
    errorType: () => 'AuthError',
    refreshSource: 'TokenGeneration_Authentication',
  })
})

describe('the sign-ins of Amplify with a password', () => {
  let pool: TestPool
  beforeAll(async () => {
    pool = await startTestPool({
      triggers: {
        PostConfirmation: (event) => event,
        PreTokenGeneration: (event) => event,
        DefineAuthChallenge: (event) => {
          const results = event.request.session ?? []
          const last = results.at(-1)
          if (last?.challengeName === 'CUSTOM_CHALLENGE') return respond(event, { issueTokens: last.challengeResult })
          return respond(event, { challengeName: last?.challengeName === 'SRP_A' ? 'PASSWORD_VERIFIER' : 'CUSTOM_CHALLENGE' })
        },
        CreateAuthChallenge: (event) => respond(event, { publicChallengeParameters: { question: 'Which colour?' } }),
        VerifyAuthChallengeResponse: (event) => respond(event, { answerCorrect: event.request.challengeAnswer === 'blue' }),
      },
    })
    configureAmplify(pool)
  })
  afterEach(() => signOut())
  afterAll(() => pool.stop())

  const hasTokens = async (email: string): Promise<boolean> => {
    const { tokens } = await fetchAuthSession()
    return tokens?.idToken?.payload.email === email
  }

  it('signs in by itself after the confirmation', async () => {
    const username = 'auto@example.com'
    await signUp({ username, password: PASSWORD, options: { userAttributes: { email: username }, autoSignIn: true } })

    const { nextStep } = await confirmSignUp({ username, confirmationCode: await pool.inboxCode(username) })
    expect(nextStep).toEqual({ signUpStep: 'COMPLETE_AUTO_SIGN_IN' })
    expect(await autoSignIn()).toMatchObject({ isSignedIn: true, nextStep: { signInStep: 'DONE' } })

    expect(await hasTokens(username)).toBe(true)
    expect(pool.takeCalls().map(({ source }) => source)).toEqual(['PostConfirmation_ConfirmSignUp', 'TokenGeneration_Authentication'])
  })

  it('asks for the confirmation when an unconfirmed user signs in', async () => {
    const username = 'unconfirmed@example.com'
    await signUp({ username, password: PASSWORD, options: { userAttributes: { email: username } } })

    const { isSignedIn: done, nextStep } = await signIn({ username, password: PASSWORD })

    expect([done, nextStep]).toEqual([false, { signInStep: 'CONFIRM_SIGN_UP' }])
  })

  it('signs in with a password and a custom challenge', async () => {
    const email = await createUser(pool, 'both@example.com')

    const { nextStep } = await signIn({ username: email, password: PASSWORD, options: { authFlowType: 'CUSTOM_WITH_SRP' } })
    expect(nextStep).toMatchObject({
      signInStep: 'CONFIRM_SIGN_IN_WITH_CUSTOM_CHALLENGE',
      additionalInfo: { question: 'Which colour?' },
    })

    expect(await confirmSignIn({ challengeResponse: 'blue' })).toMatchObject({ isSignedIn: true })
  })

  it('signs in with a second factor by email', async () => {
    const email = await createUser(pool, 'factor@example.com')
    await signIn({ username: email, password: PASSWORD })
    await updateMFAPreference({ email: 'PREFERRED' })
    expect(await fetchMFAPreference()).toEqual({ enabled: ['EMAIL'], preferred: 'EMAIL' })
    await signOut()

    const { nextStep } = await signIn({ username: email, password: PASSWORD })
    expect(nextStep).toMatchObject({ signInStep: 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE' })

    expect(await confirmSignIn({ challengeResponse: await pool.inboxCode(email) })).toMatchObject({ isSignedIn: true })
  })

  it('sets the password that replaces a temporary one', async () => {
    const email = 'invited@example.com'
    const admin = createAdminClient(pool)
    await admin.createUser(email)

    const { nextStep } = await signIn({ username: email, password: await pool.inboxCode(email) })
    expect(nextStep).toMatchObject({ signInStep: 'CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED' })
    pool.takeCalls()

    expect(await confirmSignIn({ challengeResponse: PASSWORD })).toMatchObject({ isSignedIn: true })
    expect(pool.takeCalls().map(({ source }) => source)).toEqual(['TokenGeneration_NewPasswordChallenge'])
  })

  it('changes the password of the signed-in user', async () => {
    const email = await createUser(pool, 'changer@example.com')
    await signIn({ username: email, password: PASSWORD })
    expect((await getCurrentUser()).signInDetails?.loginId).toBe(email)

    await updatePassword({ oldPassword: PASSWORD, newPassword: 'Another-horse-1' })
    await signOut()

    expect(await signIn({ username: email, password: 'Another-horse-1' })).toMatchObject({ isSignedIn: true })
  })

  it('revokes the refresh token at a sign-out', async () => {
    const email = await createUser(pool, 'leaver@example.com')
    await signIn({ username: email, password: PASSWORD })

    await signOut()

    const { operation, error } = pool.pools.world.journal.entries().at(-1) ?? {}
    expect([operation, error]).toEqual(['RevokeToken', null])
    await expect(getCurrentUser()).rejects.toMatchObject({ name: 'UserUnAuthenticatedException' })
  })
})

describe('a pool that requires a second factor', () => {
  let pool: TestPool
  beforeAll(async () => {
    pool = await startTestPool({ pool: { MfaConfiguration: 'ON', EnabledMfas: ['SOFTWARE_TOKEN_MFA'] } })
    configureAmplify(pool)
  })
  afterAll(async () => {
    await signOut()
    await pool.stop()
  })

  it('makes Amplify set up an authenticator app at the first sign-in', async () => {
    const email = await createUser(pool, 'app@example.com')

    const { nextStep } = await signIn({ username: email, password: PASSWORD })
    if (nextStep.signInStep !== 'CONTINUE_SIGN_IN_WITH_TOTP_SETUP') throw new Error(`Unexpected step ${nextStep.signInStep}`)
    const secret = nextStep.totpSetupDetails.sharedSecret
    expect(await confirmSignIn({ challengeResponse: totpCode(secret) })).toMatchObject({ isSignedIn: true })
    await signOut()

    expect((await signIn({ username: email, password: PASSWORD })).nextStep).toEqual({ signInStep: 'CONFIRM_SIGN_IN_WITH_TOTP_CODE' })
    expect(await confirmSignIn({ challengeResponse: totpCode(secret) })).toMatchObject({ isSignedIn: true })
  })
})
