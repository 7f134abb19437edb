import type { AttributeMap, CognitoEvent, Open, PostTrigger } from '../shared/rules/trigger.ts'

/** The one source of post authentication. A first federated sign-in does not call it. */
export type PostAuthenticationSource = 'PostAuthentication_Authentication'

/**
 * The post authentication event, which comes after the last challenge and before the tokens: an error blocks the sign-in.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-authentication.html
 */
export interface PostAuthenticationEvent extends CognitoEvent {
  readonly triggerSource: Open<PostAuthenticationSource>
  readonly request: {
    readonly userAttributes: AttributeMap
    readonly newDeviceUsed?: boolean | undefined
    /** From RespondToAuthChallenge only. */
    readonly clientMetadata?: AttributeMap | null | undefined
  }
  readonly response: Readonly<Record<string, never>>
}

/** The moment after a user signed in. */
export interface PostAuthentication extends PostTrigger {
  readonly name: 'PostAuthentication'
  readonly event: PostAuthenticationEvent
}
