import { createHash } from 'node:crypto'
import type { AttributeMap } from '../shared/cognito/event.ts'
import type { EventOptions } from './event-options.ts'

/** The user pool of the events and of the blocks in memory, unless a test sets another. */
export const USER_POOL_ID = 'eu-west-1_Example01'
export const REGION = 'eu-west-1'
/** The app client of the events, unless a test sets another. */
export const CLIENT_ID = '1example23456789'

const USER_NAME = 'mary'
/** The id of a user at an identity provider. Cognito makes the user name from the provider's name and this id. */
export const PROVIDER_USER_ID = '109500000000000000000'
const PROVIDER_TYPES = ['Facebook', 'Google', 'SignInWithApple', 'LoginWithAmazon']

/** The properties of a user that depend on the moment of the event. */
export interface UserState {
  /** `cognito:user_status`. Undefined before the user exists. */
  readonly status: string | undefined
  /** The default of `email_verified`. Undefined to leave it out. */
  readonly verified: boolean | undefined
}

/** Returns the user name of an event. The name of a federated user begins with the name of the provider. */
export function toUserName({ userName, provider }: EventOptions): string {
  return userName ?? (provider === undefined ? USER_NAME : `${provider}_${PROVIDER_USER_ID}`)
}

/** Returns the email address of an event, or null. */
export function toEmail({ email, userName = USER_NAME }: EventOptions): string | null {
  return email === undefined ? `${userName.replaceAll(/[^\w.+-]/g, '-')}@example.com` : email
}

/** Returns the type of an identity provider. A provider with a name of its own counts as OpenID Connect. */
export function toProviderType(provider: string): string {
  return PROVIDER_TYPES.includes(provider) ? provider : 'OIDC'
}

/** Returns the attributes of an event's user, as Cognito sends them at this moment. */
export function toAttributes(options: EventOptions, { status, verified: byDefault }: UserState): AttributeMap {
  const { name, phone, provider, attributes } = options
  const verified = options.verified ?? byDefault
  const email = toEmail(options)
  const userName = toUserName(options)
  return {
    ...(status !== undefined && { sub: toSub(userName), 'cognito:user_status': status }),
    ...(status !== undefined && provider !== undefined && { identities: toIdentities(provider, userName) }),
    ...(email !== null && { email }),
    ...(email !== null && verified !== undefined && { email_verified: String(verified) }),
    ...(phone !== undefined && { phone_number: phone }),
    ...(phone !== undefined && verified !== undefined && { phone_number_verified: String(verified) }),
    ...(name !== undefined && { name }),
    ...attributes,
  }
}

/** Returns the attribute `identities`, which Cognito sends as a JSON string. */
function toIdentities(providerName: string, userName: string): string {
  const userId = userName.replace(`${providerName}_`, '')
  const providerType = toProviderType(providerName)
  return JSON.stringify([{ userId, providerName, providerType, issuer: null, primary: true, dateCreated: 1_777_636_800_000 }])
}

/** Returns the same UUID for the same user name, so that the events of one user have one `sub`. */
function toSub(userName: string): string {
  const hash = createHash('sha256').update(userName).digest('hex')
  return [hash.slice(0, 8), hash.slice(8, 12), `4${hash.slice(13, 16)}`, `8${hash.slice(17, 20)}`, hash.slice(20, 32)].join('-')
}
