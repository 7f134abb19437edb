import type { AttributeMap, CognitoEvent, Open } from '../shared/cognito/event.ts'
import type { SourceOf } from '../shared/cognito/triggers.ts'
import { defineTrigger, type TriggerFactory } from '../shared/lambda/define-trigger.ts'
import type { Working } from '../shared/rules/trigger.ts'

/**
 * The post authentication event. Cognito sends the event after the last challenge and before it issues tokens, so an error blocks
 * the sign-in.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-authentication.html
 */
export interface PostAuthenticationEvent extends CognitoEvent {
  readonly triggerSource: Open<SourceOf<'PostAuthentication'>>
  readonly request: {
    readonly userAttributes: AttributeMap
    readonly newDeviceUsed?: boolean | undefined
    /** The `ClientMetadata` of RespondToAuthChallenge only. */
    readonly clientMetadata?: AttributeMap | null | undefined
  }
  readonly response: Readonly<Record<string, never>>
}

/** The post authentication trigger. It runs after the last challenge of a sign-in. */
export interface PostAuthentication extends Working {
  readonly name: 'PostAuthentication'
  readonly event: PostAuthenticationEvent
  readonly answer: never
}

/**
 * Makes the Lambda handler of the post authentication trigger from rules.
 *
 * @throws TypeError if the list of rules is empty.
 * @example
 * export const handler = postAuthentication(recordSignIn(profiles))
 */
export const postAuthentication: TriggerFactory<PostAuthentication> = defineTrigger<PostAuthentication>({
  name: 'PostAuthentication',
  works: true,
  onError: 'continue',
})
