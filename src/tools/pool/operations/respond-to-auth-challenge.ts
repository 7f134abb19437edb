import * as z from 'zod'
import { checkAttributes, normaliseAttributes } from '../attributes.ts'
import { addResult, nextSteps, verifySteps } from '../custom-auth.ts'
import { CognitoError, invalidParameter, notAuthorized, wrongPassword } from '../errors.ts'
import { metadata, texts } from '../input.ts'
import { checkEnabled } from '../issue-tokens.ts'
import { isTotp, listFactors, listFirstFactors } from '../mfa.ts'
import { checkAliases } from '../new-user.ts'
import { type Condition, check, defineFlows, type Flow, type Operation, onlyIf, type Step, write } from '../operation.ts'
import { checkLock, checkPolicy, refusePassword, setPassword } from '../passwords.ts'
import {
  answerSrpChallenge,
  challengeSteps,
  checkStatus,
  checkTypedPassword,
  codeSteps,
  finishSteps,
  getSignIn,
  issueSteps,
  toContactName,
  verifyByCode,
} from '../sign-in.ts'
import { signProof } from '../srp.ts'
import { findUser } from '../store.ts'
import { trigger } from '../triggers.ts'
import { checkCode, getUser, save } from '../users.ts'

const respondInput = z.object({
  ClientId: z.string(),
  UserPoolId: z.string().optional(),
  ChallengeName: z.string(),
  ChallengeResponses: texts,
  Session: z.string().optional(),
  ClientMetadata: metadata,
})
type Input = z.infer<typeof respondInput>
type RespondFlow = Flow<Input>

const response = (flow: RespondFlow, name: string): string => {
  const value = flow.input.ChallengeResponses[name]
  if (value === undefined) throw invalidParameter(`Missing required parameter ${name}`)
  return value
}

/** Continues the sign-in of the session. A session can be used once, and only for a challenge that it offers. */
const open: Step<Input> = check('the session is valid and offers the challenge', (flow) => {
  const { pool, input: given } = flow
  const { ClientId, ChallengeName, ChallengeResponses } = given
  const signIn = flow.world.sessions.take(given.Session ?? ChallengeResponses.PASSWORD_CLAIM_SECRET_BLOCK, ClientId)
  flow.user = signIn.username === undefined ? undefined : findUser(pool, signIn.username)
  flow.signIn = signIn
  const offered =
    signIn.expected.includes(ChallengeName) || (ChallengeName.startsWith('PASSWORD') && signIn.expected.includes('SELECT_CHALLENGE'))
  if (signIn.poolId !== pool.id || !offered) throw wrongPassword()
  // Before the proof of the password, the answer must not reveal that the user is disabled.
  if (flow.user !== undefined && ChallengeName !== 'PASSWORD_VERIFIER') checkEnabled(flow.user)
})

// The errors of an answer that the user can correct.
const CORRECTABLE = ['CodeMismatchException', 'InvalidPasswordException', 'InvalidParameterException']

/** Keeps the session of a wrong answer, so that the user can try again. */
function keepSession(flow: RespondFlow, run: () => void): void {
  try {
    run()
  } catch (error) {
    if (error instanceof CognitoError && CORRECTABLE.includes(error.type) && flow.input.Session !== undefined)
      flow.world.sessions.save(getSignIn(flow), flow.client?.settings.AuthSessionValidity ?? 3, flow.input.Session)
    throw error
  }
}

const IS_CUSTOM: Condition<unknown> = { text: 'the sign-in is CUSTOM_AUTH', holds: ({ signIn }) => signIn?.flow === 'CUSTOM_AUTH' }
const CONFIRMS: Condition<unknown> = { text: 'the code confirms the user', holds: ({ signIn }) => signIn?.confirms === true }

const passwordVerifier: readonly Step<Input>[] = [
  open,
  check('the proof of the password is right, and the user may sign in', (flow) => {
    const { pool, world, user } = flow
    const { srp } = getSignIn(flow)
    if (srp === undefined || user?.password === undefined) throw wrongPassword()
    checkLock(world, user)
    const { challenge, clientValue, secretBlock } = srp
    const timestamp = response(flow, 'TIMESTAMP')
    if (response(flow, 'PASSWORD_CLAIM_SECRET_BLOCK') !== secretBlock) throw wrongPassword()
    const signed = signProof(user.password, { poolId: pool.id, userId: user.username, clientValue, challenge, secretBlock, timestamp })
    if (signed !== response(flow, 'PASSWORD_CLAIM_SIGNATURE')) refusePassword(world, user)
    checkStatus(flow, user)
  }),
  ...onlyIf<Input>(IS_CUSTOM, [
    check('the result goes to the define function', (flow) => addResult(flow, 'PASSWORD_VERIFIER', true)),
    ...nextSteps,
    ...issueSteps,
  ]),
  ...onlyIf<Input>(IS_CUSTOM, [check('the custom flow ends the sign-in', () => 'end')]),
  ...finishSteps,
]

