import { CognitoError, notAuthorized, wrongPassword } from './errors.ts'
import type { Pool, User } from './model.ts'
import type { World } from './operation.ts'
import { hashPassword } from './srp.ts'
import { createId, saveUser } from './store.ts'

const SYMBOLS = /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+\- ]/
// Cognito locks a user for one second after the fifth wrong password, and doubles the time up to about 15 minutes.
const FREE_FAILURES = 5
const LONGEST_LOCK_MS = 15 * 60_000

/**
 * Checks a new password against the policy of the pool.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html
 * @throws CognitoError with the first problem.
 */
export function checkPolicy({ settings }: Pool, password: string): void {
  const { MinimumLength, RequireLowercase, RequireNumbers, RequireSymbols, RequireUppercase } = settings.Policies.PasswordPolicy
  const problem =
    password.length < MinimumLength
      ? 'Password not long enough'
      : RequireUppercase && !/\p{Lu}/u.test(password)
        ? 'Password must have uppercase characters'
        : RequireLowercase && !/\p{Ll}/u.test(password)
          ? 'Password must have lowercase characters'
          : RequireNumbers && !/\d/.test(password)
            ? 'Password must have numeric characters'
            : RequireSymbols && !SYMBOLS.test(password)
              ? 'Password must have symbol characters'
              : undefined
  if (problem !== undefined) throw new CognitoError('InvalidPasswordException', `Password did not conform with policy: ${problem}`)
}

/** Creates a password for a user that an administrator creates without one. */
export function createTemporaryPassword({ settings }: Pool): string {
  return `${createId(Math.max(settings.Policies.PasswordPolicy.MinimumLength, 8) - 4)}aA1!`
}

/** Sets a password. A temporary one ends after the days of the policy. */
export function setPassword(world: World, pool: Pool, user: User, password: string, kind: 'permanent' | 'temporary' = 'permanent'): void {
  const days = pool.settings.Policies.PasswordPolicy.TemporaryPasswordValidityDays || 7
  user.password = hashPassword(pool.id, user.username, password)
  user.passwordExpiresAt = kind === 'temporary' ? world.now() + days * 86_400_000 : undefined
  saveUser(world.store, pool, user, world.now())
}

export function isPassword(pool: Pool, { username, password }: User, typed: string): boolean {
  return password !== undefined && hashPassword(pool.id, username, typed, password.salt).x === password.x
}

/** @throws CognitoError after too many wrong passwords, until the lock ends. */
export function checkLock(world: World, user: User): void {
  if (user.lockedUntil > world.now()) throw notAuthorized('Password attempts exceeded')
}

/** Counts a wrong password, and throws the error for it. */
export function refusePassword(world: World, user: User): never {
  user.failures += 1
  const over = user.failures - FREE_FAILURES
  if (over >= 0) user.lockedUntil = world.now() + Math.min(1000 * 2 ** over, LONGEST_LOCK_MS)
  throw wrongPassword()
}
