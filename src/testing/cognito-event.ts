import type { AttributeMap, CognitoEvent } from '../shared/cognito/event.ts'
import { findTrigger, type TriggerName, type TriggerSource } from '../shared/cognito/triggers.ts'
import type { EventOptions, OptionsFor } from './event-options.ts'
import type { EventFor, TriggerEvents } from './event-types.ts'
import {
  CLIENT_ID,
  PROVIDER_USER_ID,
  REGION,
  toAttributes,
  toEmail,
  toProviderType,
  toUserName,
  USER_POOL_ID,
  type UserState,
} from './users.ts'

/**
 * Creates the event that Cognito sends with a trigger source. The same options always create the same event.
 *
 * @throws TypeError if the trigger source is unknown.
 * @example
 * cognitoEvent('CustomMessage_ForgotPassword', { email: 'mary@example.com' })
 */
export function cognitoEvent<Source extends TriggerSource>(source: Source, options?: OptionsFor<Source>): EventFor<Source>
export function cognitoEvent(source: TriggerSource, options: EventOptions = {}): CognitoEvent {
  const trigger = findTrigger(source)
  if (trigger === undefined)
    throw new TypeError(`cognitoEvent(): '${source}' is not a trigger source; expected one such as 'PreSignUp_SignUp'`)
  const attributes = toAttributes(options, findState(source, options))
  const { userPoolId = USER_POOL_ID, clientId = defaultClient(source) } = options
  return {
    version: options.version ?? (isMachine(source) ? '3' : '1'),
    region: REGION,
    userPoolId,
    userName: options.userName ?? defaultUserName(source, options),
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId },
    triggerSource: source,
    ...BODIES[trigger]({ source, options, attributes }),
  }
}

type Body<Name extends TriggerName> = Pick<TriggerEvents[Name], 'request' | ('response' & keyof TriggerEvents[Name])>

interface Moment {
  readonly source: TriggerSource
  readonly options: EventOptions
  readonly attributes: AttributeMap
}

const isAdminCreated = (source: TriggerSource): boolean => source.endsWith('_AdminCreateUser')
const isMachine = (source: TriggerSource): boolean => source === 'TokenGeneration_ClientCredentials'

function defaultClient(source: TriggerSource): string {
  return isAdminCreated(source) ? 'CLIENT_ID_NOT_APPLICABLE' : CLIENT_ID
}

/** A machine has the name of its app client. Before the federation, a user has the name at the identity provider. */
function defaultUserName(source: TriggerSource, options: EventOptions): string {
  if (isMachine(source)) return options.clientId ?? CLIENT_ID
  return source === 'InboundFederation_ExternalProvider' ? PROVIDER_USER_ID : toUserName(options)
}

/** Returns the state of the user at the moment of an event. */
function findState(source: TriggerSource, { provider }: EventOptions): UserState {
  if (source === 'PreSignUp_ExternalProvider') return { status: undefined, verified: false }
  if (source.startsWith('PreSignUp_')) return { status: undefined, verified: undefined }
  if (provider !== undefined) return { status: 'EXTERNAL_PROVIDER', verified: true }
  if (isAdminCreated(source)) return { status: 'FORCE_CHANGE_PASSWORD', verified: true }
  if (/^Custom\w+_(SignUp|ResendCode)$/.test(source)) return { status: 'UNCONFIRMED', verified: false }
  return { status: 'CONFIRMED', verified: true }
}

/** Returns `clientMetadata` if the caller of Cognito sent any. Otherwise most events do not have the key. */
function withMetadata({ clientMetadata }: EventOptions): { readonly clientMetadata?: AttributeMap } {
  return clientMetadata === undefined ? {} : { clientMetadata }
}

function withUserNotFound({ userNotFound }: EventOptions): { readonly userNotFound?: boolean } {
  return userNotFound === undefined ? {} : { userNotFound }
}

/** Cognito sends `{}` for a federated user, and null for another user without validation data. */
function toValidationData({ validationData, provider }: EventOptions): AttributeMap | null {
  return validationData ?? (provider === undefined ? null : {})
}

// AWS documents neither the attributes nor the code of a real notification. This is a short text in base64, not a ciphertext.
const CODE = Buffer.from('encrypted code').toString('base64')

function toSender<Type extends string>(type: Type) {
  return ({ source, options, attributes }: Moment) => {
    const takeover = source.endsWith('_AccountTakeOverNotification')
    const userAttributes = takeover ? toTakeover(options) : attributes
    return {
      request: { type, code: takeover ? null : (options.code ?? CODE), clientMetadata: options.clientMetadata ?? null, userAttributes },
    }
  }
}

/** A notification about an account takeover describes the sign-in. It has neither an email address nor a phone number. */
function toTakeover(options: EventOptions): AttributeMap {
  const signIn = { EVENT_ID: '1c6e5b0e-5a0c-4a68-9a39-0f6f2f0c6a11', IP_ADDRESS: '192.0.2.1', ACCOUNT_TAKE_OVER_ACTION: 'NOTIFY' }
  return { ...signIn, USER_NAME: toUserName(options), ...options.attributes }
}