const setNewPassword: readonly Step<Input>[] = [
  open,
  check('the password meets the policy, and the attributes are valid', (flow) =>
    keepSession(flow, () => {
      checkPolicy(flow.pool, response(flow, 'NEW_PASSWORD'))
      checkNewAttributes(flow)
    }),
  ),
  write('the password, and the user CONFIRMED', (flow) => {
    const user = getUser(flow)
    Object.assign(user.attributes, normaliseAttributes(flow.pool, readAttributes(flow)))
    user.status = 'CONFIRMED'
    setPassword(flow.world, flow.pool, user, response(flow, 'NEW_PASSWORD'))
    getSignIn(flow).newPassword = true
  }),
]

const newPassword: readonly Step<Input>[] = [
  ...setNewPassword,
  ...onlyIf<Input>(IS_CUSTOM, [
    check('the result goes to the define function', (flow) => addResult(flow, 'NEW_PASSWORD_REQUIRED', true)),
    ...nextSteps,
    ...issueSteps,
  ]),
  ...onlyIf<Input>(IS_CUSTOM, [check('the custom flow ends the sign-in', () => 'end')]),
  ...finishSteps,
]

/** Checks the attributes that come with a new password. They complete the user, and cannot change a required attribute. */
function checkNewAttributes(flow: RespondFlow): void {
  const given = readAttributes(flow)
  const { attributes } = getUser(flow)
  const required = flow.pool.settings.Schema.filter(({ Name, Required }) => Required && Name !== 'sub').map(({ Name }) => Name)
  const changed = required.find((name) => attributes[name] !== undefined && given[name] !== undefined)
  if (changed !== undefined) throw notAuthorized(`Cannot modify an already provided ${changed}`)
  const missing = required.find((name) => !attributes[name] && !given[name])
  if (missing !== undefined) throw invalidParameter(`Invalid attributes given, ${missing} is missing`)
  checkAttributes(flow.pool, given, flow.client)
  checkAliases(flow.pool, getUser(flow).username, given)
}

function readAttributes(flow: RespondFlow): Record<string, string> {
  return Object.fromEntries(
    Object.entries(flow.input.ChallengeResponses).flatMap(([name, value]) =>
      name.startsWith('userAttributes.') ? [[name.slice('userAttributes.'.length), value]] : [],
    ),
  )
}

const VERIFIES: Condition<unknown> = { text: 'the code was the first factor', holds: ({ signIn }) => signIn?.verifies !== undefined }

type CodeChallenge = 'SMS_MFA' | 'SMS_OTP' | 'EMAIL_OTP'

/** A code as first factor also proves the contact. */
const proveContact = (name: CodeChallenge): readonly Step<Input>[] =>
  onlyIf<Input>(VERIFIES, [
    write('the contact, verified, and the user CONFIRMED', (flow) => {
      getSignIn(flow).confirms = getUser(flow).status === 'UNCONFIRMED'
      verifyByCode(flow, toContactName(name))
    }),
    {
      ...trigger<Input>({ source: 'PostConfirmation_ConfirmSignUp', passes: ['clientMetadata'] }),
      when: CONFIRMS,
      assumption: 'one-time-code-runs-post-confirmation',
    },
    ...challengeSteps.slice(0, 1),
  ])

const byCode = (name: CodeChallenge, end: readonly Step<Input>[]): readonly Step<Input>[] => [
  open,
  check('the code is right', (flow) =>
    keepSession(flow, () => checkCode(flow.world, getSignIn(flow).code, response(flow, `${name}_CODE`))),
  ),
  check('the user may sign in', (flow) => {
    const user = getUser(flow)
    // A code proves the contact, so it also confirms a user.
    if (user.status !== 'UNCONFIRMED') checkStatus(flow, user)
    else checkEnabled(user)
  }),
  ...end,
]

const byApp = (issue: readonly Step<unknown>[]): readonly Step<Input>[] => [
  open,
  check('the code of the authenticator app is right', (flow) => {
    const { totp } = getUser(flow).mfa
    keepSession(flow, () => {
      if (totp === undefined || !isTotp(totp, response(flow, 'SOFTWARE_TOKEN_MFA_CODE'), flow.world.now()))
        throw new CognitoError('CodeMismatchException', 'Invalid code received for user')
    })
  }),
  ...issue,
]

const CHOSE_APP: Condition<Input> = {
  text: 'the answer is SOFTWARE_TOKEN_MFA',
  holds: (flow) => flow.input.ChallengeResponses.ANSWER === 'SOFTWARE_TOKEN_MFA',
}
const selectMfa: readonly Step<Input>[] = [
  open,
  check('the user has the chosen factor', (flow) => {
    const chosen = response(flow, 'ANSWER')
    const method = listFactors(flow.pool, getUser(flow)).find((each) => each === chosen)
    if (method === undefined) throw new CognitoError('MFAMethodNotFoundException', 'MFA method is not set up for the user')
    getSignIn(flow).expected = [method]
  }),
  check('asks for the code of the authenticator app', (flow) => answerExpected(flow), CHOSE_APP),
  ...codeSteps((flow) => getSignIn(flow).expected[0] ?? 'SMS_MFA'),
]

