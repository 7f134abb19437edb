import { draw, drawUuid, pick } from './random.ts'

/** The user pool of the harness. */
export const POOL = 'us-east-1_Chaos0001'

/** A simulated user. */
export interface User {
  readonly index: number
  /**
   * A `stranger` has an address that is not allowed, and a `blocked` user is in the block list: neither may get in. A `veteran` existed
   * before the deployment and only signs in. An `uninvited` user has an allowed address, but a code without an invitation.
   */
  readonly kind: 'member' | 'stranger' | 'blocked' | 'veteran' | 'uninvited'
  readonly sub: string
  readonly email: string
  /** The code with which the user signs up. Users with the same code compete for its invitation. */
  readonly code: string
}

const STRANGERS = 0.1
const BLOCKED = 0.05
const VETERANS = 0.05
const UNINVITED = 0.05

// The number of users who share a code. It exceeds INVITE_USES, so that they compete for the invitation.
const USERS_PER_CODE = 10
/** The number of users whom each invitation admits. */
export const INVITE_USES = 7

// Domains that look like allowed ones but are not.
const STRANGE_DOMAINS = [
  'example.net',
  'example.com.evil.test',
  'notexample.com',
  'exаmple.com',
  'example.org',
  'mail@example.net',
] as const

/** The domains that the pre sign-up function allows. */
export const ALLOWED_DOMAINS = 'example.com,*.example.org'

/** Creates users. The same seed gives the same users. */
export function makeUsers(seed: number, count: number): readonly User[] {
  return Array.from({ length: count }, (_, index): User => {
    const drawn = draw(seed, 'kind', index)
    const kind = chooseKind(drawn)
    const domain =
      kind === 'stranger'
        ? pick(STRANGE_DOMAINS, draw(seed, 'domain', index))
        : pick(['example.com', 'staff.example.org'], draw(seed, 'domain', index))
    const code = kind === 'uninvited' ? `unknown-${index}` : `invited-${Math.floor(index / USERS_PER_CODE)}`
    return { index, kind, sub: drawUuid(seed, 'sub', index), email: `user-${index}@${domain}`, code }
  })
}

function chooseKind(drawn: number): User['kind'] {
  if (drawn < STRANGERS) return 'stranger'
  if (drawn < STRANGERS + BLOCKED) return 'blocked'
  if (drawn < STRANGERS + BLOCKED + VETERANS) return 'veteran'
  return drawn < STRANGERS + BLOCKED + VETERANS + UNINVITED ? 'uninvited' : 'member'
}

/** Returns the codes of the invitations of these users. */
export function listCodes(users: readonly User[]): readonly string[] {
  return [...new Set(users.flatMap(({ kind, code }) => (kind === 'uninvited' ? [] : [code])))]
}

/** Returns the user name of a user. */
export function toUserName({ index }: User): string {
  return `user-${index}`
}

const envelope = {
  version: '1',
  region: 'us-east-1',
  userPoolId: POOL,
  callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: '5vq2k8h1nd7rj3m0t6b9xw4cpe' },
}

/** Returns the pre sign-up event of a user. The address is not verified yet, and the user has no `sub`. */
export function signUpEvent(user: User): object {
  return {
    ...envelope,
    userName: toUserName(user),
    triggerSource: 'PreSignUp_SignUp',
    request: {
      userAttributes: { name: `User ${user.index}`, email: user.email },
      validationData: null,
      clientMetadata: { invitation: user.code },
    },
    response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
  }
}

/** Returns the post confirmation event of a user who entered the code. */
export function confirmationEvent(user: User): object {
  return { ...toKnownUser(user), triggerSource: 'PostConfirmation_ConfirmSignUp', request: { userAttributes: toAttributes(user) } }
}

/** Returns the pre authentication event of a user. The password is not checked yet. */
export function signInEvent(user: User): object {
  return {
    ...toKnownUser(user),
    triggerSource: 'PreAuthentication_Authentication',
    request: { userAttributes: toAttributes(user), validationData: null },
  }
}

/** Returns the post authentication event of a user. */
export function signedInEvent(user: User): object {
  return {
    ...toKnownUser(user),
    triggerSource: 'PostAuthentication_Authentication',
    request: { userAttributes: toAttributes(user), newDeviceUsed: false },
  }
}

function toKnownUser(user: User): object {
  return { ...envelope, userName: toUserName(user), response: {} }
}

function toAttributes({ sub, index, email }: User): Readonly<Record<string, string>> {
  return { sub, 'cognito:user_status': 'CONFIRMED', email_verified: 'true', name: `User ${index}`, email }
}
