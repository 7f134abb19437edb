import { LOCAL_KEY_ARN } from '../../../src/tools/local/kms/data-key.ts'
import { PASSWORD, readCode } from '../flow.ts'
import {
  createPoolWith,
  createUser,
  type Finding,
  SPECIAL_TRIGGERS,
  type Subject,
  signIn,
  signUp,
  toLambdaConfig,
  toSignUp,
} from './probe.ts'

/** A probe of a trigger source: something that a user or an administrator does, which must call the function. */
interface TriggerProbe {
  readonly source: string
  readonly act: (subject: Subject) => Promise<unknown>
  /** True for a trigger that changes every sign-up or sign-in, so that it needs pools of its own. */
  readonly isSpecial?: boolean
}

const toAdmin = ({ ids: { UserPoolId } }: Subject, Username: string): object => ({ UserPoolId, Username })
const confirm = async (subject: Subject): Promise<unknown> => {
  const { name, code } = await signUp(subject, subject.ids)
  return subject.send('ConfirmSignUp', { ClientId: subject.ids.ClientId, Username: name, ConfirmationCode: code })
}
const forget = async (subject: Subject): Promise<string> => {
  const Username = await createUser(subject, subject.ids)
  await subject.send('ForgotPassword', { ClientId: subject.ids.ClientId, Username })
  return Username
}
const enter = async (subject: Subject): Promise<Record<string, string>> =>
  signIn(subject, subject.ids, await createUser(subject, subject.ids))
const invite = (subject: Subject): Promise<unknown> => {
  const Username = `invited-${Date.now()}`
  const UserAttributes = [{ Name: 'email', Value: `${Username}@example.com` }]
  return subject.send('AdminCreateUser', { ...toAdmin(subject, Username), UserAttributes, DesiredDeliveryMediums: ['EMAIL'] })
}
const resend = async (subject: Subject): Promise<unknown> =>
  subject.send('ResendConfirmationCode', { ClientId: subject.ids.ClientId, Username: (await signUp(subject, subject.ids)).name })
const changeEmail = async (subject: Subject): Promise<unknown> => {
  const { AccessToken } = await enter(subject)
  return subject.send('UpdateUserAttributes', {
    AccessToken,
    UserAttributes: [{ Name: 'email', Value: `changed-${Date.now()}@example.com` }],
  })
}
const verifyEmail = async (subject: Subject): Promise<unknown> => {
  const { AccessToken } = await enter(subject)
  return subject.send('GetUserAttributeVerificationCode', { AccessToken, AttributeName: 'email' })
}
const startCustom = async (subject: Subject): Promise<{ readonly name: string; readonly Session: unknown }> => {
  subject.functions.set('DefineAuthChallenge', () => ({ challengeName: 'CUSTOM_CHALLENGE', issueTokens: false, failAuthentication: false }))
  subject.functions.set('CreateAuthChallenge', () => ({
    publicChallengeParameters: {},
    privateChallengeParameters: {},
    challengeMetadata: 'x',
  }))
  const name = await createUser(subject, subject.ids)
  const { Session } = await subject.send('InitiateAuth', {
    ClientId: subject.ids.ClientId,
    AuthFlow: 'CUSTOM_AUTH',
    AuthParameters: { USERNAME: name },
  })
  return { name, Session }
}
const answerCustom = async (subject: Subject): Promise<unknown> => {
  const { name, Session } = await startCustom(subject)
  const ChallengeResponses = { USERNAME: name, ANSWER: 'x' }
  return subject.ask('RespondToAuthChallenge', {
    ClientId: subject.ids.ClientId,
    ChallengeName: 'CUSTOM_CHALLENGE',
    Session,
    ChallengeResponses,
  })
}
const newPassword = async (subject: Subject): Promise<unknown> => {
  const Username = await createUser(subject, subject.ids)
  await subject.send('AdminSetUserPassword', { ...toAdmin(subject, Username), Password: PASSWORD, Permanent: false })
  const { ClientId } = subject.ids
  const AuthParameters = { USERNAME: Username, PASSWORD }
  const { Session } = await subject.send('InitiateAuth', { ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters })
  const ChallengeResponses = { USERNAME: Username, NEW_PASSWORD: 'Other-horse-2' }
  return subject.send('RespondToAuthChallenge', { ClientId, ChallengeName: 'NEW_PASSWORD_REQUIRED', Session, ChallengeResponses })
}
const refresh = async (subject: Subject): Promise<unknown> => {
  const { RefreshToken } = await enter(subject)
  const AuthParameters = { REFRESH_TOKEN: RefreshToken }
  return subject.send('InitiateAuth', { ClientId: subject.ids.ClientId, AuthFlow: 'REFRESH_TOKEN_AUTH', AuthParameters })
}
const confirmForgotten = async (subject: Subject): Promise<unknown> => {
  const Username = await forget(subject)
  const ConfirmationCode = await readCode(subject, subject.pool.name, `${Username}@example.com`)
  return subject.send('ConfirmForgotPassword', { ClientId: subject.ids.ClientId, Username, ConfirmationCode, Password: PASSWORD })
}
/** A second factor by text message. */
const secondFactor = async (subject: Subject): Promise<unknown> => {
  const ids = await createPoolWith(subject, ['CustomMessage'], { MfaConfiguration: 'OPTIONAL' })
  const name = await createUser(subject, ids)
  const UserAttributes = [
    { Name: 'phone_number', Value: '+15555550123' },
    { Name: 'phone_number_verified', Value: 'true' },
  ]
  await subject.send('AdminUpdateUserAttributes', { UserPoolId: ids.UserPoolId, Username: name, UserAttributes })
  const { AccessToken } = await signIn(subject, ids, name)
  await subject.send('SetUserMFAPreference', { AccessToken, SMSMfaSettings: { Enabled: true, PreferredMfa: true } })
  return signIn(subject, ids, name)
}
/** A sign-in of a user whom the pool does not know. */
const migrate = async (subject: Subject): Promise<unknown> => {
  const attributes = (name: unknown): object => ({ email: `${name}@example.com`, email_verified: 'true' })
  subject.functions.set('UserMigration', ({ userName }) => ({
    userAttributes: { username: userName, ...attributes(userName) },
    finalUserStatus: 'CONFIRMED',
    messageAction: 'SUPPRESS',
  }))
  return signIn(subject, subject.ids, `unknown-${Date.now()}`)
}
const migrateForgotten = async (subject: Subject): Promise<unknown> => {
  subject.functions.set('UserMigration', ({ userName }) => ({
    userAttributes: { username: userName, email: `${userName}@example.com`, email_verified: 'true' },
    messageAction: 'SUPPRESS',
  }))
  return subject.send('ForgotPassword', { ClientId: subject.ids.ClientId, Username: `unknown-${Date.now()}` })
}

