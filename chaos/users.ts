import { draw, drawUuid, pick } from './random.ts'

/** The user pool of the harness. */
export const POOL = 'us-east-1_Chaos0001'

/** A simulated user. */
export interface User {
  readonly index: number
  /**
   * A `stranger` has an address that is not allowed, and a `blocked` user is in the block list: neither may get in. A `veteran` existed
   * before the deployment and only signs in.
   */
  readonly kind: 'member' | 'stranger' | 'blocked' | 'veteran'
  readonly sub: string
  readonly email: string
}

const STRANGERS = 0.1
const BLOCKED = 0.05
const VETERANS = 0.05

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
    return { index, kind, sub: drawUuid(seed, 'sub', index), email: `user-${index}@${domain}` }
  })
}

function chooseKind(drawn: number): User['kind'] {
  if (drawn < STRANGERS) return 'stranger'
  if (drawn < STRANGERS + BLOCKED) return 'blocked'
  return drawn < STRANGERS + BLOCKED + VETERANS ? 'veteran' : 'member'
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
    request: { userAttributes: { name: `User ${user.index}`, email: user.email }, validationData: null },
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
