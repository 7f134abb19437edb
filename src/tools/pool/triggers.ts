import type { AttributeMap } from '../../shared/cognito/event.ts'
import { findTrigger, type TriggerName, type TriggerSource, triggerFacts } from '../../shared/cognito/triggers.ts'
import type { Delivery } from '../replay/cognito.ts'
import type { AssumptionName } from './assumptions.ts'
import { CognitoError } from './errors.ts'
import { hidePasswords } from './journal.ts'
import type { User } from './model.ts'
import type { Condition, Flow, Step } from './operation.ts'
import { findLambda } from './settings/pool-settings.ts'

type Fields = Readonly<Record<string, unknown>>

/** Invokes the function of a trigger as Cognito does. The port to the runner that replay uses too. */
export type CallTrigger = (call: { readonly arn: string; readonly trigger: TriggerName; readonly event: Fields }) => Promise<Delivery>

/** The parts of a trigger's event that the pool's state does not give. */
export interface TriggerRequest {
  readonly userName?: string | undefined
  readonly clientId?: string | null
  readonly request?: Fields
  /** The attributes of the user. By default those of the flow's user. */
  readonly attributes?: AttributeMap | null
}

/** A step that calls a trigger, if the pool has a function for it. */
export interface TriggerStep<Input> {
  readonly source: TriggerSource
  readonly when?: Condition<Input>
  readonly assumption?: AssumptionName
  /** The metadata of the caller that the event carries. */
  readonly passes?: readonly ('clientMetadata' | 'validationData')[]
  readonly event?: (flow: Flow<Input>) => TriggerRequest
  /** Uses the function's response. */
  readonly apply?: (flow: Flow<Input>, response: Fields) => unknown
}

/** Creates the step of a trigger. */
export function trigger<Input = unknown>(step: TriggerStep<Input>): Step<Input> {
  const { source, when, assumption, passes = [], event, apply } = step
  return {
    kind: 'trigger',
    text: source,
    when,
    assumption,
    // The assumption of the running step, because a copy of this step can have another one.
    async run(flow, assumed) {
      const metadata = {
        ...(passes.includes('validationData') && { validationData: flow.validationData ?? null }),
        ...(passes.includes('clientMetadata') && flow.clientMetadata !== undefined && { clientMetadata: flow.clientMetadata }),
      }
      const given = event?.(flow) ?? {}
      const response = await callTrigger(flow, source, { ...given, request: { ...metadata, ...given.request } }, assumed)
      return response === undefined ? undefined : apply?.(flow, response)
    },
  }
}

/**
 * Calls the function of a trigger, if the pool has one, and records the call.
 *
 * @returns the response, or undefined without a function.
 * @throws CognitoError if the function refuses or fails, with Cognito's text.
 */
export async function callTrigger(
  flow: Pick<Flow, 'world' | 'pool' | 'client' | 'user' | 'steps'>,
  source: TriggerSource,
  request: TriggerRequest,
  assumption?: AssumptionName,
): Promise<Fields | undefined> {
  const name = findTrigger(source)
  const lambda = name && findLambda(flow.pool.settings, name)
  if (name === undefined || lambda === undefined) return undefined
  const event = createEvent(flow, name, source, lambda.version, request)
  const delivery = await flow.world.call({ arn: lambda.arn, trigger: name, event })
  const { outcome, response, error, problem, decision, attempts, durationMs, accepted } = delivery
  const shown = { ...event, request: hidePasswords(event.request) }
  const call = {
    trigger: name,
    source,
    function: lambda.arn,
    event: shown,
    outcome,
    response,
    error,
    problem,
    decision,
    attempts,
    durationMs,
  }
  flow.steps.push({ kind: 'trigger', text: source, trigger: call, ...(assumption && { assumption }) })
  // Cognito takes an answer whose only fault is that it has another effect than it says.
  if (accepted !== undefined) return accepted
  // Cognito does not report the error of a function for which it does not wait. The journal has it as it is.
  if (error !== null) throw triggerFacts(name).waits ? toCallerError(name, error) : new CognitoError(error.name, error.message)
  return response ?? {}
}

const CALLER_ERRORS = new Set(['UserLambdaValidationException', 'InvalidLambdaResponseException', 'NotAuthorizedException'])

/** AWS documents no error for a function that answers too late. The text is one that clients have reported. */
function toCallerError(trigger: TriggerName, { name, message }: { readonly name: string; readonly message: string }): CognitoError {
  if (CALLER_ERRORS.has(name)) return new CognitoError(name, message)
  if (name === 'ResourceNotFoundException')
    return new CognitoError('UnexpectedLambdaException', `${trigger} invocation failed due to error ${name}.`)
  return new CognitoError('UnexpectedLambdaException', `${trigger} failed with error Socket timeout while invoking Lambda function.`)
}

/** Creates the event of a trigger, with the fields in the order in which Cognito sends them. */
export function createEvent(
  { world, pool, client, user }: Pick<Flow, 'world' | 'pool' | 'client' | 'user'>,
  name: TriggerName,
  source: TriggerSource,
  version: string,
  { userName, clientId, request, attributes }: TriggerRequest,
): Fields {
  const userAttributes = attributes === undefined ? user && toEventAttributes(user) : attributes
  return {
    version,
    region: world.store.region,
    userPoolId: pool.id,
    userName: userName ?? user?.username ?? '',
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: clientId === undefined ? (client?.id ?? null) : clientId },
    triggerSource: source,
    request: { ...(name !== 'InboundFederation' && { userAttributes: userAttributes ?? {} }), ...request },
    ...(triggerFacts(name).waits && { response: EMPTY_RESPONSES[name]?.(version) ?? {} }),
  }
}

/** Returns the attributes of a user as every trigger but pre sign-up gets them: all values are text. */
export function toEventAttributes(user: User): AttributeMap {
  const { sub, status, attributes, identities } = user
  return {
    sub,
    'cognito:user_status': status,
    ...attributes,
    ...(identities.length > 0 && { identities: JSON.stringify(identities) }),
  }
}

// The responses as they arrive, before a function fills them.
const EMPTY_RESPONSES: Readonly<Partial<Record<TriggerName, (version: string) => Fields>>> = {
  PreSignUp: () => ({ autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false }),
  CustomMessage: () => ({ smsMessage: null, emailMessage: null, emailSubject: null }),
  UserMigration: () => ({
    userAttributes: null,
    forceAliasCreation: null,
    enableSMSMFA: null,
    finalUserStatus: null,
    messageAction: null,
    desiredDeliveryMediums: null,
  }),
  DefineAuthChallenge: () => ({ challengeName: null, issueTokens: null, failAuthentication: null }),
  CreateAuthChallenge: () => ({ publicChallengeParameters: null, privateChallengeParameters: null, challengeMetadata: null }),
  VerifyAuthChallengeResponse: () => ({ answerCorrect: null }),
  PreTokenGeneration: (version) => (version === '1' ? { claimsOverrideDetails: null } : { claimsAndScopeOverrideDetails: null }),
  InboundFederation: () => ({ userAttributesToMap: {} }),
}