const special = { isSpecial: true }

export const TRIGGER_PROBES: readonly TriggerProbe[] = [
  { source: 'PreSignUp_SignUp', act: (subject) => signUp(subject, subject.ids) },
  { source: 'PreSignUp_AdminCreateUser', act: invite },
  { source: 'PostConfirmation_ConfirmSignUp', act: confirm },
  { source: 'PostConfirmation_ConfirmForgotPassword', act: confirmForgotten },
  { source: 'PreAuthentication_Authentication', act: enter },
  { source: 'PostAuthentication_Authentication', act: enter },
  { source: 'TokenGeneration_Authentication', act: enter },
  { source: 'TokenGeneration_NewPasswordChallenge', act: newPassword },
  { source: 'TokenGeneration_RefreshTokens', act: refresh },
  { source: 'DefineAuthChallenge_Authentication', act: startCustom },
  { source: 'CreateAuthChallenge_Authentication', act: startCustom },
  { source: 'VerifyAuthChallengeResponse_Authentication', act: answerCustom },
  { source: 'CustomMessage_SignUp', act: (subject) => signUp(subject, subject.ids) },
  { source: 'CustomMessage_AdminCreateUser', act: invite },
  { source: 'CustomMessage_ResendCode', act: resend },
  { source: 'CustomMessage_ForgotPassword', act: forget },
  { source: 'CustomMessage_UpdateUserAttribute', act: changeEmail },
  { source: 'CustomMessage_VerifyUserAttribute', act: verifyEmail },
  { source: 'CustomMessage_Authentication', act: secondFactor },
  { source: 'UserMigration_Authentication', act: migrate, ...special },
  { source: 'UserMigration_ForgotPassword', act: migrateForgotten, ...special },
  { source: 'CustomEmailSender_SignUp', act: (subject) => subject.send('SignUp', toSignUp(subject.ids, `sent-${Date.now()}`)), ...special },
  { source: 'CustomEmailSender_AdminCreateUser', act: invite, ...special },
  {
    source: 'CustomEmailSender_ResendCode',
    act: async (subject) => {
      const Username = `resent-${Date.now()}`
      await subject.send('SignUp', toSignUp(subject.ids, Username))
      return subject.send('ResendConfirmationCode', { ClientId: subject.ids.ClientId, Username })
    },
    ...special,
  },
  { source: 'CustomEmailSender_ForgotPassword', act: forget, ...special },
  { source: 'CustomEmailSender_UpdateUserAttribute', act: changeEmail, ...special },
  { source: 'CustomEmailSender_VerifyUserAttribute', act: verifyEmail, ...special },
  {
    source: 'CustomSMSSender_SignUp',
    act: async (subject) => {
      const LambdaConfig = toLambdaConfig(SPECIAL_TRIGGERS, LOCAL_KEY_ARN)
      const ids = await createPoolWith(subject, [], { LambdaConfig, AutoVerifiedAttributes: ['phone_number'] })
      const UserAttributes = [{ Name: 'phone_number', Value: '+15555550123' }]
      return subject.send('SignUp', { ...toSignUp(ids, `texted-${Date.now()}`), UserAttributes })
    },
    ...special,
  },
]

// A custom sender is called after the answer.
const LATER_MS = 1000

/** Runs the probe of a trigger source. */
export async function probeTrigger(subject: Subject, { source, act }: TriggerProbe): Promise<Finding> {
  subject.functions.reset()
  let problem: string | undefined
  try {
    await act(subject)
  } catch (error) {
    problem = error instanceof Error ? error.message.replace(/^http\S+ answers /, '') : String(error)
  }
  const isCalled = (): boolean => subject.functions.events.some(({ triggerSource }) => triggerSource === source)
  const until = Date.now() + (source.includes('Sender') ? LATER_MS : 0)
  while (!isCalled() && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 20))
  if (isCalled()) return { kind: 'works', ...(problem !== undefined && { note: `called; then ${problem}` }) }
  return { kind: 'refuses', note: problem === undefined ? 'not called' : `not called: ${problem}` }
}
