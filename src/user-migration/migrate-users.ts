import type { AttributeMap } from '../shared/cognito/event.ts'
import { assertDirectory, type Directory, type DirectoryUser } from '../shared/directory/directory.ts'
import { assertOptions, assertTexts, describeValue } from '../shared/rules/arguments.ts'
import { isObject, type MaybePromise } from '../shared/rules/invocation.ts'
import { type Answer, respond, type Skip, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule, type RuleNode } from '../shared/rules/rule.ts'
import type { RuleContext } from '../shared/rules/trigger.ts'
import { isReservedAttribute, type Migrated, type MigratedStatus, type WelcomeMedium } from './migrated.ts'
import type { UserMigration } from './trigger.ts'

/** The options of {@link migrateUsers}. */
export interface MigrateUsersOptions {
  /**
   * The names of the attributes to copy, or a function that makes the new attributes from the directory's. The default copies the standard
   * attributes of a user pool, and all that start with `custom:`. The user pool must have the attributes, or the migration fails.
   */
  readonly attributes?: readonly string[] | ((attributes: AttributeMap) => Readonly<Record<string, string | undefined>>)
  /** The status of a user with the right password. The default is `CONFIRMED`: the user signs in at once. */
  readonly status?: MigratedStatus
  /** The medium of a welcome message. The default is `none`. */
  readonly welcome?: WelcomeMedium
  /** Set if another user has the address or number as alias. The default is `refuse`. */
  readonly alias?: 'refuse' | 'move'
  /**
   * Returns false for a password that the new policy forbids. The user must then choose another one. Cognito does not check the passwords of
   * migrated users. Example: {@link passwordPolicy}.
   */
  readonly requirePolicy?: (password: string) => MaybePromise<boolean>
}

/** The node of a {@link migrateUsers} rule in a composition. */
export interface MigrateUsersNode extends RuleNode {
  /** The cost of the directory's password hashes. */
  readonly hash?: string
}

/** The attributes of every user pool, except `sub`. */
const STANDARD: readonly string[] = [
  ...['address', 'birthdate', 'email', 'family_name', 'gender', 'given_name', 'locale', 'middle_name', 'name', 'nickname'],
  ...['phone_number', 'picture', 'preferred_username', 'profile', 'updated_at', 'website', 'zoneinfo'],
]

/** The attributes that Cognito can verify, with the attributes that record it. */
const VERIFIED = [
  ['email', 'email_verified'],
  ['phone_number', 'phone_number_verified'],
] as const

/**
 * Makes a rule that moves a user from a legacy directory into the user pool, at the first sign-in or after "forgot password".
 *
 * An unknown user and a wrong password leave the event as it is, so that Cognito refuses both in the same way. A message would reveal
 * which of them it was. After "forgot password" the rule migrates only a user with a verified address or number, because Cognito
 * can send a code only there.
 *
 * @throws TypeError if the directory or an option is invalid. The rule has an error if the directory does not answer.
 * @example
 * userMigration(migrateUsers(directory, { attributes: ['email', 'name'], requirePolicy: passwordPolicy({ minLength: 12 }) }))
 */
export function migrateUsers(directory: Directory, options: MigrateUsersOptions = {}): Rule<UserMigration> & MigrateUsersNode {
  assertDirectory('migrateUsers()', directory)
  assertMigrateOptions(options)
  const { attributes, status = 'CONFIRMED', welcome = 'none', alias = 'refuse', requirePolicy } = options

  const answer = (found: DirectoryUser, chosen: MigratedStatus): Answer<Migrated> => {
    const user: Migrated = { attributes: toAttributes(found, attributes), status: chosen, welcome, alias }
    return respond<Migrated>(user, chosen === 'CONFIRMED' ? 'migrated' : 'migrated-to-reset')
  }
  const signIn = async (userName: string, password: string, signal: AbortSignal): Promise<Answer<Migrated> | Skip> => {
    const found = await directory.checkPassword({ userName, password }, signal)
    if (found === 'unknown-user' || found === 'wrong-password') return skip(found)
    assertUser('checkPassword', found)
    const fits = found.mustReset !== true && (requirePolicy === undefined || (await requirePolicy(password)) === true)
    return answer(found, fits ? status : 'RESET_REQUIRED')
  }
  const lookUp = async (userName: string, signal: AbortSignal): Promise<Answer<Migrated> | Skip> => {
    const found = await directory.findUser(userName, signal)
    if (found === undefined) return skip('unknown-user')
    assertUser('findUser', found)
    // The user has proven nothing yet, so only a code to a verified address may set a password.
    const answered = answer(found, 'RESET_REQUIRED')
    return VERIFIED.some(([, flag]) => answered.answer.attributes[flag] === 'true') ? answered : skip('no-verified-contact')
  }

  const rule = defineRule<UserMigration>(
    'migrate-users',
    async (ctx) => {
      const { userName } = ctx.user
      if (userName === '') return skip('no-user-name')
      if (ctx.event.triggerSource === 'UserMigration_ForgotPassword') return lookUp(userName, ctx.signal)
      // An unknown source is treated like a sign-in: it migrates no user without a password.
      const password = readPassword(ctx)
      return password === undefined ? skip('no-password') : signIn(userName, password, ctx.signal)
    },
    {
      can: ['answer'],
      reasons: ['migrated', 'migrated-to-reset', 'no-password', 'no-user-name', 'no-verified-contact', 'unknown-user', 'wrong-password'],
      ...(directory.permissions && { permissions: directory.permissions }),
    },
  )
  return directory.hash === undefined ? rule : { ...rule, hash: directory.hash }
}

