import { randomUUID } from 'node:crypto'
import { CONTACTS, normaliseAttributes, setVerified } from './attributes.ts'
import { CognitoError, invalidParameter } from './errors.ts'
import type { Pool, User, UserStatus } from './model.ts'
import type { Flow } from './operation.ts'
import { addUser, createUser, findAliasOwner, normalise, saveUser } from './store.ts'

const EMAIL_LIKE = /^[^@]+@[^@]+$/
const PHONE_LIKE = /^\+\d+$/

/** The name and attributes of a user who does not exist yet. */
export interface NewUser {
  readonly username: string
  readonly attributes: Record<string, string>
}

/** A new user, and what the pre sign-up function decided about it. */
export interface Draft {
  readonly newUser: NewUser
  readonly confirm: boolean
  readonly verify: readonly (typeof CONTACTS)[number][]
}

/**
 * Returns the stored name and the attributes of a new user. In a pool with username attributes, the typed name is an email address or a
 * phone number, and the stored name is a UUID.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html
 * @throws CognitoError if the pool does not accept the typed name.
 */
export function toNewUser(pool: Pool, typedName: string, given: Readonly<Record<string, string>>): NewUser {
  const { UsernameAttributes, AliasAttributes, UsernameConfiguration } = pool.settings
  const attributes = normaliseAttributes(pool, given)
  if (UsernameAttributes.length > 0) {
    const name = UsernameAttributes.find((each) => (each === 'email' ? EMAIL_LIKE : PHONE_LIKE).test(typedName))
    const kinds = UsernameAttributes.map((each) => (each === 'email' ? 'an email' : 'a phone number'))
    if (name === undefined)
      throw invalidParameter(`Username should be ${kinds.length === 2 ? 'either an email or a phone number' : kinds[0]}.`)
    return { username: randomUUID(), attributes: { ...attributes, [name]: normalise(pool, typedName) } }
  }
  if (AliasAttributes.includes('email') && EMAIL_LIKE.test(typedName))
    throw invalidParameter('Username cannot be of email format, since user pool is configured for email alias.')
  if (AliasAttributes.includes('phone_number') && PHONE_LIKE.test(typedName))
    throw invalidParameter('Username cannot be of phone number format, since user pool is configured for phone number alias.')
  return { username: UsernameConfiguration.CaseSensitive ? typedName : typedName.toLowerCase(), attributes }
}

/** @throws CognitoError if the name, or in a pool with username attributes the address or number, belongs to a user. */
export function checkNewName(pool: Pool, { username, attributes }: NewUser): void {
  if (pool.users.has(normalise(pool, username))) throw new CognitoError('UsernameExistsException', 'User already exists')
  for (const name of pool.settings.UsernameAttributes) {
    const value = attributes[name]
    if (value === undefined || findAliasOwner(pool, name, value) === undefined) continue
    throw new CognitoError(
      'UsernameExistsException',
      name === 'email' ? 'User already exists' : 'An account with the given phone_number already exists.',
    )
  }
  checkAlias(pool, username, 'preferred_username', attributes.preferred_username)
}

/**
 * Adds a new user to the pool, after its name was checked once more: another request may have taken it in the meantime.
 *
 * @param canMove False if the user must not take an alias from another user with a verified contact.
 * @throws CognitoError without adding the user, if the name or an alias belongs to another user.
 */
export function storeNewUser(
  flow: Pick<Flow, 'world' | 'pool'>,
  draft: Pick<Draft, 'newUser' | 'verify'>,
  status: UserStatus,
  canMove: boolean,
): User {
  const { world, pool } = flow
  const { username, attributes } = draft.newUser
  checkNewName(pool, draft.newUser)
  const verify = draft.verify.filter((name) => attributes[name])
  if (!canMove) for (const name of verify) checkAlias(pool, username, name, attributes[name])
  const user = createUser(username, attributes, status, world.now())
  // With a username attribute, the stored name is also the sub.
  const own = pool.settings.UsernameAttributes.length > 0 ? { ...user, sub: username } : user
  // A contact signs in once it is verified, which is the next step.
  for (const name of verify) setVerified(own, name, false)
  addUser(world.store, pool, own, world.now())
  for (const name of verify) verifyContact(flow, own, name, canMove)
  return own
}

/** Returns the contacts that a caller sets together with the claim that they are verified. */
export function listVerified(attributes: Readonly<Record<string, string>>): Draft['verify'] {
  return CONTACTS.filter((name) => attributes[`${name}_verified`]?.toLowerCase() === 'true')
}

/** @throws CognitoError if an attribute that signs in without being verified belongs to another user. */
export function checkAliases(pool: Pool, username: string, attributes: Readonly<Record<string, string>>): void {
  for (const name of [...pool.settings.UsernameAttributes, 'preferred_username']) checkAlias(pool, username, name, attributes[name])
}

function checkAlias(pool: Pool, username: string, name: string, value: string | undefined): void {
  const owner = value ? findAliasOwner(pool, name, value) : undefined
  if (owner !== undefined && owner.username !== username)
    throw new CognitoError('AliasExistsException', `An account with the given ${name} already exists.`)
}

/**
 * Marks a contact as verified. In a pool with aliases, an alias of another user moves to this one, and the other loses its verification.
 * In a pool with username attributes, no address moves, because it is the name of its user.
 *
 * @throws CognitoError if the alias belongs to another user and must not move.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-sign-up.html
 */
export function verifyContact(
  { world, pool }: Pick<Flow, 'world' | 'pool'>,
  user: User,
  contact: (typeof CONTACTS)[number],
  canMove: boolean,
): void {
  const value = user.attributes[contact]
  if (value === undefined) return
  const owner = findAliasOwner(pool, contact, value)
  if (owner !== undefined && owner.username !== user.username) {
    if (!canMove || pool.settings.UsernameAttributes.includes(contact)) checkAlias(pool, user.username, contact, value)
    setVerified(owner, contact, false)
    saveUser(world.store, pool, owner, world.now())
  }
  setVerified(user, contact, true)
  saveUser(world.store, pool, user, world.now())
}

/** Returns the attribute that a new user must verify: a phone number before an email address. */
export function findContactToVerify(pool: Pool, user: User): (typeof CONTACTS)[number] | undefined {
  const { AutoVerifiedAttributes } = pool.settings
  return CONTACTS.toReversed().find((name) => AutoVerifiedAttributes.includes(name) && user.attributes[name] !== undefined)
}
