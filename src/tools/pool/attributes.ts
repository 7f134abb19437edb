import { invalidParameter, notAuthorized } from './errors.ts'
import type { AppClient, Pool, User } from './model.ts'
import { STANDARD_ATTRIBUTES } from './settings/pool-settings.ts'

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/
const PHONE = /^\+[1-9]\d{1,14}$/
const VERIFIED = { email: 'email_verified', phone_number: 'phone_number_verified' } as const

/** The attributes to which Cognito can send a code. */
export const CONTACTS = ['email', 'phone_number'] as const
export type Contact = (typeof CONTACTS)[number]

export function isContact(name: string): name is Contact {
  return name === 'email' || name === 'phone_number'
}

export function isVerified(user: User, contact: Contact): boolean {
  return user.attributes[contact] !== undefined && user.attributes[VERIFIED[contact]] === 'true'
}

export function setVerified(user: User, contact: Contact, verified: boolean): void {
  user.attributes[VERIFIED[contact]] = String(verified)
}

/**
 * Checks attributes that a caller sets, against the schema of the pool.
 *
 * @param client The app client of the caller. Undefined for an administrator, who may write everything.
 * @throws CognitoError that names the first attribute that cannot be written.
 */
export function checkAttributes(
  pool: Pool,
  attributes: Readonly<Record<string, string>>,
  client: AppClient | undefined,
  isNew = false,
): void {
  const { Schema } = pool.settings
  const writable = client?.settings.WriteAttributes ?? []
  for (const [name, value] of Object.entries(attributes)) {
    const bare = name.replace(/^(?:custom|dev):/, '')
    const declared = Schema.find((each) => each.Name === bare || each.Name === name)
    const isKnown = name === bare ? STANDARD_ATTRIBUTES.has(name) : declared !== undefined
    if (!isKnown) throw invalidParameter(`Attributes did not conform to the schema: ${name}: Attribute does not exist in the schema.`)
    if (name === 'sub' || name === 'identities') throw invalidParameter(`Cannot modify the non-mutable attribute ${name}`)
    if (!isNew && declared?.Mutable === false) throw invalidParameter(`user.${name}: Attribute cannot be updated.`)
    const isProtected = Object.values(VERIFIED).some((each) => each === name) || name.startsWith('dev:')
    const isAllowed = writable.length === 0 || writable.includes(name) || declared?.Required === true
    if (client !== undefined && (isProtected || !isAllowed)) throw notAuthorized('A client attempted to write unauthorized attribute')
    if (name === 'email' && value !== '' && !EMAIL.test(value)) throw invalidParameter('Invalid email address format.')
    if (name === 'phone_number' && value !== '' && !PHONE.test(value)) throw invalidParameter('Invalid phone number format.')
  }
  if (!isNew) return
  const missing = Schema.find(({ Name, Required }) => Required && Name !== 'sub' && !attributes[Name])
  if (missing !== undefined) throw invalidParameter(`Attributes did not conform to the schema: ${missing.Name}: The attribute is required`)
}

/** Lowercases an email address in a pool that does not distinguish case. */
export function normaliseAttributes(pool: Pool, attributes: Readonly<Record<string, string>>): Record<string, string> {
  const { email } = attributes
  const isInsensitive = !pool.settings.UsernameConfiguration.CaseSensitive
  return { ...attributes, ...(email !== undefined && isInsensitive && { email: email.toLowerCase() }) }
}

/** Returns the attributes that an app client may read. */
export function readableAttributes(user: User, client: AppClient | undefined): Record<string, string> {
  const readable = client?.settings.ReadAttributes ?? []
  const all = { sub: user.sub, ...user.attributes, ...(user.identities.length > 0 && { identities: JSON.stringify(user.identities) }) }
  if (readable.length === 0) return all
  return Object.fromEntries(Object.entries(all).filter(([name]) => name === 'sub' || readable.includes(name)))
}
