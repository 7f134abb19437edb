import * as z from 'zod'
import { CognitoError, invalidParameter, notAuthorized } from '../errors.ts'
import { accessToken, adminTarget } from '../input.ts'
import { createTotpSecret, isTotp } from '../mfa.ts'
import type { MfaMethod, Pool, User } from '../model.ts'
import { check, defineOperation, type Flow, type Operation, write } from '../operation.ts'
import { findUser } from '../store.ts'
import { findTarget, getUser, save } from '../users.ts'

// A user sets an authenticator app up with an access token, or with the session of the challenge MFA_SETUP.
const tokenOrSession = z.object({ AccessToken: accessToken.optional(), Session: z.string().optional() })

function findBySession(flow: Flow<{ readonly Session?: string | undefined }>): void {
  if (flow.user !== undefined) return
  const { Session } = flow.input
  const signIn = Session === undefined ? undefined : flow.world.sessions.peek(Session)
  if (signIn?.username === undefined) throw invalidParameter('Either AccessToken or Session is required')
  // Before the first factor, anybody has a session. Only MFA_SETUP proves that the password was right.
  if (!signIn.expected.includes('MFA_SETUP')) throw notAuthorized('Invalid session for the user.')
  flow.signIn = signIn
  flow.user = findUser(flow.pool, signIn.username)
}

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AssociateSoftwareToken.html */
export const AssociateSoftwareToken: Operation = defineOperation('token or session', tokenOrSession, [
  check('the user has a token or a session', findBySession),
  write('the secret of the authenticator app', (flow) => {
    const user = getUser(flow)
    user.mfa.newTotp = createTotpSecret()
    save(flow, user)
    flow.answer = { SecretCode: user.mfa.newTotp, ...renewSession(flow) }
  }),
])

function renewSession({ world, signIn, input }: Flow<{ readonly Session?: string | undefined }>): { readonly Session?: string } {
  if (signIn === undefined || input.Session === undefined) return {}
  world.sessions.take(input.Session, signIn.clientId)
  return { Session: world.sessions.save(signIn, 3) }
}

const verifyInput = tokenOrSession.extend({ UserCode: z.string().regex(/^\d{6}$/), FriendlyDeviceName: z.string().optional() })

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_VerifySoftwareToken.html */
export const VerifySoftwareToken: Operation = defineOperation('token or session', verifyInput, [
  check('the user has a token or a session', findBySession),
  check('the code is right', (flow) => {
    const { newTotp } = getUser(flow).mfa
    if (newTotp === undefined || !isTotp(newTotp, flow.input.UserCode, flow.world.now()))
      throw new CognitoError('EnableSoftwareTokenMFAException', 'Code mismatch')
  }),
  write('the authenticator app', (flow) => {
    const { mfa } = getUser(flow)
    mfa.totp = mfa.newTotp
    delete mfa.newTotp
    if (flow.signIn !== undefined && !mfa.methods.includes('SOFTWARE_TOKEN_MFA')) mfa.methods = [...mfa.methods, 'SOFTWARE_TOKEN_MFA']
    save(flow, getUser(flow))
    flow.answer = { Status: 'SUCCESS', ...renewSession(flow) }
  }),
])

const preference = z.object({ Enabled: z.boolean().optional(), PreferredMfa: z.boolean().optional() }).optional()
const preferences = z.object({ SMSMfaSettings: preference, SoftwareTokenMfaSettings: preference, EmailMfaSettings: preference })
type Preferences = z.infer<typeof preferences>

const SETTINGS: readonly (readonly [keyof Preferences, MfaMethod])[] = [
  ['SMSMfaSettings', 'SMS_MFA'],
  ['SoftwareTokenMfaSettings', 'SOFTWARE_TOKEN_MFA'],
  ['EmailMfaSettings', 'EMAIL_OTP'],
]

function setPreferences(flow: Flow<Preferences>): void {
  const user = getUser(flow)
  for (const [setting, method] of SETTINGS) {
    const given = flow.input[setting]
    if (given === undefined) continue
    if (given.Enabled === true) checkFactor(user, method)
    if (given.Enabled !== undefined) {
      user.mfa.methods = [...user.mfa.methods.filter((each) => each !== method), ...(given.Enabled ? [method] : [])]
      if (!given.Enabled && user.mfa.preferred === method) delete user.mfa.preferred
    }
    if (given.PreferredMfa === true) user.mfa.preferred = method
    if (given.PreferredMfa === false && user.mfa.preferred === method) delete user.mfa.preferred
  }
  save(flow, user)
}

