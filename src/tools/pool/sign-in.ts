import { randomBytes } from 'node:crypto'
import { isVerified } from './attributes.ts'
import { CognitoError, notAuthorized, unknownUser, wrongPassword } from './errors.ts'
import { checkEnabled, tokenSteps } from './issue-tokens.ts'
import { createCode, maskContact, messageSteps, toContact } from './messages.ts'
import { listFactors } from './mfa.ts'
import type { MfaMethod, User } from './model.ts'
import { type Condition, check, type Flow, type Step, write } from './operation.ts'
import { checkLock, isPassword, refusePassword } from './passwords.ts'
import type { SignIn } from './sessions.ts'
import { createChallenge, hashPassword, isClientValue } from './srp.ts'
import { findUser } from './store.ts'
import { trigger } from './triggers.ts'
import { CALLS_TRIGGERS, getUser, hidesUsers, save } from './users.ts'

const SECRET_BLOCK_BYTES = 256
const CODE_MINUTES = 3

/** Returns the sign-in of a flow. Every sign-in step runs after one that has set it. */
export function getSignIn(flow: Pick<Flow, 'signIn'>): SignIn {
  if (flow.signIn === undefined) throw notAuthorized('Invalid session for the user.')
  return flow.signIn
}

/** Starts a sign-in for the name that a user typed. */
export function startSignIn(flow: Flow<unknown>, typedName: string, flowName: string): void {
  flow.user = findUser(flow.pool, typedName)
  flow.signIn = {
    poolId: flow.pool.id,
    clientId: flow.client?.id ?? '',
    typedName,
    username: flow.user?.username,
    flow: flowName,
    expected: [],
    results: [],
  }
}

/** Answers with a challenge. The next request answers it with the session. */
export function answerChallenge(flow: Flow<unknown>, name: string, parameters: Readonly<Record<string, string>>, more: object = {}): 'end' {
  const signIn = getSignIn(flow)
  signIn.expected = [name]
  // On AWS, a client may leave out the session of this challenge. The secret block identifies it too.
  const own = name === 'PASSWORD_VERIFIER' ? parameters.SECRET_BLOCK : undefined
  const Session = flow.world.sessions.save(signIn, flow.client?.settings.AuthSessionValidity ?? CODE_MINUTES, own)
  flow.answer = { ChallengeName: name, Session, ChallengeParameters: parameters, ...more }
  return 'end'
}

/** Throws the error for an unknown user, as the app client wants it. */
export function refuseUnknown(flow: Flow<unknown>): void {
  if (flow.user === undefined) throw hidesUsers(flow) ? wrongPassword() : unknownUser()
}

export const preAuthentication: Step<unknown> = trigger<unknown>({
  source: 'PreAuthentication_Authentication',
  when: CALLS_TRIGGERS,
  passes: ['validationData'],
  event: (flow) => describeMaybeUnknown(flow),
})

/** Describes the user of an event. For an unknown user, AWS documents no attributes, so the event has none. */
export function describeMaybeUnknown(flow: Flow<unknown>): {
  readonly userName: string
  readonly request: Readonly<Record<string, unknown>>
} {
  const { user, signIn } = flow
  return {
    userName: user?.username ?? signIn?.typedName ?? '',
    request: hidesUsers(flow) ? { userNotFound: user === undefined } : {},
  }
}

/** Checks the password of a known user, and the state of the user, in the order of Cognito's errors. */
export function checkTypedPassword(flow: Flow<unknown>, typed: string): void {
  const user = getUser(flow)
  checkLock(flow.world, user)
  if (!isPassword(flow.pool, user, typed)) refusePassword(flow.world, user)
  checkStatus(flow, user)
}

/** @throws CognitoError for a user who is disabled or not confirmed, and so may not sign in at all. */
export function checkConfirmed(user: User): void {
  checkEnabled(user)
  if (user.status === 'UNCONFIRMED') throw new CognitoError('UserNotConfirmedException', 'User is not confirmed.')
}

/** @throws CognitoError for a user with the right password who may not sign in. */
export function checkStatus({ world, signIn }: Flow<unknown>, user: User): void {
  user.failures = 0
  checkConfirmed(user)
  // In CUSTOM_AUTH, the define function asks such a user for a new password.
  if (user.status === 'RESET_REQUIRED' && signIn?.flow !== 'CUSTOM_AUTH')
    throw new CognitoError('PasswordResetRequiredException', 'Password reset required for the user')
  if (user.passwordExpiresAt !== undefined && user.passwordExpiresAt <= world.now())
    throw notAuthorized('Temporary password has expired and must be reset by an administrator.')
}

