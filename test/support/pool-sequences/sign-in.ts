import { createSrpSession } from 'cognito-srp-helper'
import { createTotp } from '../../../src/tools/pool/mfa.ts'
import { EMAIL, type Fields, type Functions, META, PASSWORD, proveSrp, type TestPool } from '../pool-sequences.ts'
import type { RowTest, RowTests } from './row.ts'

const TOTP_SECRET = 'JBSWY3DPEHPK3PXP'
const totp = (): string => createTotp(TOTP_SECRET, Math.floor(Date.now() / 30_000))

/** The functions of a sign-in with one custom challenge, whose answer is `42`. */
export const ONE_CHALLENGE: Functions = {
  DefineAuthChallenge: (_, { session }) => {
    const results: readonly unknown[] = Array.isArray(session) ? session : []
    const { challengeName, challengeResult } = Object(results.at(-1))
    if (challengeName === 'SRP_A') return { challengeName: 'PASSWORD_VERIFIER' }
    const isRight = challengeName === 'CUSTOM_CHALLENGE' && challengeResult === true
    return isRight ? { issueTokens: true, failAuthentication: false } : { challengeName: 'CUSTOM_CHALLENGE' }
  },
  CreateAuthChallenge: () => ({ publicChallengeParameters: { hint: 'six times seven' }, privateChallengeParameters: { answer: '42' } }),
  VerifyAuthChallengeResponse: (_, { privateChallengeParameters, challengeAnswer }) => ({
    answerCorrect: Object(privateChallengeParameters).answer === challengeAnswer,
  }),
}

/** The operations that start a sign-in, and those that answer a challenge, without and with AWS credentials. */
interface Caller {
  readonly start: 'InitiateAuth' | 'AdminInitiateAuth'
  readonly respond: 'RespondToAuthChallenge' | 'AdminRespondToAuthChallenge'
  readonly flow: 'USER_PASSWORD_AUTH' | 'ADMIN_USER_PASSWORD_AUTH'
  /** The metadata that CustomMessage gets from an answer to a challenge. */
  readonly message: string
}
const USER: Caller = { start: 'InitiateAuth', respond: 'RespondToAuthChallenge', flow: 'USER_PASSWORD_AUTH', message: '' }
const ADMIN: Caller = {
  start: 'AdminInitiateAuth',
  respond: 'AdminRespondToAuthChallenge',
  flow: 'ADMIN_USER_PASSWORD_AUTH',
  message: ' clientMetadata=client',
}

const target = ({ clientId, userPoolId }: TestPool, { start }: Caller): Fields => ({
  ClientId: clientId,
  ...(start === 'AdminInitiateAuth' && { UserPoolId: userPoolId }),
})
const start = (pool: TestPool, caller: Caller, AuthFlow: string, more: Fields = {}): Fields => ({
  ...target(pool, caller),
  AuthFlow,
  AuthParameters: { USERNAME: 'ada', ...more },
  ...META,
})

/** Starts a sign-in, and returns the input that answers its challenge. */
async function answer(
  pool: TestPool,
  caller: Caller,
  AuthFlow: string,
  parameters: Fields,
  responses: () => Readonly<Record<string, string>>,
): Promise<Fields> {
  const { body } = await pool.api(caller.start, start(pool, caller, AuthFlow, parameters))
  return toResponse(pool, caller, body, responses())
}

function toResponse(
  pool: TestPool,
  caller: Caller,
  { ChallengeName, Session }: { readonly ChallengeName?: string | undefined; readonly Session: string },
  more: Fields,
): Fields {
  return { ...target(pool, caller), ChallengeName, Session, ChallengeResponses: { USERNAME: 'ada', ...more }, ...META }
}

const PRE = 'PreAuthentication_Authentication validationData=client'
const DONE = ['PostAuthentication_Authentication clientMetadata=client', 'TokenGeneration_Authentication clientMetadata=client']
const DONE_AT_ONCE = ['PostAuthentication_Authentication', 'TokenGeneration_Authentication']
const WITH_MFA = { MfaConfiguration: 'OPTIONAL', EnabledMfas: ['SMS_MFA', 'SOFTWARE_TOKEN_MFA', 'EMAIL_OTP'] }
const APP = { methods: ['SOFTWARE_TOKEN_MFA' as const], totp: TOTP_SECRET }

