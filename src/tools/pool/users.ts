import { CognitoError, codeMismatch, unknownUser } from './errors.ts'
import { MAX_TRIES } from './messages.ts'
import type { Code, Pool, User } from './model.ts'
import type { Condition, Flow, World } from './operation.ts'
import { findUser, saveUser } from './store.ts'

/** Returns the user of a flow. @throws CognitoError for an unknown user. */
export function getUser(flow: Pick<Flow, 'user'>): User {
  if (flow.user === undefined) throw unknownUser()
  return flow.user
}

/** Finds the user of an administrator's request. @throws CognitoError if the user does not exist. */
export function findTarget(flow: Flow<{ readonly Username: string }>): void {
  flow.user = findUser(flow.pool, flow.input.Username)
  getUser(flow)
}

/** Returns true if the app client hides which users exist. */
export function hidesUsers({ client }: Pick<Flow, 'client'>): boolean {
  return client?.settings.PreventUserExistenceErrors === 'ENABLED'
}

/** The conditions on the user that several operations share. */
export const IS_KNOWN: Condition<unknown> = { text: 'the user exists', holds: ({ user }) => user !== undefined }
export const IS_UNKNOWN: Condition<unknown> = { text: 'the user does not exist', holds: ({ user }) => user === undefined }
export const CALLS_TRIGGERS: Condition<unknown> = {
  text: 'the user exists, or the app client hides which users exist',
  holds: (flow) => flow.user !== undefined || hidesUsers(flow),
}

/** Saves the flow's user. */
export function save(flow: Pick<Flow, 'world' | 'pool'>, user: User): void {
  saveUser(flow.world.store, flow.pool, user, flow.world.now())
}

/**
 * Checks a code that a user typed, and removes it.
 *
 * @throws CognitoError if it is missing, expired, wrong, or was wrong too often.
 */
export function takeCode(world: World, user: User, purpose: string, typed: string): void {
  checkCode(world, user.codes[purpose], typed)
  delete user.codes[purpose]
}

/** Checks a code. Counts a wrong one. @throws CognitoError as {@link takeCode} does. */
export function checkCode(world: World, code: Code | undefined, typed: string): void {
  if (code === undefined || code.expiresAt <= world.now())
    throw new CognitoError('ExpiredCodeException', 'Invalid code provided, please request a code again.')
  if (code.tries >= MAX_TRIES) throw new CognitoError('LimitExceededException', 'Attempt limit exceeded, please try after some time.')
  if (code.value === typed) return
  code.tries += 1
  throw codeMismatch()
}

/** Describes a user as administrators get it. */
export function describeUser(pool: Pool, user: User): Record<string, unknown> {
  const { username, createdAt, updatedAt, enabled, status, mfa } = user
  return {
    Username: username,
    UserCreateDate: createdAt / 1000,
    UserLastModifiedDate: updatedAt / 1000,
    Enabled: enabled,
    UserStatus: status,
    ...(mfa.preferred !== undefined && { PreferredMfaSetting: mfa.preferred }),
    ...(mfa.methods.length > 0 && { UserMFASettingList: mfa.methods }),
    ...(pool.settings.MfaConfiguration !== 'OFF' &&
      mfa.methods.includes('SMS_MFA') && { MFAOptions: [{ DeliveryMedium: 'SMS', AttributeName: 'phone_number' }] }),
  }
}