/** Answers with the SRP challenge. An unknown user gets one too, if the app client hides which users exist. */
export function answerSrpChallenge(flow: Flow<unknown>, clientValue: string | undefined): 'end' {
  if (clientValue === undefined) throw new CognitoError('InvalidParameterException', 'Missing required parameter SRP_A')
  if (!isClientValue(clientValue)) throw notAuthorized('SRP_A is not valid')
  const { pool, user } = flow
  const signIn = getSignIn(flow)
  const userId = user?.username ?? signIn.typedName
  const hash = user?.password ?? hashPassword(pool.id, userId, randomBytes(16).toString('hex'))
  const challenge = createChallenge(hash)
  const secretBlock = randomBytes(SECRET_BLOCK_BYTES).toString('base64')
  signIn.srp = { challenge, clientValue, salt: hash.salt, secretBlock }
  return answerChallenge(flow, 'PASSWORD_VERIFIER', {
    SALT: hash.salt,
    SECRET_BLOCK: secretBlock,
    SRP_B: challenge.publicValue,
    USERNAME: userId,
    USER_ID_FOR_SRP: userId,
  })
}

const NEEDS_PASSWORD: Condition<unknown> = {
  text: 'the password is temporary',
  holds: ({ user }) => user?.status === 'FORCE_CHANGE_PASSWORD',
}
const CHOOSES_FACTOR: Condition<unknown> = {
  text: 'the user has several second factors and prefers none',
  holds: (flow) => factors(flow).length > 1,
}
const NEEDS_SETUP: Condition<unknown> = {
  text: 'the pool requires a second factor and the user has none',
  holds: (flow) => flow.pool.settings.MfaConfiguration === 'ON' && factors(flow).length === 0,
}
const NEEDS_CODE: Condition<unknown> = {
  text: 'the second factor is a code by text message or email',
  holds: (flow) => isMessage(factors(flow)[0]),
}
const NEEDS_APP: Condition<unknown> = {
  text: 'the second factor is an authenticator app',
  holds: (flow) => factors(flow)[0] === 'SOFTWARE_TOKEN_MFA',
}

function factors(flow: Flow<unknown>): readonly MfaMethod[] {
  return flow.user === undefined ? [] : listFactors(flow.pool, flow.user)
}

function isMessage(method: MfaMethod | undefined): method is 'SMS_MFA' | 'EMAIL_OTP' {
  return method === 'SMS_MFA' || method === 'EMAIL_OTP'
}

/** The steps that send a code and ask for it. `method` chooses the way, which is also the name of the challenge. */
export function codeSteps(method: (flow: Flow<unknown>) => string, when?: Condition<unknown>): readonly Step<unknown>[] {
  return [
    write(
      'a new code',
      (flow) => {
        getSignIn(flow).code = createCode(flow.world.now(), CODE_MINUTES)
      },
      when,
    ),
    ...messageSteps<unknown>(
      'Authentication',
      (flow) => toContact(getUser(flow), toContactName(method(flow)), getSignIn(flow).code?.value ?? ''),
      when,
    ),
    check(
      'asks for the code',
      (flow) => {
        const name = method(flow)
        const to = getUser(flow).attributes[toContactName(name)] ?? ''
        const medium = toContactName(name) === 'email' ? 'EMAIL' : 'SMS'
        return answerChallenge(flow, name, { CODE_DELIVERY_DELIVERY_MEDIUM: medium, CODE_DELIVERY_DESTINATION: maskContact(to) })
      },
      when,
    ),
  ]
}

/** Returns the attribute to which a challenge sends its code. */
export function toContactName(method: string): 'email' | 'phone_number' {
  return method === 'EMAIL_OTP' ? 'email' : 'phone_number'
}

/** Answers with the challenge for a new password, and the attributes that the user must add. */
export function askNewPassword(flow: Flow<unknown>): 'end' {
  const { Schema } = flow.pool.settings
  const { username, attributes } = getUser(flow)
  const missing = Schema.filter(({ Name, Required }) => Required && Name !== 'sub' && attributes[Name] === undefined)
  return answerChallenge(flow, 'NEW_PASSWORD_REQUIRED', {
    USER_ID_FOR_SRP: username,
    requiredAttributes: JSON.stringify(missing.map(({ Name }) => `userAttributes.${Name}`)),
    userAttributes: JSON.stringify(attributes),
  })
}

