import { autoSignIn, confirmSignIn, confirmSignUp, fetchAuthSession, signIn, signOut, signUp } from 'aws-amplify/auth'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { configureAmplify } from '../../../support/clients/amplify.ts'
import { createUser, PASSWORD } from '../../../support/clients/users.ts'
import { startTestPool, type TestPool } from '../../../support/pool.ts'

// Apart from the other tests of Amplify, which drops an automatic sign-in that soon follows another one.
describe('Amplify with the choice of the first factor', () => {
  let pool: TestPool
  beforeAll(async () => {
    pool = await startTestPool({
      triggers: { PreAuthentication: (event) => event, PostAuthentication: (event) => event, PostConfirmation: (event) => event },
      pool: { Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'EMAIL_OTP'] } } },
    })
    configureAmplify(pool)
  })
  afterEach(() => signOut())
  afterAll(() => pool.stop())

  const hasTokens = async (email: string): Promise<boolean> => {
    const { tokens } = await fetchAuthSession()
    return tokens?.idToken?.payload.email === email
  }

  it('signs in by itself without a password, with the session of the confirmation', async () => {
    const username = 'passwordless@example.com'
    const autoSignInOptions = { authFlowType: 'USER_AUTH' } as const
    await signUp({ username, options: { userAttributes: { email: username }, autoSignIn: autoSignInOptions } })

    const { nextStep } = await confirmSignUp({ username, confirmationCode: await pool.inboxCode(username) })
    expect(nextStep).toEqual({ signUpStep: 'COMPLETE_AUTO_SIGN_IN' })
    expect(await autoSignIn()).toMatchObject({ isSignedIn: true })

    expect(await hasTokens(username)).toBe(true)
  })

  it('signs in with a code by email instead of a password', async () => {
    const email = await createUser(pool, 'code@example.com')

    const { nextStep } = await signIn({ username: email, options: { authFlowType: 'USER_AUTH', preferredChallenge: 'EMAIL_OTP' } })
    expect(nextStep).toMatchObject({
      signInStep: 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE',
      codeDeliveryDetails: { deliveryMedium: 'EMAIL', destination: 'c***@e***' },
    })
    expect(await confirmSignIn({ challengeResponse: await pool.inboxCode(email) })).toMatchObject({ isSignedIn: true })

    expect(await hasTokens(email)).toBe(true)
  })

  it('offers the first factors of a user, and signs in with the chosen one', async () => {
    const email = await createUser(pool, 'chooser@example.com')

    const { nextStep } = await signIn({ username: email, options: { authFlowType: 'USER_AUTH' } })
    expect(nextStep).toEqual({
      signInStep: 'CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION',
      availableChallenges: ['PASSWORD', 'PASSWORD_SRP', 'EMAIL_OTP'],
    })
    await confirmSignIn({ challengeResponse: 'EMAIL_OTP' })
    expect(await confirmSignIn({ challengeResponse: await pool.inboxCode(email) })).toMatchObject({ isSignedIn: true })
  })

  it('signs in with SRP as the chosen first factor', async () => {
    const email = await createUser(pool, 'srp@example.com')

    const options = { authFlowType: 'USER_AUTH', preferredChallenge: 'PASSWORD_SRP' } as const

    expect(await signIn({ username: email, password: PASSWORD, options })).toMatchObject({ isSignedIn: true })
    expect(await hasTokens(email)).toBe(true)
  })
})
