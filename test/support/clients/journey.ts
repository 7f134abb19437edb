import { CognitoIdentityProviderClient, GetUserCommand } from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { decode } from '../../../src/tools/pool/tokens.ts'
import { respond, startTestPool, type TestPool, type TriggerFunctions, totpCode } from '../pool.ts'
import type { ClientError, TestClient } from './client.ts'

/** A client and the pool that it uses. */
interface Opened {
  readonly client: TestClient
  readonly close?: () => Promise<void>
}

/** The facts in which clients differ. */
export interface ClientFacts {
  /** The class of the client's errors. */
  readonly errorType: (name: string) => string
  /** The source of pre token generation at a refresh. */
  readonly refreshSource: 'TokenGeneration_Authentication' | 'TokenGeneration_RefreshTokens'
}

const PASSWORD = 'Correct-horse-1'
const METADATA = { campaign: 'spring' }
const ANSWER = 'blue'
const CHALLENGE_RESULTS = 3
// A step of a journey takes seconds at most, but a browser on a busy machine may be slow.
const TIMEOUT = 180_000

const TRIGGERS: TriggerFunctions = {
  PreSignUp: (event) => {
    if (event.request.userAttributes.email?.endsWith('@denied.example')) throw new Error('This domain is not allowed')
    return event
  },
  CustomMessage: (event) => event,
  PostConfirmation: (event) => event,
  PreAuthentication: (event) => event,
  PostAuthentication: (event) => event,
  PreTokenGeneration: (event) => respond(event, { claimsOverrideDetails: { claimsToAddOrOverride: { plan: 'gold' } } }),
  DefineAuthChallenge: (event) => {
    const results = event.request.session ?? []
    if (results.at(-1)?.challengeResult === true) return respond(event, { issueTokens: true, failAuthentication: false })
    if (results.length >= CHALLENGE_RESULTS) return respond(event, { issueTokens: false, failAuthentication: true })
    return respond(event, { challengeName: 'CUSTOM_CHALLENGE', issueTokens: false, failAuthentication: false })
  },
  CreateAuthChallenge: (event) =>
    respond(event, { publicChallengeParameters: { question: 'Which colour?' }, privateChallengeParameters: { answer: ANSWER } }),
  VerifyAuthChallengeResponse: (event) =>
    respond(event, { answerCorrect: event.request.challengeAnswer === event.request.privateChallengeParameters?.answer }),
}