function answerExpected(flow: RespondFlow): 'end' {
  const signIn = getSignIn(flow)
  const Session = flow.world.sessions.save(signIn, flow.client?.settings.AuthSessionValidity ?? 3)
  flow.answer = { ChallengeName: signIn.expected[0], Session, ChallengeParameters: { USER_ID_FOR_SRP: getUser(flow).username } }
  return 'end'
}

const mfaSetup = (issue: readonly Step<unknown>[]): readonly Step<Input>[] => [
  open,
  check('the user has set up an authenticator app', (flow) => {
    const { mfa } = getUser(flow)
    if (mfa.totp === undefined) throw new CognitoError('MFAMethodNotFoundException', 'No MFA method was set up')
    save(flow, getUser(flow))
  }),
  ...issue,
]

/** Returns the rows of the second factors. @param issue The steps that end the sign-in. */
function secondFactors(issue: readonly Step<unknown>[]): Readonly<Record<string, readonly Step<Input>[]>> {
  return {
    SMS_MFA: byCode('SMS_MFA', issue),
    EMAIL_OTP: byCode('EMAIL_OTP', issue),
    SOFTWARE_TOKEN_MFA: byApp(issue),
    SELECT_MFA_TYPE: selectMfa,
    MFA_SETUP: mfaSetup(issue),
  }
}

const customChallenge: readonly Step<Input>[] = [
  open,
  check('the answer is given', (flow) => {
    getSignIn(flow).typedAnswer = response(flow, 'ANSWER')
  }),
  ...verifySteps,
  ...nextSteps,
  ...issueSteps,
]

const answers = (...names: readonly string[]): Condition<Input> => ({
  text: `the answer is ${names.join(' or ')}`,
  holds: (flow) => names.includes(flow.input.ChallengeResponses.ANSWER ?? ''),
})

const password: readonly Step<Input>[] = [
  check('the password is right, and the user may sign in', (flow) => checkTypedPassword(flow, response(flow, 'PASSWORD'))),
  ...finishSteps,
]
const passwordSrp: Step<Input> = check('asks for the proof of the password', (flow) => answerSrpChallenge(flow, response(flow, 'SRP_A')))

const selectChallenge: readonly Step<Input>[] = [
  open,
  ...onlyIf<Input>(answers('PASSWORD'), [...password, check('the password ends the sign-in', () => 'end')]),
  ...onlyIf<Input>(answers('PASSWORD_SRP'), [passwordSrp]),
  ...onlyIf<Input>(answers('EMAIL_OTP', 'SMS_OTP'), [
    check('the pool allows the code, and the user has a contact for it', (flow) => {
      const chosen = response(flow, 'ANSWER')
      if (!listFirstFactors(flow.pool, getUser(flow)).includes(chosen)) throw invalidParameter('Selected challenge is not available.')
      getSignIn(flow).verifies = toContactName(chosen)
    }),
    ...codeSteps(({ signIn }) => (signIn?.verifies === 'email' ? 'EMAIL_OTP' : 'SMS_OTP')),
  ]),
  check('the answer is a challenge that the session offers', () => {
    throw invalidParameter('Selected challenge is not available.')
  }),
]

const ROWS = {
  PASSWORD_VERIFIER: passwordVerifier,
  PASSWORD: [open, ...password],
  PASSWORD_SRP: [open, passwordSrp],
  NEW_PASSWORD_REQUIRED: newPassword,
  ...secondFactors(issueSteps),
  SMS_OTP: byCode('SMS_OTP', [...proveContact('SMS_OTP'), ...issueSteps]),
  EMAIL_OTP: byCode('EMAIL_OTP', [...proveContact('EMAIL_OTP'), ...issueSteps]),
  CUSTOM_CHALLENGE: customChallenge,
  SELECT_CHALLENGE: selectChallenge,
}

function chooseChallenge({ ChallengeName }: Input): string {
  if (!Object.hasOwn(ROWS, ChallengeName)) throw invalidParameter(`The challenge ${ChallengeName} is not simulated by Lifeguard`)
  return ChallengeName
}

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RespondToAuthChallenge.html */
export const RespondToAuthChallenge: Operation = defineFlows('none', respondInput, chooseChallenge, ROWS)

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminRespondToAuthChallenge.html */
export const AdminRespondToAuthChallenge: Operation = defineFlows('IAM', respondInput, chooseChallenge, ROWS)

/** Creates the operation that answers a challenge after a right password, with other steps at its end. */
export function respondAfterPassword(issue: readonly Step<unknown>[]): Operation {
  const rows: Readonly<Record<string, readonly Step<Input>[]>> = {
    NEW_PASSWORD_REQUIRED: [...setNewPassword, ...challengeSteps, ...issue],
    ...secondFactors(issue),
  }
  const choose = ({ ChallengeName }: Input): string => {
    if (!Object.hasOwn(rows, ChallengeName)) throw invalidParameter(`The challenge ${ChallengeName} does not follow a password`)
    return ChallengeName
  }
  return defineFlows('none', respondInput, choose, rows)
}
