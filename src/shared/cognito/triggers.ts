/**
 * What AWS documents about the thirteen triggers of a user pool, by the names that Cognito's LambdaConfig has for them, in the order
 * in which they occur in a user's life. Nothing in it is about Lifeguard, but for the folders.
 *
 * - `folder`: of the trigger's rules in `src`, and of its events in `events`.
 * - `sources`: each trigger source, with what follows in Cognito when the function lets it go on.
 * - `lambdaVersions`: the versions of the event that can be configured. A trigger without versions is configured by an ARN alone.
 * - `versionKey`: the key of LambdaConfig that holds the ARN with its version, where it is not the trigger's name.
 * - `waits`: false where Cognito calls the function asynchronously, and reads neither its answer nor its error.
 * - `needsKmsKey`: true where Cognito encrypts a code for the function, so that the pool needs a KMSKeyID.
 * - `response`: the fields that Cognito reads, with the type of their values.
 * - `responseVersions`: for a field that Cognito reads in some versions of the event alone, these versions.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
 */
export const TRIGGERS = {
  UserMigration: {
    folder: 'user-migration',
    sources: { UserMigration_Authentication: 'user migrated', UserMigration_ForgotPassword: 'user migrated' },
    waits: true,
    response: {
      userAttributes: 'object',
      finalUserStatus: 'string',
      messageAction: 'string',
      desiredDeliveryMediums: 'array',
      forceAliasCreation: 'boolean',
      enableSMSMFA: 'boolean',
    },
  },
  InboundFederation: {
    folder: 'inbound-federation',
    sources: { InboundFederation_ExternalProvider: 'attributes mapped' },
    lambdaVersions: ['V1_0'],
    waits: true,
    response: { userAttributesToMap: 'object' },
  },
  PreSignUp: {
    folder: 'pre-signup',
    sources: {
      PreSignUp_SignUp: 'signed up, to be confirmed',
      PreSignUp_AdminCreateUser: 'user created',
      PreSignUp_ExternalProvider: 'user created',
    },
    waits: true,
    response: { autoConfirmUser: 'boolean', autoVerifyEmail: 'boolean', autoVerifyPhone: 'boolean' },
  },
  CustomMessage: {
    folder: 'custom-message',
    sources: {
      CustomMessage_SignUp: 'message sent',
      CustomMessage_AdminCreateUser: 'message sent',
      CustomMessage_ResendCode: 'message sent',
      CustomMessage_ForgotPassword: 'message sent',
      CustomMessage_UpdateUserAttribute: 'message sent',
      CustomMessage_VerifyUserAttribute: 'message sent',
      CustomMessage_Authentication: 'message sent',
    },
    waits: true,
    response: { smsMessage: 'string', emailMessage: 'string', emailSubject: 'string' },
  },
  CustomEmailSender: {
    folder: 'custom-sender',
    sources: {
      CustomEmailSender_SignUp: 'called without waiting',
      CustomEmailSender_AdminCreateUser: 'called without waiting',
      CustomEmailSender_ResendCode: 'called without waiting',
      CustomEmailSender_ForgotPassword: 'called without waiting',
      CustomEmailSender_UpdateUserAttribute: 'called without waiting',
      CustomEmailSender_VerifyUserAttribute: 'called without waiting',
      CustomEmailSender_Authentication: 'called without waiting',
      CustomEmailSender_AccountTakeOverNotification: 'called without waiting',
    },
    lambdaVersions: ['V1_0'],
    waits: false,
    needsKmsKey: true,
  },
  CustomSMSSender: {
    folder: 'custom-sender',
    sources: {
      CustomSMSSender_SignUp: 'called without waiting',
      CustomSMSSender_AdminCreateUser: 'called without waiting',
      CustomSMSSender_ResendCode: 'called without waiting',
      CustomSMSSender_ForgotPassword: 'called without waiting',
      CustomSMSSender_UpdateUserAttribute: 'called without waiting',
      CustomSMSSender_VerifyUserAttribute: 'called without waiting',
      CustomSMSSender_Authentication: 'called without waiting',
    },
    lambdaVersions: ['V1_0'],
    waits: false,
    needsKmsKey: true,
  },
  PostConfirmation: {
    folder: 'post-confirmation',
    sources: { PostConfirmation_ConfirmSignUp: 'user confirmed', PostConfirmation_ConfirmForgotPassword: 'password reset' },
    waits: true,
  },
  PreAuthentication: {
    folder: 'pre-auth',
    sources: { PreAuthentication_Authentication: 'sign-in goes on' },
    waits: true,
  },
  DefineAuthChallenge: {
    folder: 'custom-challenge',
    sources: { DefineAuthChallenge_Authentication: 'next step chosen' },
    waits: true,
    response: { challengeName: 'string', issueTokens: 'boolean', failAuthentication: 'boolean' },
  },
  CreateAuthChallenge: {
    folder: 'custom-challenge',
    sources: { CreateAuthChallenge_Authentication: 'challenge sent' },
    waits: true,
    response: { publicChallengeParameters: 'object', privateChallengeParameters: 'object', challengeMetadata: 'string' },
  },
  VerifyAuthChallengeResponse: {
    folder: 'custom-challenge',
    sources: { VerifyAuthChallengeResponse_Authentication: 'answer checked' },
    waits: true,
    response: { answerCorrect: 'boolean' },
  },
  PostAuthentication: {
    folder: 'post-auth',
    sources: { PostAuthentication_Authentication: 'signed in' },
    waits: true,
  },
  PreTokenGeneration: {
    folder: 'pre-token',
    sources: {
      TokenGeneration_HostedAuth: 'tokens issued',
      TokenGeneration_Authentication: 'tokens issued',
      TokenGeneration_NewPasswordChallenge: 'tokens issued',
      TokenGeneration_AuthenticateDevice: 'tokens issued',
      TokenGeneration_RefreshTokens: 'tokens issued',
      TokenGeneration_ClientCredentials: 'token issued',
    },
    lambdaVersions: ['V1_0', 'V2_0', 'V3_0'],
    versionKey: 'PreTokenGenerationConfig',
    waits: true,
    response: { claimsOverrideDetails: 'object', claimsAndScopeOverrideDetails: 'object' },
    responseVersions: { claimsOverrideDetails: ['1'], claimsAndScopeOverrideDetails: ['2', '3'] },
  },
} as const