function toChallenge({ options, attributes }: Moment) {
  return { userAttributes: options.userNotFound ? {} : attributes, ...withMetadata(options), ...withUserNotFound(options) }
}

function toFederation({ options }: Moment): Body<'InboundFederation'> {
  const { provider = 'Google', name, attributes } = options
  const email = toEmail(options)
  const claims = {
    sub: options.userName ?? PROVIDER_USER_ID,
    ...(email !== null && { email }),
    ...(name !== undefined && { name }),
    ...attributes,
  }
  return {
    request: { providerName: provider, providerType: toProviderType(provider), attributes: { idToken: claims, userInfo: claims } },
    response: { userAttributesToMap: {} },
  }
}

/** The request and the response of each trigger's event. */
const BODIES: { readonly [Name in TriggerName]: (moment: Moment) => Body<Name> } = {
  UserMigration: ({ source, options }) => ({
    request: {
      userAttributes: null,
      ...(source === 'UserMigration_Authentication' && { password: options.password ?? 'Correct-horse-7' }),
      validationData: toValidationData(options),
      ...withMetadata(options),
    },
    response: {
      userAttributes: null,
      forceAliasCreation: null,
      enableSMSMFA: null,
      finalUserStatus: null,
      messageAction: null,
      desiredDeliveryMediums: null,
    },
  }),
  InboundFederation: toFederation,
  PreSignUp: ({ source, options, attributes }) => ({
    request:
      source === 'PreSignUp_ExternalProvider'
        ? {
            userAttributes: { 'cognito:email_alias': '', 'cognito:phone_number_alias': '', ...attributes },
            validationData: options.validationData ?? {},
            ...withMetadata(options),
          }
        : { userAttributes: attributes, validationData: toValidationData(options), ...withMetadata(options) },
    response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
  }),
  CustomMessage: ({ source, options, attributes }) => ({
    request: {
      userAttributes: attributes,
      codeParameter: '{####}',
      linkParameter: '{##Click Here##}',
      usernameParameter: isAdminCreated(source) ? '{username}' : null,
      ...withMetadata(options),
    },
    response: { smsMessage: null, emailMessage: null, emailSubject: null },
  }),
  CustomEmailSender: toSender('customEmailSenderRequestV1'),
  CustomSMSSender: toSender('customSMSSenderRequestV1'),
  PostConfirmation: ({ options, attributes }) => ({ request: { userAttributes: attributes, ...withMetadata(options) }, response: {} }),
  PreAuthentication: ({ options, attributes }) => ({
    request: {
      userAttributes: options.userNotFound ? {} : attributes,
      validationData: toValidationData(options),
      userNotFound: options.userNotFound ?? false,
    },
    response: {},
  }),
  DefineAuthChallenge: (moment) => ({
    request: { ...toChallenge(moment), session: moment.options.session ?? [] },
    response: { challengeName: null, issueTokens: null, failAuthentication: null },
  }),
  CreateAuthChallenge: (moment) => ({
    request: {
      ...toChallenge(moment),
      challengeName: moment.options.challengeName ?? 'CUSTOM_CHALLENGE',
      session: moment.options.session ?? [],
    },
    response: { publicChallengeParameters: null, privateChallengeParameters: null, challengeMetadata: null },
  }),
  VerifyAuthChallengeResponse: (moment) => ({
    request: {
      ...toChallenge(moment),
      privateChallengeParameters: moment.options.privateChallengeParameters ?? { answer: '123456' },
      challengeAnswer: moment.options.challengeAnswer ?? '123456',
    },
    response: { answerCorrect: null },
  }),
  PostAuthentication: ({ options, attributes }) => ({
    request: { userAttributes: attributes, newDeviceUsed: options.newDeviceUsed ?? false, ...withMetadata(options) },
    response: {},
  }),
  PreTokenGeneration: ({ source, options, attributes }) => {
    const { provider, userPoolId = USER_POOL_ID } = options
    const version = options.version ?? (isMachine(source) ? '3' : '1')
    // Cognito adds each federated user to a group with the name of the pool and the provider.
    const groups = options.groups ?? (provider === undefined ? [] : [`${userPoolId}_${provider}`])
    const request = {
      userAttributes: isMachine(source) ? {} : attributes,
      groupConfiguration: { groupsToOverride: groups, iamRolesToOverride: [], preferredRole: null },
      ...withMetadata(options),
    }
    if (version === '1') return { request, response: { claimsOverrideDetails: null } }
    const scopes = options.scopes ?? (isMachine(source) ? ['orders/read'] : ['aws.cognito.signin.user.admin'])
    return { request: { ...request, scopes }, response: { claimsAndScopeOverrideDetails: null } }
  },
}
