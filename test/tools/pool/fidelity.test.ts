import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { decryptCode } from '../../../src/kms/decrypt-code.ts'
import { kmsKeyring } from '../../../src/kms/kms-keyring.ts'
import { TRIGGER_NAMES } from '../../../src/shared/cognito/triggers.ts'
import { LOCAL_KEY_ARN } from '../../../src/tools/local/kms/data-key.ts'
import { encryptCode } from '../../../src/tools/local/kms/encrypt-code.ts'
import { startKms } from '../../../src/tools/local/kms/server.ts'
import type { TriggerCall } from '../../../src/tools/pool/journal.ts'
import { decode } from '../../../src/tools/pool/tokens.ts'
import { COGNITO_WAIT_MS, deliver } from '../../../src/tools/replay/cognito.ts'
import { createLambdaFunction } from '../../../src/tools/replay/lambda.ts'
import { createFolder } from '../../support/cli/lifeguard.ts'
import { endpointEnvironment, stubEnvironment } from '../../support/environment.ts'
import { ONE_CHALLENGE } from '../../support/pool-sequences/sign-in.ts'
import {
  type Answer,
  EMAIL,
  type Fields,
  type Functions,
  META,
  PASSWORD,
  startTestPool,
  stopTestPools,
  type TestPool,
  VALIDATION,
} from '../../support/pool-sequences.ts'
import { senderContext } from '../../support/sender-context.ts'

afterAll(stopTestPools)

const list = (given: Readonly<Record<string, string>>): readonly object[] => Object.entries(given).map(([Name, Value]) => ({ Name, Value }))
const signUp = (pool: TestPool, more: Fields = {}): Promise<Answer> =>
  pool.api('SignUp', { ClientId: pool.clientId, Username: 'ada', Password: PASSWORD, UserAttributes: list({ email: EMAIL }), ...more })
const byPassword = (pool: TestPool, more: Fields = {}): Promise<Answer> =>
  pool.api('InitiateAuth', {
    ClientId: pool.clientId,
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: 'ada', PASSWORD },
    ...more,
  })
const getAda = (pool: TestPool): Promise<Answer> => pool.api('AdminGetUser', { UserPoolId: pool.userPoolId, Username: 'ada' })
const readRequest = (calls: readonly TriggerCall[], source: string): Fields =>
  Object(calls.find((call) => call.source === source)?.event.request)
const lambdaConfig = (LambdaVersion: string): Fields => ({
  LambdaConfig: { PreTokenGenerationConfig: { LambdaArn: 'arn:aws:lambda:us-east-1:000000000000:function:a', LambdaVersion } },
})
const fails = (message: string) => (): never => {
  throw new Error(message)
}

