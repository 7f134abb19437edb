import type { TriggerName } from '../../shared/cognito/triggers.ts'
import { LIMITS } from '../../shared/messages/check-message.ts'
import { isObject } from '../../shared/rules/invocation.ts'

/** A response that Cognito rejects or ignores. */
export interface AnswerFault {
  readonly problem: string
  /** A name of replay's own and the effect, if Cognito reports no documented error. By default `InvalidLambdaResponseException`. */
  readonly effect?: { readonly name: string; readonly text: string }
}

type Fields = Readonly<Record<string, unknown>>
type Check = (response: Fields, event: Fields) => AnswerFault | undefined

const UNDOCUMENTED = 'AWS does not document the result'
const SIGN_UP_FAILS = { name: 'SignUpFails', text: 'The sign-up fails; AWS does not document the error' }
const MESSAGE_IGNORED = { name: 'MessageIgnored', text: 'Cognito sends its own message, or fails; AWS does not document when' }
const GROUPS_REMOVED = { name: 'GroupsRemoved', text: 'To keep the groups, leave the field out' }

const MESSAGE_LIMITS = { emailMessage: LIMITS.html, emailSubject: LIMITS.subject, smsMessage: LIMITS.sms } as const
const BODIES = ['emailMessage', 'smsMessage'] as const

/**
 * The checks of each trigger's response beyond the types of its fields. A fault is a response that Cognito rejects, ignores, or reads
 * as something else than it says.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
 */
export const ANSWER_CHECKS: Readonly<Partial<Record<TriggerName, Check>>> = {
  PreSignUp: checkVerifiedAttributes,
  CustomMessage: checkMessage,
  UserMigration: checkMigratedUser,
  InboundFederation: checkMappedAttributes,
  DefineAuthChallenge: checkNextStep,
  CreateAuthChallenge: ({ publicChallengeParameters, privateChallengeParameters }) =>
    findNoText({ publicChallengeParameters, privateChallengeParameters }),
  VerifyAuthChallengeResponse: ({ answerCorrect }) =>
    answerCorrect == null ? { problem: `'response.answerCorrect' is not set; ${UNDOCUMENTED}` } : undefined,
  PreTokenGeneration: checkTokens,
}

/**
 * Checks that the user has the email or phone number that the response verifies. Skips the check if an administrator creates the user,
 * because Cognito then ignores `autoVerifyEmail` and `autoVerifyPhone`.
 */
function checkVerifiedAttributes(response: Fields, event: Fields): AnswerFault | undefined {
  if (event.triggerSource === 'PreSignUp_AdminCreateUser') return undefined
  const attributes = toFields(toFields(event.request).userAttributes)
  for (const [flag, attribute] of [
    ['autoVerifyEmail', 'email'],
    ['autoVerifyPhone', 'phone_number'],
  ] as const) {
    if (response[flag] !== true || attributes[attribute]) continue
    return { problem: `'response.${flag}' is true, but the user has no '${attribute}'`, effect: SIGN_UP_FAILS }
  }
  return undefined
}

/** Checks that a message has its placeholders and is not too long. Otherwise Cognito sends its own message, or none. */
function checkMessage(response: Fields, event: Fields): AnswerFault | undefined {
  const { codeParameter, usernameParameter } = toFields(event.request)
  for (const [field, limit] of Object.entries(MESSAGE_LIMITS)) {
    const text = response[field]
    if (typeof text === 'string' && text.length > limit)
      return { problem: `'response.${field}' has ${text.length} characters; Cognito accepts ${limit}`, effect: MESSAGE_IGNORED }
  }
  for (const field of BODIES) {
    const text = response[field]
    if (typeof text !== 'string') continue
    const missing = [codeParameter, usernameParameter].find((each) => typeof each === 'string' && !text.includes(each))
    if (missing !== undefined) return { problem: `'response.${field}' lacks the placeholder ${missing}`, effect: MESSAGE_IGNORED }
  }
  return undefined
}

