import type { AttributeMap, CognitoEvent, Open } from '../shared/cognito/event.ts'
import type { SourceOf } from '../shared/cognito/triggers.ts'
import { defineTrigger, type TriggerFactory } from '../shared/lambda/define-trigger.ts'
import type { Approving } from '../shared/rules/trigger.ts'

/**
 * The pre authentication event. Cognito sends the event before it checks the password.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-authentication.html
 */
export interface PreAuthenticationEvent extends CognitoEvent {
  readonly triggerSource: Open<SourceOf<'PreAuthentication'>>
  readonly request: {
    /** May be missing for a user who does not exist, because AWS does not document that case. */
    readonly userAttributes?: AttributeMap | null | undefined
    /** The `ClientMetadata` of InitiateAuth. */
    readonly validationData?: AttributeMap | null | undefined
    /** Set if the app client has `PreventUserExistenceErrors` enabled. */
    readonly userNotFound?: boolean | undefined
  }
  readonly response: Readonly<Record<string, never>>
}

/** The pre authentication trigger. It runs before the password is checked, so a denial does not reveal whether the password is right. */
export interface PreAuthentication extends Approving {
  readonly name: 'PreAuthentication'
  readonly event: PreAuthenticationEvent
  readonly answer: never
}

/**
 * Makes the Lambda handler of the pre authentication trigger from rules.
 *
 * @throws TypeError if the list of rules is empty.
 * @example
 * export const handler = preAuthentication(blockUsers(blocks))
 */
export const preAuthentication: TriggerFactory<PreAuthentication> = defineTrigger<PreAuthentication>({
  name: 'PreAuthentication',
  refuses: true,
  approves: true,
  onError: 'fail',
})
