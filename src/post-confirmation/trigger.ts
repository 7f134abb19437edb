import type { AttributeMap, CognitoEvent, Open } from '../shared/cognito/event.ts'
import type { SourceOf } from '../shared/cognito/triggers.ts'
import { defineTrigger, type TriggerFactory } from '../shared/lambda/define-trigger.ts'
import type { Working } from '../shared/rules/trigger.ts'

/**
 * The post confirmation event. The user is already confirmed, and an error does not change that.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html
 */
export interface PostConfirmationEvent extends CognitoEvent {
  readonly triggerSource: Open<SourceOf<'PostConfirmation'>>
  readonly request: {
    readonly userAttributes: AttributeMap
    readonly clientMetadata?: AttributeMap | null | undefined
  }
  readonly response: Readonly<Record<string, never>>
}

/** The post confirmation trigger. It runs after a sign-up confirmation or a password reset. It does not run when an administrator creates a user. */
export interface PostConfirmation extends Working {
  readonly name: 'PostConfirmation'
  readonly event: PostConfirmationEvent
  readonly answer: never
}

/**
 * Makes the Lambda handler of the post confirmation trigger from rules.
 *
 * @throws TypeError if the list of rules is empty.
 * @example
 * export const handler = postConfirmation(syncProfile(profiles))
 */
export const postConfirmation: TriggerFactory<PostConfirmation> = defineTrigger<PostConfirmation>({
  name: 'PostConfirmation',
  works: true,
  onError: 'continue',
})