function byCode(caller: Caller, method: 'SMS_MFA' | 'EMAIL_OTP'): RowTest {
  return {
    settings: WITH_MFA,
    async input(pool) {
      pool.addUser({ mfa: { methods: [method] } })
      return answer(pool, caller, caller.flow, { PASSWORD }, () => ({ [`${method}_CODE`]: pool.code() }))
    },
    calls: DONE,
  }
}

function startRows(caller: Caller): RowTests {
  const known = (AuthFlow: string, more: Fields = {}) => ({
    input(pool: TestPool): Fields {
      pool.addUser()
      return start(pool, caller, AuthFlow, more)
    },
  })
  const { largeA: SRP_A } = createSrpSession('ada', PASSWORD, 'us-east-1_Example', false)
  return {
    [`${caller.start} ${caller.flow}`]: {
      ...known(caller.flow, { PASSWORD }),
      calls: [PRE, ...DONE_AT_ONCE],
      answers: { AuthenticationResult: { TokenType: 'Bearer', ExpiresIn: 3600 } },
    },
    [`${caller.start} USER_SRP_AUTH`]: {
      ...known('USER_SRP_AUTH', { SRP_A }),
      calls: [PRE],
      answers: { ChallengeName: 'PASSWORD_VERIFIER', ChallengeParameters: { USER_ID_FOR_SRP: 'ada' } },
    },
    [`${caller.start} CUSTOM_AUTH`]: {
      ...known('CUSTOM_AUTH'),
      functions: ONE_CHALLENGE,
      calls: ['DefineAuthChallenge_Authentication', 'CreateAuthChallenge_Authentication'],
      answers: { ChallengeName: 'CUSTOM_CHALLENGE', ChallengeParameters: { USERNAME: 'ada', hint: 'six times seven' } },
    },
    [`${caller.start} USER_AUTH`]: {
      ...known('USER_AUTH'),
      calls: [PRE],
      answers: { ChallengeName: 'SELECT_CHALLENGE', AvailableChallenges: ['PASSWORD', 'PASSWORD_SRP', 'EMAIL_OTP', 'SMS_OTP'] },
    },
    [`${caller.start} REFRESH_TOKEN_AUTH`]: {
      async input(pool) {
        pool.addUser()
        const { RefreshToken } = await pool.signIn()
        return { ...target(pool, caller), AuthFlow: 'REFRESH_TOKEN_AUTH', AuthParameters: { REFRESH_TOKEN: RefreshToken }, ...META }
      },
      calls: ['TokenGeneration_RefreshTokens'],
      answers: { AuthenticationResult: { RefreshToken: '' } },
    },
  }
}

