import { sampleEvents } from '../sample-events.ts'
import { oracleBlocks, own, type SeededBlock } from './fuzz-oracle.ts'

/** An answer of a handler, and the event that it answers. */
interface Answered {
  readonly event: unknown
  readonly response: unknown
  readonly blocks: readonly SeededBlock[]
}

/** Returns the problem of an answer that the oracle forbids, or undefined. By function name; functions without an entry only decide. */
export const ANSWER_ORACLES: Readonly<Record<string, (answered: Answered) => string | undefined>> = {
  preTokenGeneration: ({ event, blocks }) =>
    own(event, 'triggerSource') !== 'TokenGeneration_ClientCredentials' && oracleBlocks(event, blocks)
      ? 'the handler let a blocked user get tokens'
      : undefined,
  defineAuthChallenge: ({ event, response, blocks }) => {
    if (own(response, 'issueTokens') !== true) return undefined
    if (own(response, 'failAuthentication') === true) return 'the answer has both tokens and a failure'
    if (oracleBlocks(event, blocks)) return 'the handler issued tokens to a blocked user'
    return isComplete(own(event, 'request')) ? undefined : 'the handler issued tokens without the declared steps'
  },
  verifyAuthChallengeResponse: ({ event, response }) => {
    const request = own(event, 'request')
    if (own(response, 'answerCorrect') !== true) return undefined
    return own(request, 'userNotFound') === true || !isText(own(request, 'challengeAnswer')) ? 'the handler accepted no answer' : undefined
  },
  userMigration: ({ event, response }) => {
    if (own(response, 'userAttributes') == null) return undefined
    const known = migrated.filter(({ userName }) => same(userName, own(event, 'userName')))
    if (known.length === 0) return 'the handler migrated an unknown user'
    if (own(event, 'triggerSource') === 'UserMigration_ForgotPassword')
      return own(response, 'finalUserStatus') === 'RESET_REQUIRED' ? undefined : 'the handler migrated a user without a password'
    const given = own(own(event, 'request'), 'password')
    return known.some(({ password }) => password === given) ? undefined : 'the handler migrated a user without the right password'
  },
  inboundFederation: ({ event, response }) => {
    const map = own(response, 'userAttributesToMap')
    if (typeof map !== 'object' || map === null || Object.keys(map).length === 0) return undefined
    const sent = readClaims(own(own(own(event, 'request'), 'attributes'), 'idToken'))
    const sub = own(sent, 'sub')
    return isText(sub) && own(map, 'sub') !== sub ? 'the handler lost the sub of the identity provider' : undefined
  },
}

// The settings of events/custom-challenge: a password, then a code by email with three answers.
const DECLARED = /^(?:SRP_A\+ PASSWORD_VERIFIER\+ (?:DEVICE_SRP_AUTH\+ DEVICE_PASSWORD_VERIFIER\+ )?|ADMIN_NO_SRP_AUTH\+ )/
const REST =
  /^(?:(?:SMS_MFA|EMAIL_OTP|SOFTWARE_TOKEN_MFA|DEVICE_SRP_AUTH|DEVICE_PASSWORD_VERIFIER|NEW_PASSWORD_REQUIRED)\+ )*(?:CUSTOM_CHALLENGE- ){0,2}CUSTOM_CHALLENGE\+ $/

/** Returns true if the session is the declared sequence, as a text such as `SRP_A+ PASSWORD_VERIFIER+ CUSTOM_CHALLENGE+ `. */
function isComplete(request: unknown): boolean {
  const session = own(request, 'session')
  if (!Array.isArray(session) || own(request, 'userNotFound') === true) return false
  const text = session.map((each) => `${own(each, 'challengeName')}${own(each, 'challengeResult') === true ? '+' : '-'} `).join('')
  const [start] = DECLARED.exec(text) ?? []
  return start !== undefined && REST.test(text.slice(start.length))
}

/** The users whom the sample events migrate, with their passwords. Without a password, the user has forgotten it. */
const migrated = sampleEvents().flatMap(({ folder, event, expected }) => {
  const moved = expected.outcome === 'proceed' && own(expected.response, 'userAttributes')
  const password = own(event.request, 'password')
  return folder === 'user-migration' && moved ? [{ userName: event.userName, password }] : []
})

function same(one: string, two: unknown): boolean {
  return typeof two === 'string' && one.toLowerCase() === two.toLowerCase()
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function readClaims(value: unknown): unknown {
  try {
    return typeof value === 'string' ? JSON.parse(value) : value
  } catch {
    return undefined
  }
}