/** The steps between the first factor and the tokens: a new password, or a second factor. */
export const challengeSteps: readonly Step<unknown>[] = [
  check('asks for a new password', askNewPassword, NEEDS_PASSWORD),
  check(
    'asks which second factor to use',
    (flow) =>
      answerChallenge(flow, 'SELECT_MFA_TYPE', { MFAS_CAN_CHOOSE: JSON.stringify(factors(flow)), USER_ID_FOR_SRP: getUser(flow).username }),
    CHOOSES_FACTOR,
  ),
  check(
    'asks to set up a second factor',
    (flow) => {
      const methods = flow.pool.settings.EnabledMfas ?? ['SOFTWARE_TOKEN_MFA']
      return answerChallenge(flow, 'MFA_SETUP', { MFAS_CAN_SETUP: JSON.stringify(methods), USER_ID_FOR_SRP: getUser(flow).username })
    },
    NEEDS_SETUP,
  ),
  check(
    'asks for the code of the authenticator app',
    (flow) => answerChallenge(flow, 'SOFTWARE_TOKEN_MFA', { USER_ID_FOR_SRP: getUser(flow).username }),
    NEEDS_APP,
  ),
  ...codeSteps((flow) => factors(flow)[0] ?? 'SMS_MFA', NEEDS_CODE),
]

const BY_PASSWORD: Condition<unknown> = {
  text: 'the sign-in used a password',
  holds: ({ signIn }) => signIn?.newPassword !== true && signIn?.flow !== 'USER_AUTH' && !isPlainCustom(signIn),
}
const BY_CUSTOM: Condition<unknown> = { text: 'the sign-in is CUSTOM_AUTH without SRP', holds: ({ signIn }) => isPlainCustom(signIn) }
const BY_CHOICE: Condition<unknown> = {
  text: 'the sign-in is USER_AUTH',
  holds: ({ signIn }) => signIn?.flow === 'USER_AUTH' && signIn.newPassword !== true,
}
const WITH_NEW_PASSWORD: Condition<unknown> = {
  text: 'the user has set a new password',
  holds: ({ signIn }) => signIn?.newPassword === true,
}
const WITHOUT_NEW_PASSWORD: Condition<unknown> = {
  text: 'the user has set no new password',
  holds: ({ signIn }) => signIn?.newPassword !== true,
}

function isPlainCustom(signIn: SignIn | undefined): boolean {
  return signIn?.flow === 'CUSTOM_AUTH' && !signIn.results.some(({ challengeName }) => challengeName === 'SRP_A')
}

const postAuthentication = (when: Condition<unknown>, assumption?: Parameters<typeof trigger>[0]['assumption']): Step<unknown> =>
  trigger<unknown>({
    source: 'PostAuthentication_Authentication',
    when,
    ...(assumption && { assumption }),
    passes: ['clientMetadata'],
    event: () => ({ request: { newDeviceUsed: false } }),
  })

/** The steps that end a sign-in with tokens. */
export const issueSteps: readonly Step<unknown>[] = [
  postAuthentication(BY_PASSWORD),
  postAuthentication(BY_CUSTOM, 'custom-auth-runs-post-authentication'),
  postAuthentication(BY_CHOICE, 'user-auth-runs-post-authentication'),
  postAuthentication(WITH_NEW_PASSWORD, 'new-password-runs-post-authentication'),
  ...tokenSteps('TokenGeneration_NewPasswordChallenge', ['clientMetadata'], WITH_NEW_PASSWORD),
  ...tokenSteps('TokenGeneration_Authentication', ['clientMetadata'], WITHOUT_NEW_PASSWORD),
]

/** The steps from a right password to tokens, or to a challenge. */
export const finishSteps: readonly Step<unknown>[] = [...challengeSteps, ...issueSteps]

/** Marks the contact as verified to which a first factor's code went, and confirms the user. */
export function verifyByCode(flow: Flow<unknown>, contact: 'email' | 'phone_number'): void {
  const user = getUser(flow)
  if (!isVerified(user, contact)) user.attributes[`${contact}_verified`] = 'true'
  if (user.status === 'UNCONFIRMED') user.status = 'CONFIRMED'
  save(flow, user)
}
