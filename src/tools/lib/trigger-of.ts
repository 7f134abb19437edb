/** The triggers of a user pool in the words of Cognito's LambdaConfig, each with how its trigger sources begin. */
const SOURCES = {
  PreSignUp: 'PreSignUp_',
  PostConfirmation: 'PostConfirmation_',
  PreAuthentication: 'PreAuthentication_',
  PostAuthentication: 'PostAuthentication_',
  DefineAuthChallenge: 'DefineAuthChallenge_',
  CreateAuthChallenge: 'CreateAuthChallenge_',
  VerifyAuthChallengeResponse: 'VerifyAuthChallengeResponse_',
  PreTokenGeneration: 'TokenGeneration_',
  UserMigration: 'UserMigration_',
  CustomMessage: 'CustomMessage_',
  CustomEmailSender: 'CustomEmailSender_',
  CustomSMSSender: 'CustomSMSSender_',
  InboundFederation: 'InboundFederation_',
} as const

/** A trigger in the word of Cognito's LambdaConfig. */
export type TriggerName = keyof typeof SOURCES

/** All of them. */
export const TRIGGER_NAMES: readonly TriggerName[] = Object.keys(SOURCES).filter(isTriggerName)

// Folders and people shorten these.
const SHORT: ReadonlyMap<string, TriggerName> = new Map([
  ['preauth', 'PreAuthentication'],
  ['postauth', 'PostAuthentication'],
  ['pretoken', 'PreTokenGeneration'],
])

function isTriggerName(word: string): word is TriggerName {
  return Object.hasOwn(SOURCES, word)
}

/**
 * Which trigger an event belongs to. A source that nobody has heard of still tells by how it begins.
 *
 * @example
 * triggerOf('TokenGeneration_HostedAuth') // 'PreTokenGeneration'
 */
export function triggerOf(source: string): TriggerName | undefined {
  return TRIGGER_NAMES.find((name) => source.startsWith(SOURCES[name]))
}

/**
 * Reads a trigger's name as people write it: `preSignUp`, `PreSignUp`, `pre-signup` and `pre-auth` all do.
 */
export function triggerNamed(word: string): TriggerName | undefined {
  const plain = word.replaceAll(/[-_]/g, '').toLowerCase()
  return TRIGGER_NAMES.find((name) => name.toLowerCase() === plain) ?? SHORT.get(plain)
}
