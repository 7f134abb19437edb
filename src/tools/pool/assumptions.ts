/**
 * The assumptions of the pool about behaviour that AWS does not document. Each has the default reading and the other one.
 * A step that rests on an assumption names it in the journal.
 */
export const ASSUMPTIONS = {
  'custom-auth-runs-post-authentication': {
    default: true,
    text: 'CUSTOM_AUTH without SRP calls PostAuthentication before the tokens',
  },
  'custom-auth-runs-pre-authentication': {
    default: false,
    text: 'CUSTOM_AUTH without SRP calls PreAuthentication first',
  },
  'user-auth-runs-pre-authentication': {
    default: true,
    text: 'USER_AUTH calls PreAuthentication once, in InitiateAuth',
  },
  'user-auth-runs-post-authentication': {
    default: true,
    text: 'USER_AUTH calls PostAuthentication before the tokens',
  },
  'new-password-runs-post-authentication': {
    default: true,
    text: 'NEW_PASSWORD_REQUIRED calls PostAuthentication before the tokens',
  },
  'managed-login-runs-post-authentication': {
    default: true,
    text: 'Managed login calls PostAuthentication before the tokens, also for a native user',
  },
  'one-time-code-runs-post-confirmation': {
    default: false,
    text: 'A sign-in with a one-time code that confirms the user calls PostConfirmation',
  },
  'admin-confirm-verifies-email': {
    default: false,
    text: 'AdminConfirmSignUp marks the email address as verified',
  },
  'custom-message-runs-before-sender': {
    default: true,
    text: 'CustomMessage is called before a custom sender that sends the message',
  },
} as const

/** The name of an assumption. */
export type AssumptionName = keyof typeof ASSUMPTIONS

/** Returns the reading of an assumption. */
export type Assume = (name: AssumptionName) => boolean

export const ASSUMPTION_NAMES: readonly AssumptionName[] = Object.keys(ASSUMPTIONS).filter(isAssumption)

export function isAssumption(name: string): name is AssumptionName {
  return Object.hasOwn(ASSUMPTIONS, name)
}

/** Creates the readings: the defaults, and the other reading of each name in `turned`. */
export function createAssume(turned: readonly AssumptionName[] = []): Assume {
  return (name) => ASSUMPTIONS[name].default !== turned.includes(name)
}