function checkMigratedUser(response: Fields): AnswerFault | undefined {
  const { userAttributes, finalUserStatus, messageAction, desiredDeliveryMediums } = response
  if (userAttributes == null) {
    const set = Object.keys(response).find((field) => response[field] != null)
    return set === undefined ? undefined : { problem: `'response.${set}' is set without 'response.userAttributes'` }
  }
  const kept = Object.keys(toFields(userAttributes)).find((name) => name === 'sub' || name === 'identities' || name.startsWith('cognito:'))
  if (kept !== undefined) return { problem: `'response.userAttributes' has '${kept}', which only Cognito sets` }
  if (finalUserStatus != null && finalUserStatus !== 'CONFIRMED' && finalUserStatus !== 'RESET_REQUIRED')
    return { problem: `'response.finalUserStatus' is ${JSON.stringify(finalUserStatus)}; expected CONFIRMED or RESET_REQUIRED` }
  if (messageAction != null && messageAction !== 'SUPPRESS' && messageAction !== 'RESEND')
    return { problem: `'response.messageAction' is ${JSON.stringify(messageAction)}; expected SUPPRESS or RESEND` }
  const medium = (Array.isArray(desiredDeliveryMediums) ? desiredDeliveryMediums : []).find((each) => each !== 'EMAIL' && each !== 'SMS')
  if (medium !== undefined) return { problem: `'response.desiredDeliveryMediums' has ${JSON.stringify(medium)}; expected EMAIL or SMS` }
  return findNoText({ userAttributes })
}

/** Checks that the map keeps the user's identifier. Cognito drops every attribute that the map lacks, unless the map is empty. */
function checkMappedAttributes({ userAttributesToMap }: Fields, event: Fields): AnswerFault | undefined {
  const mapped = toFields(userAttributesToMap)
  if (Object.keys(mapped).length === 0) return undefined
  const request = toFields(event.request)
  if (request.providerType === 'OIDC' && !Object.hasOwn(mapped, 'sub'))
    return { problem: "'response.userAttributesToMap' lacks 'sub', which identifies the user" }
  return findNoText({ userAttributesToMap })
}

/** Checks that the response is exactly one step: a challenge, tokens, or the end of the authentication. */
function checkNextStep({ challengeName, issueTokens, failAuthentication }: Fields): AnswerFault | undefined {
  const steps = [
    ...(typeof challengeName === 'string' && challengeName !== '' ? [`challengeName '${challengeName}'`] : []),
    ...(issueTokens === true ? ['issueTokens'] : []),
    ...(failAuthentication === true ? ['failAuthentication'] : []),
  ]
  if (steps.length === 1) return undefined
  const which = steps.length === 0 ? 'has neither a challengeName nor issueTokens nor failAuthentication' : `has ${steps.join(' and ')}`
  return { problem: `the response ${which}; ${UNDOCUMENTED}` }
}

function checkTokens({ claimsOverrideDetails, claimsAndScopeOverrideDetails }: Fields): AnswerFault | undefined {
  const details = claimsOverrideDetails ?? claimsAndScopeOverrideDetails
  if (!isObject(details) || !Object.hasOwn(details, 'groupOverrideDetails')) return undefined
  const { groupOverrideDetails: groups } = details
  if (isObject(groups) && Object.keys(groups).length > 0) return undefined
  return { problem: "an empty 'groupOverrideDetails' removes all groups from the tokens", effect: GROUPS_REMOVED }
}

/** Finds a value that is not text in maps of which Cognito accepts only text. */
function findNoText(maps: Fields): AnswerFault | undefined {
  for (const [field, map] of Object.entries(maps)) {
    const wrong = Object.entries(toFields(map)).find(([, value]) => typeof value !== 'string')
    if (wrong !== undefined) return { problem: `'response.${field}.${wrong[0]}' is not a text` }
  }
  return undefined
}

function toFields(value: unknown): Fields {
  return isObject(value) ? value : {}
}