describe('the local pool', () => {
  it.each(['1', '2', '3'])('1: sends the configured version %s, the region and the id of the pool', async (version) => {
    const pool = await startTestPool({ settings: lambdaConfig(`V${version}_0`) })
    pool.addUser()
    await pool.signIn()

    const [call] = await pool.takeCalls()

    expect(call?.event).toMatchObject({ version, region: 'us-east-1', userPoolId: pool.userPoolId })
  })

  it('2: sends pre sign-up neither the sub nor the status, and sends both everywhere later', async () => {
    const pool = await startTestPool()
    await signUp(pool)
    await pool.api('ConfirmSignUp', { ClientId: pool.clientId, Username: 'ada', ConfirmationCode: pool.code() })
    await pool.signIn()

    const [first, ...later] = (await pool.takeCalls()).map(({ event }) => Object(event.request).userAttributes)

    expect(first).toEqual({ email: EMAIL })
    expect(later).toHaveLength(5)
    expect(later.map((attributes) => attributes['cognito:user_status'])).toEqual(['UNCONFIRMED', ...Array<string>(4).fill('CONFIRMED')])
    for (const attributes of later) expect(attributes.sub).toMatch(/^[\da-f-]{36}$/)
  })

  it('3: sends validationData as null, as an object or not at all, and the metadata of InitiateAuth in it', async () => {
    const pool = await startTestPool()
    await signUp(pool)
    const without = readRequest(await pool.takeCalls(), 'PreSignUp_SignUp')
    await signUp(pool, { Username: 'eve', ...VALIDATION, ...META })
    const given = readRequest(await pool.takeCalls(), 'PreSignUp_SignUp')
    await pool.api('AdminConfirmSignUp', { UserPoolId: pool.userPoolId, Username: 'ada' })
    await byPassword(pool, META)
    const calls = await pool.takeCalls()

    expect(without).toEqual({ userAttributes: { email: EMAIL }, validationData: null })
    expect(given).toMatchObject({ validationData: { meta: 'validation' }, clientMetadata: { meta: 'client' } })
    expect(readRequest(calls, 'PreAuthentication_Authentication')).toMatchObject({ validationData: { meta: 'client' } })
    for (const source of ['PostAuthentication_Authentication', 'TokenGeneration_Authentication']) {
      expect(readRequest(calls, source)).not.toHaveProperty('clientMetadata')
      expect(readRequest(calls, source)).not.toHaveProperty('validationData')
    }
  })

  it('4: sends every attribute as text', async () => {
    const pool = await startTestPool({ functions: { PreSignUp: () => ({ autoConfirmUser: true, autoVerifyEmail: true }) } })
    await signUp(pool)
    await pool.signIn()

    const values = (await pool.takeCalls()).flatMap(({ event }) => Object.values<unknown>(Object(event.request).userAttributes))

    expect(values).toContain('true')
    expect(values.filter((value) => typeof value !== 'string')).toEqual([])
  })

  it('5: sends a UUID as the user name in a pool with username attributes, which is also the sub', async () => {
    const pool = await startTestPool({ settings: { UsernameAttributes: ['email'] } })
    const { body } = await signUp(pool, { Username: EMAIL })
    await pool.api('ConfirmSignUp', { ClientId: pool.clientId, Username: EMAIL, ConfirmationCode: pool.code() })

    const names = new Set((await pool.takeCalls()).map(({ event }) => event.userName))

    expect([...names]).toEqual([body.UserSub])
    expect(body.UserSub).toMatch(/^[\da-f-]{36}$/)
  })

  it('6: fails the call if a later function fails, and keeps the state', async () => {
    const pool = await startTestPool({ functions: { PostConfirmation: fails('No mail'), PostAuthentication: fails('No log') } })
    await signUp(pool)
    const confirm = (): Promise<Answer> =>
      pool.api('ConfirmSignUp', { ClientId: pool.clientId, Username: 'ada', ConfirmationCode: pool.code() })

    const answers = [await confirm(), await confirm(), await byPassword(pool)]

    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400])
    expect(answers.map(({ body }) => body.message)).toEqual([
      'PostConfirmation failed with error No mail.',
      'User cannot be confirmed. Current status is CONFIRMED',
      'PostAuthentication failed with error No log.',
    ])
    expect((await getAda(pool)).body.UserStatus).toBe('CONFIRMED')
  })

  it('7: appends a full stop to the text of the error, also after another one', async () => {
    const pool = await startTestPool({ functions: { PreSignUp: fails('Registration from this domain is not allowed.') } })

    expect((await signUp(pool)).body).toMatchObject({
      __type: 'UserLambdaValidationException',
      message: 'PreSignUp failed with error Registration from this domain is not allowed..',
    })
  })

  it('8: sends every response empty, as Cognito does', async () => {
    const arrived = new Map<string, unknown>()
    const note = ({ triggerSource, response }: Fields): undefined => void arrived.set(String(triggerSource), response)
    const functions: Functions = Object.fromEntries(
      TRIGGER_NAMES.map((name) => [
        name,
        (event: Fields, request: Fields) => {
          note(event)
          return ONE_CHALLENGE[name]?.(event, request)
        },
      ]),
    )
    const pool = await startTestPool({ functions })
    await byPassword(pool, { AuthParameters: { USERNAME: 'eve', PASSWORD } })
    await signUp(pool)
    await pool.api('ConfirmSignUp', { ClientId: pool.clientId, Username: 'ada', ConfirmationCode: pool.code() })
    const { body } = await pool.api('InitiateAuth', {
      ClientId: pool.clientId,
      AuthFlow: 'CUSTOM_AUTH',
      AuthParameters: { USERNAME: 'ada' },
    })
    await pool.api('RespondToAuthChallenge', {
      ClientId: pool.clientId,
      ChallengeName: 'CUSTOM_CHALLENGE',
      Session: body.Session,
      ChallengeResponses: { USERNAME: 'ada', ANSWER: '42' },
    })
    await byPassword(pool)

    const nothing = {}
    expect(Object.fromEntries(arrived)).toEqual({
      UserMigration_Authentication: Object.fromEntries(
        ['userAttributes', 'forceAliasCreation', 'enableSMSMFA', 'finalUserStatus', 'messageAction', 'desiredDeliveryMediums'].map(
          (name) => [name, null],
        ),
      ),
      PreSignUp_SignUp: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
      CustomMessage_SignUp: { smsMessage: null, emailMessage: null, emailSubject: null },
      PostConfirmation_ConfirmSignUp: nothing,
      DefineAuthChallenge_Authentication: { challengeName: null, issueTokens: null, failAuthentication: null },
      CreateAuthChallenge_Authentication: { publicChallengeParameters: null, privateChallengeParameters: null, challengeMetadata: null },
      VerifyAuthChallengeResponse_Authentication: { answerCorrect: null },
      PreAuthentication_Authentication: nothing,
      PostAuthentication_Authentication: nothing,
      TokenGeneration_Authentication: { claimsOverrideDetails: null },
    })
  })

  it.each([
    ['an empty object', { groupOverrideDetails: {} }, undefined],
    ['null', { groupOverrideDetails: null }, undefined],
    ['no field', {}, ['editors']],
  ])('9: reads groupOverrideDetails with %s', async (_, claimsOverrideDetails, expected) => {
    const pool = await startTestPool({ functions: { PreTokenGeneration: () => ({ claimsOverrideDetails }) } })
    pool.addUser({ groups: ['editors'] })
    await pool.api('CreateGroup', { UserPoolId: pool.userPoolId, GroupName: 'editors' })
    const tokens = await pool.signIn()

    for (const token of [tokens.IdToken, tokens.AccessToken]) expect(readClaims(token)['cognito:groups']).toEqual(expected)
  })

  it('10: calls the functions of each pool', async () => {
    const pool = await startTestPool()
    const { body } = await pool.api('CreateUserPool', {
      PoolName: 'other',
      LambdaConfig: { PreSignUp: 'arn:aws:lambda:us-east-1:000000000000:function:other' },
    })
    const { Id } = Object(body.UserPool)
    const created = await pool.api('CreateUserPoolClient', { UserPoolId: Id, ClientName: 'other' })
    await signUp(pool, { ClientId: Object(created.body.UserPoolClient).ClientId })
    await signUp(pool)

    const calls = (await pool.takeCalls()).map(({ function: arn, event }) => [arn.split(':').at(-1), event.userPoolId])

    expect(calls).toEqual([
      ['other', Id],
      ['PreSignUp', pool.userPoolId],
      ['CustomMessage', pool.userPoolId],
    ])
  })

  it('11: waits five seconds for a function, calls it three times, and uses the answer of a later attempt', {
    timeout: 300_000,
  }, async () => {
    const hangs = await startWithRunner('hang.js', {}, 150)
    const answers = await startWithRunner('hang-once.js', { TRIES_FILE: join(await createFolder({}), 'tries') }, 5000)

    const [refused, accepted] = [await signUp(hangs), await signUp(answers)]

    expect(COGNITO_WAIT_MS).toBe(5000)
    expect(refused.body).toMatchObject({
      __type: 'UnexpectedLambdaException',
      message: 'PreSignUp failed with error Socket timeout while invoking Lambda function.',
    })
    expect(accepted.status).toBe(200)
    expect([(await hangs.takeCalls())[0]?.attempts, (await answers.takeCalls())[0]?.attempts]).toEqual([3, 2])
  })

  it('12: never confirms or verifies a user that an administrator creates', async () => {
    const pool = await startTestPool({ functions: { PreSignUp: () => ({ autoConfirmUser: true, autoVerifyEmail: true }) } })
    await pool.api('AdminCreateUser', { UserPoolId: pool.userPoolId, Username: 'ada', UserAttributes: list({ email: EMAIL }) })

    const { body } = await getAda(pool)

    expect(body.UserStatus).toBe('FORCE_CHANGE_PASSWORD')
    expect(body.UserAttributes).not.toContainEqual({ Name: 'email_verified', Value: 'true' })
    expect(await pool.takeSequence()).toEqual(['PreSignUp_AdminCreateUser'])
  })

  it.each([
    ['LEGACY', 'UserNotFoundException', ['UserMigration_Authentication']],
    ['ENABLED', 'NotAuthorizedException', ['UserMigration_Authentication', 'PreAuthentication_Authentication']],
  ])('13: answers an unknown user as PreventUserExistenceErrors %s says', async (PreventUserExistenceErrors, type, sequence) => {
    const pool = await startTestPool({ client: { PreventUserExistenceErrors } })

    expect((await byPassword(pool)).body.__type).toBe(type)
    expect(await pool.takeSequence()).toEqual(sequence)
  })

  it('14: moves an alias to the user whose address the pre sign-up function verifies', async () => {
    const pool = await startTestPool({
      settings: { AliasAttributes: ['email'] },
      functions: { PreSignUp: () => ({ autoConfirmUser: true, autoVerifyEmail: true }) },
    })
    pool.addUser()
    await signUp(pool, { Username: 'eve' })

    const owner = await pool.api('AdminGetUser', { UserPoolId: pool.userPoolId, Username: EMAIL })

    expect(owner.body.Username).toBe('eve')
    expect((await getAda(pool)).body.UserAttributes).toContainEqual({ Name: 'email_verified', Value: 'false' })
  })

  it.each([
    ['COGNITO_DEFAULT', { __type: 'InvalidLambdaResponseException', message: 'Unrecognizable lambda output' }],
    ['DEVELOPER', { UserConfirmed: false }],
  ])('15: takes the text of an email only from a pool with its own sender: %s', async (EmailSendingAccount, expected) => {
    const pool = await startTestPool({
      settings: { EmailConfiguration: { EmailSendingAccount } },
      functions: { CustomMessage: () => ({ emailMessage: 'Your code: {####}' }) },
    })

    expect((await signUp(pool)).body).toMatchObject(expected)
  })

  it('16: calls a custom sender after the answer, with a code that only the key of the pool decrypts', async () => {
    const kms = await startKms()
    onTestFinished(async () => {
      vi.unstubAllEnvs()
      await kms.stop()
    })
    stubEnvironment({ ...endpointEnvironment({}), AWS_ENDPOINT_URL_KMS: kms.endpoint })
    const answered = Promise.withResolvers<undefined>()
    const pool = await startTestPool({
      triggers: ['CustomEmailSender'],
      encrypt: encryptCode,
      // The sender waits for the answer. A call in the request would wait for ever.
      functions: { CustomEmailSender: () => answered.promise },
    })

    const { status } = await signUp(pool)
    answered.resolve(undefined)
    const [call] = await pool.takeCalls()
    const request = Object(call?.event.request)
    const ctx = senderContext({ userPoolId: pool.userPoolId, request })

    expect(status).toBe(200)
    expect(await decryptCode(kmsKeyring({ keyArn: LOCAL_KEY_ARN })).read(ctx)).toMatch(/^\d{6}$/)
    expect(request.code).not.toMatch(/^\d{6}$/)
  })

  it('17: ignores changes of the claims that Cognito protects', async () => {
    const claimsToAddOrOverride = {
      sub: 'other',
      iss: 'https://example.com',
      exp: 1,
      'cognito:username': 'eve',
      aud: 'other',
      plan: 'gold',
    }
    const details = { claimsToAddOrOverride, claimsToSuppress: ['sub', 'exp', 'token_use'] }
    const pool = await startTestPool({
      settings: lambdaConfig('V2_0'),
      functions: {
        PreTokenGeneration: () => ({ claimsAndScopeOverrideDetails: { idTokenGeneration: details, accessTokenGeneration: details } }),
      },
    })
    const { sub } = pool.addUser()
    const { IdToken, AccessToken } = await pool.signIn()

    const iss = `${pool.pools.endpoint}/${pool.userPoolId}`
    expect(readClaims(IdToken)).toMatchObject({ sub, iss, plan: 'gold', 'cognito:username': 'ada', aud: pool.clientId, token_use: 'id' })
    expect(readClaims(AccessToken)).toMatchObject({ sub, iss, plan: 'gold', username: 'ada', token_use: 'access' })
    expect(readClaims(AccessToken)).not.toHaveProperty('aud')
  })

  it('18: tells a refresh by REFRESH_TOKEN_AUTH from a sign-in, and one by GetTokensFromRefreshToken not', async () => {
    const pool = await startTestPool({ triggers: ['PreTokenGeneration'] })
    pool.addUser()
    const { RefreshToken } = await pool.signIn()
    const AuthParameters = { REFRESH_TOKEN: RefreshToken }
    await pool.api('InitiateAuth', { ClientId: pool.clientId, AuthFlow: 'REFRESH_TOKEN_AUTH', AuthParameters })
    await pool.api('GetTokensFromRefreshToken', { ClientId: pool.clientId, RefreshToken })

    expect(await pool.takeSequence()).toEqual([
      'TokenGeneration_Authentication',
      'TokenGeneration_RefreshTokens',
      'TokenGeneration_Authentication',
    ])
  })

  it('19: replaces the placeholders after the function, which never sees the code', async () => {
    const pool = await startTestPool({
      functions: { CustomMessage: () => ({ emailSubject: 'Code {####}', emailMessage: '<p>{####}</p>' }) },
    })
    await signUp(pool)

    const [message] = pool.pools.world.inbox.messages()
    const call = (await pool.takeCalls()).at(-1)

    expect(message).toMatchObject({ subject: `Code ${pool.code()}`, html: `<p>${pool.code()}</p>` })
    expect(call?.event.request).toMatchObject({ codeParameter: '{####}', usernameParameter: null })
    expect(JSON.stringify(call?.event)).not.toContain(pool.code())
  })

  it('20: resets the settings that UpdateUserPool omits, with the triggers', async () => {
    const pool = await startTestPool({ settings: { MfaConfiguration: 'OPTIONAL' } })
    await pool.api('UpdateUserPool', { UserPoolId: pool.userPoolId, AutoVerifiedAttributes: ['email'] })
    await signUp(pool)

    expect((await pool.api('DescribeUserPool', { UserPoolId: pool.userPoolId })).body.UserPool).toMatchObject({ MfaConfiguration: 'OFF' })
    expect(await pool.takeSequence()).toEqual([])
  })
})

function readClaims(token: string): Fields {
  return decode(token.split('.')[1] ?? '') ?? {}
}

/** Starts a pool whose pre sign-up function runs in a process of its own. */
async function startWithRunner(fixture: string, environment: Record<string, string>, waitMs: number): Promise<TestPool> {
  const lambda = createLambdaFunction({
    folder: process.cwd(),
    file: resolve('test/tools/replay/fixtures', fixture),
    exported: 'handler',
    environment,
    onOutput: () => undefined,
    onNote: () => undefined,
  })
  onTestFinished(() => lambda.stop())
  return startTestPool({ triggers: ['PreSignUp'], call: ({ trigger, event }) => deliver(lambda, trigger, event, waitMs) })
}
