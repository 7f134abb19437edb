import type { AttributeMap, CognitoEvent, Open } from '../shared/cognito/event.ts'
import type { SourceOf } from '../shared/cognito/triggers.ts'
import { defineTrigger, type TriggerFactory } from '../shared/lambda/define-trigger.ts'
import type { Working } from '../shared/rules/trigger.ts'

/**
 * The post authentication event, which comes after the last challenge and before the tokens: an error blocks the sign-in.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-authentication.html
 */
export interface PostAuthenticationEvent extends CognitoEvent {
  readonly triggerSource: Open<SourceOf<'PostAuthentication'>>
  readonly request: {
    readonly userAttributes: AttributeMap
    readonly newDeviceUsed?: boolean | undefined
    /** From RespondToAuthChallenge only. */
    readonly clientMetadata?: AttributeMap | null | undefined
  }
  readonly response: Readonly<Record<string, never>>
}

/** The moment after a user signed in. */
export interface PostAuthentication extends Working {
  readonly name: 'PostAuthentication'
  readonly event: PostAuthenticationEvent
  readonly answer: never
}

/**
 * Makes the function of the post authentication trigger out of rules.
 *
 * @throws TypeError when there is no rule.
 * @example
 * export const handler = postAuthentication(recordSignIn(profiles))
 */
export const postAuthentication: TriggerFactory<PostAuthentication> = defineTrigger<PostAuthentication>({
  name: 'PostAuthentication',
  works: true,
  onError: 'continue',
})