function respondRows(caller: Caller): RowTests {
  const choose = async (pool: TestPool, ANSWER: string, more: Fields = {}): Promise<Fields> => {
    pool.addUser()
    return answer(pool, caller, 'USER_AUTH', {}, () => ({ ANSWER, ...more }))
  }
  return {
    [`${caller.respond} PASSWORD_VERIFIER`]: {
      async input(pool) {
        pool.addUser()
        const session = createSrpSession('ada', PASSWORD, pool.userPoolId, false)
        const first = await pool.api(caller.start, start(pool, caller, 'USER_SRP_AUTH', { SRP_A: session.largeA }))
        return { ...proveSrp(pool.clientId, session, first), ...target(pool, caller), ...META }
      },
      calls: DONE,
    },
    [`${caller.respond} PASSWORD`]: {
      async input(pool) {
        const input = await choose(pool, '', { PASSWORD })
        return { ...input, ChallengeName: 'PASSWORD' }
      },
      calls: DONE,
    },
    [`${caller.respond} PASSWORD_SRP`]: {
      async input(pool) {
        const { largeA: SRP_A } = createSrpSession('ada', PASSWORD, pool.userPoolId, false)
        return { ...(await choose(pool, '', { SRP_A })), ChallengeName: 'PASSWORD_SRP' }
      },
      calls: [],
      answers: { ChallengeName: 'PASSWORD_VERIFIER' },
    },
    [`${caller.respond} SELECT_CHALLENGE`]: {
      input: (pool) => choose(pool, 'EMAIL_OTP'),
      calls: [`CustomMessage_Authentication${caller.message}`],
      answers: {
        ChallengeName: 'EMAIL_OTP',
        ChallengeParameters: { CODE_DELIVERY_DELIVERY_MEDIUM: 'EMAIL', CODE_DELIVERY_DESTINATION: 'a***@e***' },
      },
    },
    [`${caller.respond} NEW_PASSWORD_REQUIRED`]: {
      async input(pool) {
        pool.addUser({ status: 'FORCE_CHANGE_PASSWORD' })
        return answer(pool, caller, caller.flow, { PASSWORD }, () => ({ NEW_PASSWORD: 'Second-Passw0rd' }))
      },
      calls: ['PostAuthentication_Authentication clientMetadata=client', 'TokenGeneration_NewPasswordChallenge clientMetadata=client'],
    },
    [`${caller.respond} SMS_MFA`]: byCode(caller, 'SMS_MFA'),
    [`${caller.respond} EMAIL_OTP`]: byCode(caller, 'EMAIL_OTP'),
    [`${caller.respond} SMS_OTP`]: {
      async input(pool) {
        pool.addUser()
        return answer(pool, caller, 'USER_AUTH', { PREFERRED_CHALLENGE: 'SMS_OTP' }, () => ({ SMS_OTP_CODE: pool.code() }))
      },
      calls: DONE,
    },
    [`${caller.respond} SOFTWARE_TOKEN_MFA`]: {
      settings: WITH_MFA,
      async input(pool) {
        pool.addUser({ mfa: APP })
        return answer(pool, caller, caller.flow, { PASSWORD }, () => ({ SOFTWARE_TOKEN_MFA_CODE: totp() }))
      },
      calls: DONE,
    },
    [`${caller.respond} SELECT_MFA_TYPE`]: {
      settings: WITH_MFA,
      async input(pool) {
        pool.addUser({ mfa: { ...APP, methods: ['SOFTWARE_TOKEN_MFA', 'SMS_MFA'] } })
        return answer(pool, caller, caller.flow, { PASSWORD }, () => ({ ANSWER: 'SMS_MFA' }))
      },
      calls: [`CustomMessage_Authentication${caller.message}`],
      answers: { ChallengeName: 'SMS_MFA', ChallengeParameters: { CODE_DELIVERY_DESTINATION: '+*******0100' } },
    },
    [`${caller.respond} MFA_SETUP`]: {
      settings: { MfaConfiguration: 'ON', EnabledMfas: ['SOFTWARE_TOKEN_MFA'] },
      async input(pool) {
        pool.addUser({ attributes: { email: EMAIL } })
        const first = await pool.api(caller.start, start(pool, caller, caller.flow, { PASSWORD }))
        const { body } = await pool.api('AssociateSoftwareToken', { Session: first.body.Session })
        const UserCode = createTotp(body.SecretCode, Math.floor(Date.now() / 30_000))
        const { body: verified } = await pool.api('VerifySoftwareToken', { Session: body.Session, UserCode })
        return toResponse(pool, caller, { ChallengeName: 'MFA_SETUP', Session: verified.Session }, {})
      },
      calls: DONE,
    },
    [`${caller.respond} CUSTOM_CHALLENGE`]: {
      functions: ONE_CHALLENGE,
      async input(pool) {
        pool.addUser()
        return answer(pool, caller, 'CUSTOM_AUTH', {}, () => ({ ANSWER: '42' }))
      },
      calls: [
        'VerifyAuthChallengeResponse_Authentication clientMetadata=client',
        'DefineAuthChallenge_Authentication clientMetadata=client',
        ...DONE,
      ],
    },
  }
}

/** Every flow of a sign-in, and every challenge. */
export const SIGN_IN: RowTests = { ...startRows(USER), ...startRows(ADMIN), ...respondRows(USER), ...respondRows(ADMIN) }