function checkFactor(user: User, method: MfaMethod): void {
  if (method === 'SOFTWARE_TOKEN_MFA' && user.mfa.totp === undefined)
    throw invalidParameter('User does not have software token MFA associated')
  if (method === 'SMS_MFA' && user.attributes.phone_number === undefined)
    throw invalidParameter('User does not have delivery config set to turn on SMS_MFA')
  if (method === 'EMAIL_OTP' && user.attributes.email === undefined)
    throw invalidParameter('User does not have delivery config set to turn on EMAIL_OTP')
}

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SetUserMFAPreference.html */
export const SetUserMFAPreference: Operation = defineOperation('token', preferences.extend({ AccessToken: accessToken }), [
  write('the second factors of the user', setPreferences),
])

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminSetUserMFAPreference.html */
export const AdminSetUserMFAPreference: Operation = defineOperation('IAM', preferences.extend(adminTarget.shape), [
  check('the user exists', findTarget),
  write('the second factors of the user', setPreferences),
])

const option = z.object({ DeliveryMedium: z.string(), AttributeName: z.string() })

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SetUserSettings.html */
export const SetUserSettings: Operation = defineOperation('token', z.object({ AccessToken: accessToken, MFAOptions: z.array(option) }), [
  write('text messages as second factor', (flow) => {
    const { mfa } = getUser(flow)
    const bySms = flow.input.MFAOptions.some(({ DeliveryMedium }) => DeliveryMedium === 'SMS')
    mfa.methods = [...mfa.methods.filter((each) => each !== 'SMS_MFA'), ...(bySms ? (['SMS_MFA'] as const) : [])]
    save(flow, getUser(flow))
  }),
])

const enabled = z.object({ Enabled: z.boolean() }).optional()
const configInput = z.object({
  UserPoolId: z.string(),
  MfaConfiguration: z.enum(['OFF', 'ON', 'OPTIONAL']).optional(),
  SmsMfaConfiguration: z.looseObject({}).optional(),
  SoftwareTokenMfaConfiguration: enabled,
  EmailMfaConfiguration: z.looseObject({}).optional(),
})

function describeMfa({ settings }: Pool): Record<string, unknown> {
  const enabledMfas = settings.EnabledMfas ?? []
  return {
    MfaConfiguration: settings.MfaConfiguration,
    ...(enabledMfas.includes('SMS_MFA') && { SmsMfaConfiguration: {} }),
    ...(enabledMfas.includes('EMAIL_OTP') && { EmailMfaConfiguration: {} }),
    SoftwareTokenMfaConfiguration: { Enabled: enabledMfas.includes('SOFTWARE_TOKEN_MFA') },
  }
}

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SetUserPoolMfaConfig.html */
export const SetUserPoolMfaConfig: Operation = defineOperation('IAM', configInput, [
  write('the second factors of the pool', (flow) => {
    const { MfaConfiguration, SmsMfaConfiguration, SoftwareTokenMfaConfiguration, EmailMfaConfiguration } = flow.input
    const EnabledMfas = [
      ...(SmsMfaConfiguration === undefined ? [] : ['SMS_MFA']),
      ...(SoftwareTokenMfaConfiguration?.Enabled === true ? ['SOFTWARE_TOKEN_MFA'] : []),
      ...(EmailMfaConfiguration === undefined ? [] : ['EMAIL_OTP']),
    ]
    flow.pool.settings = { ...flow.pool.settings, EnabledMfas, ...(MfaConfiguration !== undefined && { MfaConfiguration }) }
    flow.world.store.onChange()
    flow.answer = describeMfa(flow.pool)
  }),
])

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetUserPoolMfaConfig.html */
export const GetUserPoolMfaConfig: Operation = defineOperation('IAM', z.object({ UserPoolId: z.string() }), [
  check('describes the second factors of the pool', (flow) => {
    flow.answer = describeMfa(flow.pool)
  }),
])
