import * as z from 'zod'
import { addResult, nextSteps } from '../custom-auth.ts'
import { invalidParameter, wrongPassword } from '../errors.ts'
import { metadata, texts } from '../input.ts'
import { listFirstFactors } from '../mfa.ts'
import { migrationSteps } from '../migration.ts'
import { type Condition, check, defineFlows, type Flow, type Operation, onlyIf, type Step, write } from '../operation.ts'
import { allowsFlow } from '../settings/client-settings.ts'
import {
  answerChallenge,
  answerSrpChallenge,
  challengeSteps,
  checkConfirmed,
  checkStatus,
  checkTypedPassword,
  codeSteps,
  finishSteps,
  getSignIn,
  issueSteps,
  preAuthentication,
  refuseUnknown,
  startSignIn,
} from '../sign-in.ts'
import { getUser, IS_UNKNOWN } from '../users.ts'
import { refreshSteps } from './refresh.ts'

const input = z.object({
  ClientId: z.string(),
  UserPoolId: z.string().optional(),
  AuthFlow: z.string(),
  AuthParameters: texts,
  ClientMetadata: metadata,
  Session: z.string().optional(),
})
type AuthFlow = Flow<z.infer<typeof input>>
type AuthStep = Step<z.infer<typeof input>>

// The longest value of an attribute, which may be a name to sign in with.
const MAX_NAME = 2048

const parameter = (flow: AuthFlow, name: string): string | undefined => flow.input.AuthParameters[name]

/** The first steps of each flow: the flow is allowed, and the caller's metadata goes where Cognito puts it. */
function startSteps(allowed: string): readonly AuthStep[] {
  return [
    check(`the app client allows ${allowed}`, (flow: AuthFlow) => {
      if (flow.client === undefined || !allowsFlow(flow.client.settings, allowed))
        throw invalidParameter(
          allowed.startsWith('ADMIN') ? 'Auth flow not enabled for this client' : `${allowed} flow not enabled for this client`,
        )
      const typedName = parameter(flow, 'USERNAME')
      if (!typedName) throw invalidParameter('Missing required parameter USERNAME')
      if (typedName.length > MAX_NAME) throw invalidParameter(`USERNAME is longer than ${MAX_NAME} characters`)
      startSignIn(flow, typedName, flow.input.AuthFlow)
    }),
    write('ClientMetadata arrives as validationData', (flow: AuthFlow) => {
      flow.validationData = flow.clientMetadata
      flow.clientMetadata = undefined
    }),
  ]
}

const migrate = (when: Condition<z.infer<typeof input>>): readonly AuthStep[] =>
  migrationSteps(
    'UserMigration_Authentication',
    (flow) => ({ name: parameter(flow, 'USERNAME') ?? '', password: parameter(flow, 'PASSWORD') }),
    when,
  )

const unknownIsRefused: Step<unknown> = check('the user exists', refuseUnknown)

const passwordSteps = (allowed: string): readonly AuthStep[] => [
  ...startSteps(allowed),
  check('the password is given', (flow: AuthFlow) => {
    if (!parameter(flow, 'PASSWORD')) throw invalidParameter('Missing required parameter PASSWORD')
  }),
  ...migrate(IS_UNKNOWN),
  preAuthentication,
  unknownIsRefused,
  check('the password is right, and the user may sign in', (flow: AuthFlow) => checkTypedPassword(flow, parameter(flow, 'PASSWORD') ?? '')),
  ...finishSteps,
]

/** SRP hides an unknown user until the password is checked, if the app client hides which users exist. */
const srpSteps: readonly AuthStep[] = [
  ...startSteps('USER_SRP_AUTH'),
  preAuthentication,
  check('asks for the proof of the password', (flow: AuthFlow) => {
    if (flow.user === undefined && flow.client?.settings.PreventUserExistenceErrors === 'LEGACY') refuseUnknown(flow)
    return answerSrpChallenge(flow, parameter(flow, 'SRP_A'))
  }),
]

const STARTS_WITH_SRP: Condition<z.infer<typeof input>> = {
  text: 'CHALLENGE_NAME is SRP_A',
  holds: (flow) => parameter(flow, 'CHALLENGE_NAME') === 'SRP_A',
}
const STARTS_WITHOUT_SRP: Condition<z.infer<typeof input>> = {
  text: 'CHALLENGE_NAME is missing',
  holds: (flow) => !STARTS_WITH_SRP.holds(flow),
}

const customSteps: readonly AuthStep[] = [
  ...startSteps('CUSTOM_AUTH'),
  check('the user exists, unless the app client hides that', (flow: AuthFlow) => {
    if (flow.client?.settings.PreventUserExistenceErrors === 'LEGACY') refuseUnknown(flow)
  }),
  check(
    'the user is enabled and confirmed',
    (flow: AuthFlow) => {
      if (flow.user !== undefined) checkConfirmed(flow.user)
    },
    STARTS_WITHOUT_SRP,
  ),
  ...onlyIf(STARTS_WITH_SRP, [preAuthentication]),
  { ...preAuthentication, when: STARTS_WITHOUT_SRP, assumption: 'custom-auth-runs-pre-authentication' },
  write(
    'the first result, SRP_A',
    (flow: AuthFlow) => {
      const clientValue = parameter(flow, 'SRP_A') ?? ''
      getSignIn(flow).srp = { challenge: { secret: '', publicValue: '' }, clientValue, salt: '', secretBlock: '' }
      addResult(flow, 'SRP_A', true)
    },
    STARTS_WITH_SRP,
  ),
  ...nextSteps,
  ...issueSteps,
]

