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
 * The pre token generation event. Any source may be a refresh: GetTokensFromRefreshToken calls `TokenGeneration_Authentication`.
 *
 * `version` is `1`, `2` or `3`, as the pool's PreTokenGenerationConfig says. Versions 2 and 3 also carry the access token.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
 */
export interface PreTokenGenerationEvent extends CognitoEvent {
  readonly triggerSource: Open<SourceOf<'PreTokenGeneration'>>
  readonly request: {
    readonly userAttributes?: AttributeMap | null | undefined
    readonly groupConfiguration?: GroupConfiguration | null | undefined
    /** Only in versions 2 and 3. */
    readonly scopes?: readonly string[] | null | undefined
    readonly clientMetadata?: AttributeMap | null | undefined
  }
  /** Cognito sends its fields as null. */
  readonly response: {
    readonly claimsOverrideDetails?: unknown
    readonly claimsAndScopeOverrideDetails?: unknown
  }
}

/** The moment before tokens are issued, at a sign-in and at a refresh. A denial leaves the user without tokens. */
export interface PreTokenGeneration extends Approving {
  readonly name: 'PreTokenGeneration'
  readonly event: PreTokenGenerationEvent
  readonly answer: Tokens
}

/**
 * Makes the function of the pre token generation trigger out of rules.
 *
 * @throws TypeError when there is no rule, or an argument is not what it should be.
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