/** A trigger, by its name in Cognito's LambdaConfig. */
export type TriggerName = keyof typeof TRIGGERS

/** The trigger sources that AWS documents for a trigger. Cognito may send others. */
export type SourceOf<Name extends TriggerName> = {
  readonly [Each in Name]: keyof (typeof TRIGGERS)[Each]['sources'] & string
}[Name]

/** The trigger sources that AWS documents. */
export type TriggerSource = SourceOf<TriggerName>

/** The type of a field in a response. */
export type ResponseFieldType = 'boolean' | 'string' | 'object' | 'array'

/** A version of the event, as LambdaConfig has it. The event itself says `1` for `V1_0`. */
export type LambdaVersion = 'V1_0' | 'V2_0' | 'V3_0'

/** What the table holds of one trigger. */
export interface TriggerFacts {
  readonly folder: string
  readonly sources: Readonly<Record<string, string>>
  readonly lambdaVersions?: readonly LambdaVersion[]
  readonly versionKey?: string
  readonly waits: boolean
  readonly needsKmsKey?: true
  readonly response?: Readonly<Record<string, ResponseFieldType>>
  readonly responseVersions?: Readonly<Record<string, readonly string[]>>
}

/** The names of all triggers, in the order of a user's life. */
export const TRIGGER_NAMES: readonly TriggerName[] = Object.keys(TRIGGERS).filter(isTriggerName)

/** Returns whether a text is a trigger's name in Cognito's LambdaConfig. */
export function isTriggerName(text: string): text is TriggerName {
  return Object.hasOwn(TRIGGERS, text)
}

/** Returns the facts of a trigger, with the optional ones present or not. */
export function triggerFacts(name: TriggerName): TriggerFacts {
  return TRIGGERS[name]
}

/** Returns the trigger of a source, also of one that AWS has added since: it shows in how the source begins. */
export function findTrigger(source: string): TriggerName | undefined {
  return TRIGGER_NAMES.find((name) => source.startsWith(sourcePrefix(name)))
}

/** Returns what all sources of a trigger begin with: `TokenGeneration_`. */
export function sourcePrefix(name: TriggerName): string {
  const [first = ''] = Object.keys(TRIGGERS[name].sources)
  return first.slice(0, first.indexOf('_') + 1)
}