function readPassword({ event }: RuleContext<UserMigration>): string | undefined {
  const { password }: { readonly password?: unknown } = event.request ?? {}
  return typeof password === 'string' && password !== '' ? password : undefined
}

function assertMigrateOptions(options: MigrateUsersOptions): void {
  assertOptions('migrateUsers()', options, ['attributes', 'status', 'welcome', 'alias', 'requirePolicy'])
  const { attributes, requirePolicy } = options
  if (attributes !== undefined && typeof attributes !== 'function') {
    if (!Array.isArray(attributes))
      throw new TypeError("migrateUsers(): attributes must be a list of names, such as ['email'], or a function")
    assertTexts('migrateUsers()', attributes)
    const reserved = attributes.find(isReservedAttribute)
    if (reserved !== undefined) throw new TypeError(`migrateUsers(): Cognito sets the attribute '${reserved}' itself`)
  }
  if (requirePolicy !== undefined && typeof requirePolicy !== 'function')
    throw new TypeError(`migrateUsers(): requirePolicy is ${describeValue(requirePolicy)}; expected a function`)
  for (const [name, words] of Object.entries(WORDS)) {
    const value: unknown = Reflect.get(options, name)
    if (value !== undefined && !words.includes(value))
      throw new TypeError(`migrateUsers(): ${name} is invalid; expected ${words.map((word) => `'${word}'`).join(', ')}`)
  }
}

const WORDS: Readonly<Record<string, readonly unknown[]>> = {
  status: ['CONFIRMED', 'RESET_REQUIRED'],
  welcome: ['none', 'EMAIL', 'SMS'],
  alias: ['refuse', 'move'],
}

/** @throws TypeError without the returned value, because it may hold personal data. */
function assertUser(method: string, found: unknown): asserts found is DirectoryUser {
  if (!isObject(found) || !isObject(found.attributes))
    throw new TypeError(`${method}() returned ${describeValue(found)}; expected an object with attributes`)
}

/** Returns the attributes of the new user. An address or number counts as verified only if the directory says so of the same value. */
function toAttributes(found: DirectoryUser, choose: MigrateUsersOptions['attributes']): AttributeMap {
  const known = readTexts(found.attributes)
  const chosen = typeof choose === 'function' ? readTexts(choose(known)) : pick(known, choose)
  const kept = Object.entries(chosen).filter(([name]) => !isReservedAttribute(name) && !VERIFIED.some(([, flag]) => flag === name))
  const verified = VERIFIED.flatMap(([name, flag]): readonly (readonly [string, string])[] => {
    const value = chosen[name]
    const isVerified = value !== undefined && (chosen[flag] === 'true' || (known[name] === value && known[flag] === 'true'))
    return isVerified ? [[flag, 'true']] : []
  })
  return Object.fromEntries([...kept, ...verified])
}

function pick(attributes: AttributeMap, names: readonly string[] | undefined): AttributeMap {
  const isPicked = (name: string): boolean => names?.includes(name) ?? (STANDARD.includes(name) || name.startsWith('custom:'))
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => isPicked(name)))
}

/** Returns the values as strings. Leaves out empty values and values of other types. */
function readTexts(attributes: Readonly<Record<string, unknown>>): AttributeMap {
  const texts = Object.entries(attributes).flatMap(([name, value]): readonly (readonly [string, string])[] => {
    const isRead = (typeof value === 'string' && value !== '') || typeof value === 'boolean' || typeof value === 'number'
    return isRead ? [[name, String(value)]] : []
  })
  return Object.fromEntries(texts)
}
