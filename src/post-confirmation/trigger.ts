import { defineTrigger, type Guard, type TriggerFactory } from '../shared/lambda/define-trigger.ts'
import type { AttributeMap, CognitoEvent, Open, PostTrigger } from '../shared/rules/trigger.ts'

/** From where Cognito calls post confirmation: a confirmed sign-up, or a password that was reset. */
export type PostConfirmationSource = 'PostConfirmation_ConfirmSignUp' | 'PostConfirmation_ConfirmForgotPassword'

/**
 * The post confirmation event. The user is confirmed already; an error undoes nothing.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html
 */
export interface PostConfirmationEvent extends CognitoEvent {
  readonly triggerSource: Open<PostConfirmationSource>
  readonly request: {
    readonly userAttributes: AttributeMap
    readonly clientMetadata?: AttributeMap | null | undefined
  }
  readonly response: Readonly<Record<string, never>>
}

/** The moment after a user was confirmed, or reset a password. Users whom an administrator creates never reach it. */
export interface PostConfirmation extends PostTrigger {
  readonly name: 'PostConfirmation'
  readonly event: PostConfirmationEvent
}

/**
 * Makes the function of the post confirmation trigger out of rules.
 *
 * @throws TypeError when there is no rule.
 * @example
 * export const handler = postConfirmation(syncProfile(profiles))
 */
export const postConfirmation: TriggerFactory<PostConfirmation> = defineTrigger<PostConfirmation>({
  name: 'PostConfirmation',
  phase: 'post',
  responseFields: {},
})

/**
 * The same chain as a middy middleware, for a middy handler that you have already. An `onError` of that handler which
 * returns a value hides what the rules threw: only {@link postConfirmation} promises that this cannot happen.
 *
 * @example
 * export const handler = middy(mine).use(guard(syncProfile(profiles)))
 */
export const guard: Guard<PostConfirmation> = postConfirmation.guard
