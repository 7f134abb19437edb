import type { AttributeMap, CognitoEvent, Open } from '../shared/cognito/event.ts'
import type { SourceOf } from '../shared/cognito/triggers.ts'
import { defineTrigger, type TriggerFactory } from '../shared/lambda/define-trigger.ts'
import type { Approving } from '../shared/rules/trigger.ts'
import { encodeTokens } from './encode-tokens.ts'
import { combineTokens, type Tokens } from './tokens.ts'

/** The user's groups and the IAM roles of these groups, as Cognito has them. */
export interface GroupConfiguration {
  readonly groupsToOverride?: readonly string[] | null | undefined
  readonly iamRolesToOverride?: readonly string[] | null | undefined
  readonly preferredRole?: string | null | undefined
}

/**
 * The pre token generation event. Any trigger source may come from a refresh: GetTokensFromRefreshToken sends `TokenGeneration_Authentication`.
 *
 * `version` is `1`, `2` or `3`, depending on the pool's PreTokenGenerationConfig. Versions 2 and 3 can also change the access token.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
 */
export interface PreTokenGenerationEvent extends CognitoEvent {
  readonly triggerSource: Open<SourceOf<'PreTokenGeneration'>>
  readonly request: {
    readonly userAttributes?: AttributeMap | null | undefined
    readonly groupConfiguration?: GroupConfiguration | null | undefined
    /** The scopes of the access token. Only versions 2 and 3 of the event have them. */
    readonly scopes?: readonly string[] | null | undefined
    readonly clientMetadata?: AttributeMap | null | undefined
  }
  /** Cognito sends these fields as null. */
  readonly response: {
    readonly claimsOverrideDetails?: unknown
    readonly claimsAndScopeOverrideDetails?: unknown
  }
}

/** The pre token generation trigger. It runs before tokens are issued, at sign-in and at refresh. A denied user gets no tokens. */
export interface PreTokenGeneration extends Approving {
  readonly name: 'PreTokenGeneration'
  readonly event: PreTokenGenerationEvent
  readonly answer: Tokens
}

/**
 * Makes the Lambda handler of the pre token generation trigger from rules.
 *
 * @throws TypeError if the list of rules is empty or an argument is invalid.
 * @example
 * export const handler = preTokenGeneration(addClaims({ tenant: ({ user }) => user.attributes['custom:tenant'] }))
 */
export const preTokenGeneration: TriggerFactory<PreTokenGeneration> = defineTrigger<PreTokenGeneration>({
  name: 'PreTokenGeneration',
  refuses: true,
  approves: true,
  onError: 'fail',
  combine: combineTokens,
  encode: encodeTokens,
})
