import { defineTrigger, type Guard, type TriggerFactory } from '../shared/lambda/define-trigger.ts'
import type { AttributeMap, CognitoEvent, Open, PreTrigger } from '../shared/rules/trigger.ts'

/** The one source of pre authentication. It is not called when a session is refreshed. */
export type PreAuthenticationSource = 'PreAuthentication_Authentication'

/**
 * The pre authentication event, which comes before the password is checked.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-authentication.html
 */
export interface PreAuthenticationEvent extends CognitoEvent {
  readonly triggerSource: Open<PreAuthenticationSource>
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
export interface PreAuthentication extends PreTrigger {
  readonly name: 'PreAuthentication'
  readonly event: PreAuthenticationEvent
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
  phase: 'pre',
  responseFields: {},
})

/**
 * The same chain as a middy middleware, for a middy handler that you have already. An `onError` of that handler which
 * returns a value hides what the rules threw: only {@link preAuthentication} promises that this cannot happen.
 *
 * @example
 * export const handler = middy(mine).use(guard(blockUsers(blocks)))
 */
export const guard: Guard<PreAuthentication> = preAuthentication.guard