const prefers = (...names: readonly string[]): Condition<z.infer<typeof input>> => ({
  text: `PREFERRED_CHALLENGE is ${names.join(' or ')}`,
  holds: (flow) => names.includes(parameter(flow, 'PREFERRED_CHALLENGE') ?? ''),
})
const hasSession: Condition<z.infer<typeof input>> = {
  text: 'the session of ConfirmSignUp is given',
  holds: (flow) => flow.input.Session !== undefined,
}

const choiceSteps: readonly AuthStep[] = [
  ...startSteps('USER_AUTH'),
  { ...preAuthentication, assumption: 'user-auth-runs-pre-authentication' },
  unknownIsRefused,
  ...onlyIf<z.infer<typeof input>>(hasSession, [
    check('the session belongs to the user', (flow) => {
      const { username, expected } = flow.world.sessions.take(flow.input.Session, flow.input.ClientId)
      if (username !== getUser(flow).username || !expected.includes('CONFIRMED_SIGN_UP')) throw wrongPassword()
    }),
    check('the user may sign in', (flow) => checkStatus(flow, getUser(flow))),
    ...challengeSteps,
    ...issueSteps,
    check('the session ends the sign-in', () => 'end'),
  ]),
  ...onlyIf<z.infer<typeof input>>(prefers('PASSWORD'), [
    check('the password is right, and the user may sign in', (flow) => checkTypedPassword(flow, parameter(flow, 'PASSWORD') ?? '')),
    ...finishSteps,
    check('the password ends the sign-in', () => 'end'),
  ]),
  check(
    'asks for the proof of the password',
    (flow: AuthFlow) => answerSrpChallenge(flow, parameter(flow, 'SRP_A')),
    prefers('PASSWORD_SRP'),
  ),
  check(
    'the pool allows the code, and the user has a contact for it',
    (flow: AuthFlow) => {
      if (!listFirstFactors(flow.pool, flow.user).includes(parameter(flow, 'PREFERRED_CHALLENGE') ?? '')) return askToChoose(flow)
      const isEmail = parameter(flow, 'PREFERRED_CHALLENGE') === 'EMAIL_OTP'
      getSignIn(flow).verifies = isEmail ? 'email' : 'phone_number'
      return undefined
    },
    prefers('EMAIL_OTP', 'SMS_OTP'),
  ),
  ...onlyIf<z.infer<typeof input>>(
    prefers('EMAIL_OTP', 'SMS_OTP'),
    codeSteps(({ signIn }) => (signIn?.verifies === 'email' ? 'EMAIL_OTP' : 'SMS_OTP')),
  ),
  check('asks which challenge to use', askToChoose),
]

function askToChoose(flow: AuthFlow): 'end' {
  const AvailableChallenges = listFirstFactors(flow.pool, flow.user)
  if (AvailableChallenges.length === 0) throw wrongPassword()
  return answerChallenge(flow, 'SELECT_CHALLENGE', {}, { AvailableChallenges })
}

const ROWS = {
  USER_PASSWORD_AUTH: passwordSteps('USER_PASSWORD_AUTH'),
  USER_SRP_AUTH: srpSteps,
  CUSTOM_AUTH: customSteps,
  USER_AUTH: choiceSteps,
  REFRESH_TOKEN_AUTH: refreshSteps((flow: AuthFlow) => flow.input.AuthParameters.REFRESH_TOKEN),
}

function chooseFlow(names: readonly string[]) {
  return ({ AuthFlow: name }: { readonly AuthFlow: string }): string => {
    const known = name === 'REFRESH_TOKEN' ? 'REFRESH_TOKEN_AUTH' : name === 'ADMIN_NO_SRP_AUTH' ? 'ADMIN_USER_PASSWORD_AUTH' : name
    if (!names.includes(known)) throw invalidParameter(`Initiate Auth method not supported: ${name}`)
    return known
  }
}

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_InitiateAuth.html */
export const InitiateAuth: Operation = defineFlows('none', input, chooseFlow(Object.keys(ROWS)), ROWS)

const { USER_PASSWORD_AUTH: _, ...shared } = ROWS
const ADMIN_ROWS = { ADMIN_USER_PASSWORD_AUTH: passwordSteps('ADMIN_USER_PASSWORD_AUTH'), ...shared }

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminInitiateAuth.html */
export const AdminInitiateAuth: Operation = defineFlows('IAM', input, chooseFlow(Object.keys(ADMIN_ROWS)), ADMIN_ROWS)
