import * as z from 'zod'
import { type Contact, isContact, isVerified } from '../attributes.ts'
import { CognitoError, invalidParameter, notAuthorized } from '../errors.ts'
import { accessToken, adminTarget, code, metadata, password, userName } from '../input.ts'
import { createCode, describeDelivery, messageSteps, toContact } from '../messages.ts'
import { migrationSteps } from '../migration.ts'
import type { Pool, User } from '../model.ts'
import { check, defineOperation, type Flow, type Operation, type Step, write } from '../operation.ts'
import { checkLock, checkPolicy, isPassword, refusePassword, setPassword } from '../passwords.ts'
import { findUser } from '../store.ts'
import { trigger } from '../triggers.ts'
import { findTarget, getUser, hidesUsers, IS_UNKNOWN, save, takeCode } from '../users.ts'

const RESET_CODE_MINUTES = 60

/** Returns the contact for the code of a forgotten password: the first verified one in the order of the pool. */
function findRecoveryContact({ settings }: Pool, user: User): Contact | undefined {
  const { RecoveryMechanisms } = settings.AccountRecoverySetting
  const sorted = RecoveryMechanisms.toSorted((one, two) => one.Priority - two.Priority).map(({ Name }) => Name.replace('verified_', ''))
  // Without a setting, Cognito prefers the phone number.
  const names = sorted.length === 0 ? ['phone_number', 'email'] : sorted
  return names.filter(isContact).find((name) => isVerified(user, name))
}

function resetSteps<Input>(): readonly Step<Input>[] {
  return [
    write<Input>('a code to reset the password', (flow) => {
      getUser(flow).codes.reset = createCode(flow.world.now(), RESET_CODE_MINUTES)
      save(flow, getUser(flow))
    }),
    ...messageSteps<Input>('ForgotPassword', (flow) => {
      const user = getUser(flow)
      const contact = findRecoveryContact(flow.pool, user)
      const message = contact && toContact(user, contact, user.codes.reset?.value ?? '')
      if (message !== undefined) flow.answer = { CodeDeliveryDetails: describeDelivery(message, contact) }
      return message
    }),
  ]
}

const NO_CONTACT = 'Cannot reset password for the user as there is no registered/verified email or phone_number'

function checkRecoverable(flow: Flow<unknown>): void {
  const user = getUser(flow)
  if (!user.enabled) throw notAuthorized('User is disabled.')
  if (user.status === 'FORCE_CHANGE_PASSWORD' || user.status === 'EXTERNAL_PROVIDER')
    throw notAuthorized('User password cannot be reset in the current state.')
  if (findRecoveryContact(flow.pool, user) === undefined) throw invalidParameter(NO_CONTACT)
}

const forgotInput = z.object({ ClientId: z.string(), Username: userName, SecretHash: z.string().optional(), ClientMetadata: metadata })

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ForgotPassword.html */
export const ForgotPassword: Operation = defineOperation<z.infer<typeof forgotInput>>('none', forgotInput, [
  check('looks the user up', (flow) => {
    flow.user = findUser(flow.pool, flow.input.Username)
  }),
  ...migrationSteps<z.infer<typeof forgotInput>>('UserMigration_ForgotPassword', (flow) => ({ name: flow.input.Username }), IS_UNKNOWN),
  check('the user exists, unless the app client hides that', (flow) => {
    if (flow.user !== undefined) return undefined
    if (!hidesUsers(flow)) throw new CognitoError('UserNotFoundException', 'Username/client id combination not found.')
    // Cognito describes a delivery that never happens.
    flow.answer = { CodeDeliveryDetails: { Destination: 'f***@e***', DeliveryMedium: 'EMAIL', AttributeName: 'email' } }
    return 'end'
  }),
  check('the user has a verified contact', checkRecoverable),
  ...resetSteps<z.infer<typeof forgotInput>>(),
])

const confirmInput = forgotInput.extend({ ConfirmationCode: code, Password: password })

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ConfirmForgotPassword.html */
export const ConfirmForgotPassword: Operation = defineOperation('none', confirmInput, [
  check('the user exists, and the password meets the policy', (flow) => {
    flow.user = findUser(flow.pool, flow.input.Username)
    if (flow.user === undefined && hidesUsers(flow))
      throw new CognitoError('ExpiredCodeException', 'Invalid code provided, please request a code again.')
    getUser(flow)
    checkPolicy(flow.pool, flow.input.Password)
  }),
  write('the password, and the user CONFIRMED', (flow) => {
    const user = getUser(flow)
    takeCode(flow.world, user, 'reset', flow.input.ConfirmationCode)
    user.status = 'CONFIRMED'
    user.failures = 0
    user.lockedUntil = 0
    setPassword(flow.world, flow.pool, user, flow.input.Password)
  }),
  trigger({ source: 'PostConfirmation_ConfirmForgotPassword', passes: ['clientMetadata'] }),
])

const changeInput = z.object({ AccessToken: accessToken, PreviousPassword: password.optional(), ProposedPassword: password })

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ChangePassword.html */
export const ChangePassword: Operation = defineOperation('token', changeInput, [
  check('the old password is right, and the new one meets the policy', (flow) => {
    const user = getUser(flow)
    checkLock(flow.world, user)
    const { PreviousPassword, ProposedPassword } = flow.input
    if (user.password !== undefined && (PreviousPassword === undefined || !isPassword(flow.pool, user, PreviousPassword)))
      refusePassword(flow.world, user)
    checkPolicy(flow.pool, ProposedPassword)
  }),
  write('the password', (flow) => setPassword(flow.world, flow.pool, getUser(flow), flow.input.ProposedPassword)),
])

const setInput = adminTarget.extend({ Password: password, Permanent: z.boolean().default(false) })

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminSetUserPassword.html */
export const AdminSetUserPassword: Operation = defineOperation('IAM', setInput, [
  check('the user exists, and the password meets the policy', (flow) => {
    findTarget(flow)
    checkPolicy(flow.pool, flow.input.Password)
  }),
  write('the password, and the user CONFIRMED or FORCE_CHANGE_PASSWORD', (flow) => {
    const user = getUser(flow)
    const { Permanent, Password } = flow.input
    user.status = Permanent ? 'CONFIRMED' : 'FORCE_CHANGE_PASSWORD'
    setPassword(flow.world, flow.pool, user, Password, Permanent ? 'permanent' : 'temporary')
  }),
])

const resetInput = adminTarget.extend({ ClientMetadata: metadata })

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminResetUserPassword.html */
export const AdminResetUserPassword: Operation = defineOperation<z.infer<typeof resetInput>>('IAM', resetInput, [
  check('the user exists and has a verified contact', (flow) => {
    findTarget(flow)
    checkRecoverable(flow)
  }),
  write('the user, RESET_REQUIRED', (flow) => {
    getUser(flow).status = 'RESET_REQUIRED'
  }),
  ...resetSteps<z.infer<typeof resetInput>>(),
  check('answers nothing', (flow) => {
    flow.answer = {}
  }),
])
