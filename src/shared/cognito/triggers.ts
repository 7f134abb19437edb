/**
 * The thirteen triggers of a user pool as AWS documents them, by their names in Cognito's LambdaConfig. Their order is that of a
 * user's life, from migration and sign-up to tokens. All facts except `folder` are about Cognito.
 *
 * - `folder`: the folder of the trigger's rules in `src`, and of its events in `events`.
 * - `sources`: each trigger source, with the next step in Cognito if the function does not fail.
 * - `lambdaVersions`: the event versions that can be configured. A trigger without versions is configured only by an ARN.
 * - `versionKey`: the key of LambdaConfig with the ARN and the version, if this key is not the trigger's name.
 * - `waits`: false if Cognito calls the function asynchronously, and ignores its answer and its error.
 * - `refuses`: true if a function may refuse the user, by an error or by the field in `refusesBy`. In other triggers, an error is always a failure.
 * - `refusesBy`: the field of the response that refuses the user if it is true, for a trigger that may refuse without an error.
 * - `needsKmsKey`: true if Cognito encrypts a code for the function, so that the pool needs a KMSKeyID.
 * - `response`: the fields that Cognito reads, with the types of their values.
 * - `responseVersions`: the event versions in which Cognito reads a field, for fields that it does not read in every version.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
 */
export const TRIGGERS = {
  UserMigration: {
    folder: 'user-migration',
    sources: { UserMigration_Authentication: 'user migrated', UserMigration_ForgotPassword: 'user migrated' },
    waits: true,
    refuses: true,
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
    refuses: true,
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
    refuses: true,
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
    refuses: true,
    response: { smsMessage: 'string', emailMessage: 'string', emailSubject: 'string' },
  },
  CustomEmailSender: {
    folder: 'custom-email-sender',
    sources: {
      CustomEmailSender_SignUp: 'called asynchronously',
      CustomEmailSender_AdminCreateUser: 'called asynchronously',
      CustomEmailSender_ResendCode: 'called asynchronously',
      CustomEmailSender_ForgotPassword: 'called asynchronously',
      CustomEmailSender_UpdateUserAttribute: 'called asynchronously',
      CustomEmailSender_VerifyUserAttribute: 'called asynchronously',
      CustomEmailSender_Authentication: 'called asynchronously',
      CustomEmailSender_AccountTakeOverNotification: 'called asynchronously',
    },
    lambdaVersions: ['V1_0'],
    waits: false,
    needsKmsKey: true,
  },
  CustomSMSSender: {
    folder: 'custom-sms-sender',
    sources: {
      CustomSMSSender_SignUp: 'called asynchronously',
      CustomSMSSender_AdminCreateUser: 'called asynchronously',
      CustomSMSSender_ResendCode: 'called asynchronously',
      CustomSMSSender_ForgotPassword: 'called asynchronously',
      CustomSMSSender_UpdateUserAttribute: 'called asynchronously',
      CustomSMSSender_VerifyUserAttribute: 'called asynchronously',
      CustomSMSSender_Authentication: 'called asynchronously',
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
    sources: { PreAuthentication_Authentication: 'sign-in continues' },
    waits: true,
    refuses: true,
  },
  DefineAuthChallenge: {
    folder: 'custom-challenge',
    sources: { DefineAuthChallenge_Authentication: 'next step chosen' },
    waits: true,
    refuses: true,
    refusesBy: 'failAuthentication',
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
    refuses: true,
    response: { claimsOverrideDetails: 'object', claimsAndScopeOverrideDetails: 'object' },
    responseVersions: { claimsOverrideDetails: ['1'], claimsAndScopeOverrideDetails: ['2', '3'] },
  },
} as const

/** The name of a trigger in Cognito's LambdaConfig. */
export type TriggerName = keyof typeof TRIGGERS

/** The documented trigger sources of a trigger. Cognito may send others. */
export type SourceOf<Name extends TriggerName> = {
  readonly [Each in Name]: keyof (typeof TRIGGERS)[Each]['sources'] & string
}[Name]

/** The trigger sources that AWS documents. */
export type TriggerSource = SourceOf<TriggerName>

/** The type of a field in a response. */
export type ResponseFieldType = 'boolean' | 'string' | 'object' | 'array'

/** An event version as in LambdaConfig. The event's own `version` field is `1` for `V1_0`. */
export type LambdaVersion = 'V1_0' | 'V2_0' | 'V3_0'

/** The entry of one trigger in `TRIGGERS`. */
export interface TriggerFacts {
  readonly folder: string
  readonly sources: Readonly<Record<string, string>>
  readonly lambdaVersions?: readonly LambdaVersion[]
  readonly versionKey?: string
  readonly waits: boolean
  readonly refuses?: true
  readonly refusesBy?: string
  readonly needsKmsKey?: true
  readonly response?: Readonly<Record<string, ResponseFieldType>>
  readonly responseVersions?: Readonly<Record<string, readonly string[]>>
}

/** The names of all triggers, in the order of `TRIGGERS`. */
export const TRIGGER_NAMES: readonly TriggerName[] = Object.keys(TRIGGERS).filter(isTriggerName)

/** Returns true if a string is the name of a trigger in Cognito's LambdaConfig. */
export function isTriggerName(text: string): text is TriggerName {
  return Object.hasOwn(TRIGGERS, text)
}

/** Returns the entry of a trigger in `TRIGGERS`, with a type that has all optional fields. */
export function triggerFacts(name: TriggerName): TriggerFacts {
  return TRIGGERS[name]
}

/** Returns the trigger of a trigger source. Compares only the prefix, so that sources that AWS adds later are found too. */
export function findTrigger(source: string): TriggerName | undefined {
  return TRIGGER_NAMES.find((name) => source.startsWith(sourcePrefix(name)))
}

/** Returns the common prefix of a trigger's sources, such as `TokenGeneration_`. */
export function sourcePrefix(name: TriggerName): string {
  const [first = ''] = Object.keys(TRIGGERS[name].sources)
  return first.slice(0, first.indexOf('_') + 1)
}