/** Defines the tests that every client must pass. `open` connects a client to a pool. */
export function describeClient(open: (pool: TestPool) => Promise<Opened>, { errorType, refreshSource }: ClientFacts): void {
  let pool: TestPool
  let opened: Opened
  let users = 0

  beforeAll(async () => {
    pool = await startTestPool({ triggers: TRIGGERS })
    opened = await open(pool)
  }, TIMEOUT)
  afterAll(async () => {
    await opened?.close?.()
    await pool?.stop()
  }, TIMEOUT)

  const newEmail = (): string => `user${++users}@example.com`
  const sources = (): readonly string[] => pool.takeCalls().map(({ source }) => source)
  const error = (name: string, message: string): ClientError => ({ type: errorType(name), name, message })

  /** Signs a new user up and confirms it. */
  const confirmedUser = async (attributes: Readonly<Record<string, string>> = {}): Promise<string> => {
    const email = newEmail()
    await opened.client.signUp(email, PASSWORD, attributes, {})
    await opened.client.confirm(email, await pool.inboxCode(email))
    return email
  }
  const signedInUser = async (attributes: Readonly<Record<string, string>> = {}): Promise<string> => {
    const email = await confirmedUser(attributes)
    expect(await opened.client.signIn(email, PASSWORD, {})).toMatchObject({ step: 'done' })
    return email
  }

  const test = (name: string, run: (client: TestClient) => Promise<void>): void => {
    it(name, { timeout: TIMEOUT }, () => run(opened.client))
  }

  test('signs a user up, refuses a wrong code, sends another, and confirms', async (client) => {
    const email = newEmail()
    pool.takeCalls()

    expect(await client.signUp(email, PASSWORD, {}, METADATA)).toEqual({ confirmed: false, destination: 'u***@e***' })
    const first = await pool.inboxCode(email)
    await expect(client.signUp(email, PASSWORD, {}, {})).rejects.toEqual(error('UsernameExistsException', 'User already exists'))
    await expect(client.confirm(email, first === '000000' ? '111111' : '000000')).rejects.toEqual(
      error('CodeMismatchException', 'Invalid verification code provided, please try again.'),
    )
    expect(await client.resend(email)).toBe('u***@e***')
    await client.confirm(email, await pool.inboxCode(email))
    await expect(client.confirm(email, first)).rejects.toEqual(
      error('NotAuthorizedException', 'User cannot be confirmed. Current status is CONFIRMED'),
    )

    const calls = pool.takeCalls()
    expect(calls.map(({ source }) => source)).toEqual([
      'PreSignUp_SignUp',
      'CustomMessage_SignUp',
      'CustomMessage_ResendCode',
      'PostConfirmation_ConfirmSignUp',
    ])
    expect(calls[0]?.event).toMatchObject({ request: { userAttributes: { email }, clientMetadata: METADATA } })
  })

  test('gets the error of a pre sign-up function, with the doubled full stop of Cognito', async (client) => {
    await expect(client.signUp('eve@denied.example', PASSWORD, {}, {})).rejects.toEqual(
      error('UserLambdaValidationException', 'PreSignUp failed with error This domain is not allowed.'),
    )
  })

  test('gets the error of the password policy', async (client) => {
    await expect(client.signUp(newEmail(), 'correct-horse-1', {}, {})).rejects.toEqual(
      error('InvalidPasswordException', 'Password did not conform with policy: Password must have uppercase characters'),
    )
  })

  test('signs in, refuses a wrong password, and refreshes', async (client) => {
    const email = await confirmedUser()
    pool.takeCalls()

    await expect(client.signIn(email, 'Wrong-horse-1', {})).rejects.toEqual(
      error('NotAuthorizedException', 'Incorrect username or password.'),
    )
    expect(sources()).toEqual(['PreAuthentication_Authentication'])
    expect(await client.signIn(email, PASSWORD, METADATA)).toMatchObject({ step: 'done' })
    const calls = pool.takeCalls()
    expect(calls.map(({ source }) => source)).toEqual([
      'PreAuthentication_Authentication',
      'PostAuthentication_Authentication',
      'TokenGeneration_Authentication',
    ])
    expect(calls[0]?.event).toMatchObject({ request: { validationData: METADATA } })
    expect(await client.attributes()).toMatchObject({ email, email_verified: 'true' })

    const before = await client.tokens()
    const after = await client.refresh()
    const [old, renewed] = [before, after].map(({ access }) => decode(access.split('.')[1] ?? ''))
    expect(renewed).toMatchObject({ origin_jti: old?.origin_jti, sub: old?.sub, client_id: pool.clientId })
    expect(renewed?.jti).not.toBe(old?.jti)
    expect(decode(after.id.split('.')[1] ?? '')).toMatchObject({ email, email_verified: true, plan: 'gold', aud: pool.clientId })
    expect(sources()).toEqual([refreshSource])
  })

  test('sets a new password with a code', async (client) => {
    const email = await confirmedUser()
    pool.takeCalls()

    expect(await client.forgot(email)).toBe('u***@e***')
    const code = await pool.inboxCode(email)
    await expect(client.reset(email, code === '000000' ? '111111' : '000000', 'Another-horse-1')).rejects.toEqual(
      error('CodeMismatchException', 'Invalid verification code provided, please try again.'),
    )
    await client.reset(email, code, 'Another-horse-1')

    expect(sources()).toEqual(['CustomMessage_ForgotPassword', 'PostConfirmation_ConfirmForgotPassword'])
    await expect(client.signIn(email, PASSWORD, {})).rejects.toMatchObject({ name: 'NotAuthorizedException' })
    expect(await client.signIn(email, 'Another-horse-1', {})).toMatchObject({ step: 'done' })
  })

  test('changes the email address with a code', async (client) => {
    await signedInUser()
    const email = newEmail()
    pool.takeCalls()

    await client.changeEmail(email)
    const code = await pool.inboxCode(email)
    expect(await client.attributes()).toMatchObject({ email, email_verified: 'false' })
    await expect(client.verifyEmail(code === '000000' ? '111111' : '000000')).rejects.toEqual(
      error('CodeMismatchException', 'Invalid verification code provided, please try again.'),
    )
    await client.verifyEmail(code)

    expect(await client.attributes()).toMatchObject({ email, email_verified: 'true' })
    expect(sources()).toEqual(['CustomMessage_UpdateUserAttribute'])
    expect(await client.signIn(email, PASSWORD, {})).toMatchObject({ step: 'done' })
  })

  test('answers a custom challenge, after a wrong answer', async (client) => {
    const email = await confirmedUser()
    pool.takeCalls()

    expect(await client.startCustom(email)).toMatchObject({ step: 'custom', parameters: { question: 'Which colour?' } })
    expect(await client.answer('red')).toMatchObject({ step: 'custom' })
    expect(await client.answer(ANSWER)).toMatchObject({ step: 'done' })

    expect(await client.attributes()).toMatchObject({ email })
    expect(sources().filter((source) => source.includes('Challenge'))).toEqual([
      'DefineAuthChallenge_Authentication',
      'CreateAuthChallenge_Authentication',
      'VerifyAuthChallengeResponse_Authentication',
      'DefineAuthChallenge_Authentication',
      'CreateAuthChallenge_Authentication',
      'VerifyAuthChallengeResponse_Authentication',
      'DefineAuthChallenge_Authentication',
    ])
  })

  test('gets an error when the custom challenge fails', async (client) => {
    await client.startCustom(await confirmedUser())
    await client.answer('red')
    await client.answer('green')

    await expect(client.answer('yellow')).rejects.toEqual(error('NotAuthorizedException', 'Incorrect username or password.'))
  })

  test('signs in with an authenticator app', async (client) => {
    const email = await signedInUser()
    const secret = await client.setUpApp()
    await client.verifyApp(totpCode(secret))
    await client.preferFactor('totp')
    pool.takeCalls()

    expect(await client.signIn(email, PASSWORD, {})).toMatchObject({ step: 'totp' })
    expect(sources()).toEqual(['PreAuthentication_Authentication'])
    const wrong = totpCode(secret) === '000000' ? '111111' : '000000'
    await expect(client.answer(wrong)).rejects.toEqual(error('CodeMismatchException', 'Invalid code received for user'))
    expect(await client.answer(totpCode(secret))).toMatchObject({ step: 'done' })

    expect(sources()).toEqual(['PostAuthentication_Authentication', 'TokenGeneration_Authentication'])
    expect(await client.attributes()).toMatchObject({ email })
  })

  test('signs in with a code by text message', async (client) => {
    const phone = `+1555010${1000 + users}`
    const email = await signedInUser({ phone_number: phone })
    await client.preferFactor('sms')
    pool.takeCalls()

    expect(await client.signIn(email, PASSWORD, {})).toMatchObject({ step: 'sms' })
    expect(sources()).toEqual(['PreAuthentication_Authentication', 'CustomMessage_Authentication'])
    expect(await client.answer(await pool.inboxCode(phone))).toMatchObject({ step: 'done' })

    expect(sources()).toEqual(['PostAuthentication_Authentication', 'TokenGeneration_Authentication'])
  })

  test('signs out everywhere, which revokes the tokens', async (client) => {
    await signedInUser()
    const { access } = await client.tokens()

    await client.signOutEverywhere()

    const { endpoint, region } = pool
    const sdk = new CognitoIdentityProviderClient({ endpoint, region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } })
    await expect(sdk.send(new GetUserCommand({ AccessToken: access }))).rejects.toMatchObject({
      name: 'NotAuthorizedException',
      message: 'Access Token has been revoked',
    })
  })

  test('deletes the user', async (client) => {
    const email = await signedInUser()

    await client.deleteUser()

    await expect(client.signIn(email, PASSWORD, {})).rejects.toEqual(error('NotAuthorizedException', 'Incorrect username or password.'))
  })
}
