import { defineTrigger, type Guard, type TriggerFactory } from '../shared/lambda/define-trigger.ts'
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

/**
 * Makes the function of the post authentication trigger out of rules.
 *
 * @throws TypeError when there is no rule.
 * @example
 * export const handler = postAuthentication(recordSignIn(profiles))
 */
export const postAuthentication: TriggerFactory<PostAuthentication> = defineTrigger<PostAuthentication>({
  name: 'PostAuthentication',
  phase: 'post',
  responseFields: {},
})

/**
 * The same chain as a middy middleware, for a middy handler that you have already. An `onError` of that handler which
 * returns a value hides what the rules threw: only {@link postAuthentication} promises that this cannot happen.
 *
 * @example
 * export const handler = middy(mine).use(guard(recordSignIn(profiles)))
 */
export const guard: Guard<PostAuthentication> = postAuthentication.guard
