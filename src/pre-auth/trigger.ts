import type { AttributeMap, CognitoEvent, Open } from '../shared/cognito/event.ts'
import type { SourceOf } from '../shared/cognito/triggers.ts'
import { defineTrigger, type TriggerFactory } from '../shared/lambda/define-trigger.ts'
import type { Approving } from '../shared/rules/trigger.ts'

/**
 * The pre authentication event, which comes before the password is checked.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-authentication.html
 */
export interface PreAuthenticationEvent extends CognitoEvent {
  readonly triggerSource: Open<SourceOf<'PreAuthentication'>>
  readonly request: {
    /** What it holds for a user who does not exist is not documented. */
    readonly userAttributes?: AttributeMap | null | undefined
    /** The `ClientMetadata` of InitiateAuth. */
    readonly validationData?: AttributeMap | null | undefined
    /** Sent when the app client hides whether users exist. */
    readonly userNotFound?: boolean | undefined
  }
  readonly response: Readonly<Record<string, never>>
}

/** The moment before a user's password is checked: the last at which a sign-in can be refused unseen. */
export interface PreAuthentication extends Approving {
  readonly name: 'PreAuthentication'
  readonly event: PreAuthenticationEvent
  readonly answer: never
}

/**
 * Makes the function of the pre authentication trigger out of rules.
 *
 * @throws TypeError when there is no rule.
 * @example
 * export const handler = preAuthentication(blockUsers(blocks))
 */
export const preAuthentication: TriggerFactory<PreAuthentication> = defineTrigger<PreAuthentication>({
  name: 'PreAuthentication',
  refuses: true,
  approves: true,
  onError: 'fail',
})
