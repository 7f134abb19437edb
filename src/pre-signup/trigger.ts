import { defineTrigger, type Guard, type TriggerFactory } from '../shared/lambda/define-trigger.ts'
import { type Condition, triggeredBy } from '../shared/rules/condition.ts'
import type { AttributeMap, CognitoEvent, Open, PreTrigger } from '../shared/rules/trigger.ts'

/** From where Cognito calls pre sign-up: the user's own sign-up, an administrator, or a first sign-in through an identity provider. */
export type PreSignUpSource = 'PreSignUp_SignUp' | 'PreSignUp_AdminCreateUser' | 'PreSignUp_ExternalProvider'

/** What the function may answer. Cognito ignores all three for users whom an administrator creates. */
export interface PreSignUpResponse {
  /** Confirms the user at once; no code is sent. */
  readonly autoConfirmUser?: boolean
  /** Marks the address as verified. Moves it from the user who had it as an alias; without an `email` the sign-up fails. */
  readonly autoVerifyEmail?: boolean
  /** Marks the phone number as verified; without a `phone_number` the sign-up fails. */
  readonly autoVerifyPhone?: boolean
}

/**
 * The pre sign-up event. The user does not exist yet, so there is no `sub`.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-sign-up.html
 */
export interface PreSignUpEvent extends CognitoEvent {
  readonly triggerSource: Open<PreSignUpSource>
  readonly request: {
    readonly userAttributes: AttributeMap
    /** Null for a local user who sent none, `{}` for a federated one. */
    readonly validationData?: AttributeMap | null | undefined
    readonly clientMetadata?: AttributeMap | null | undefined
  }
  readonly response: PreSignUpResponse
}

/** The moment before a user is stored: a refusal here leaves nothing behind. */
export interface PreSignUp extends PreTrigger {
  readonly name: 'PreSignUp'
  readonly event: PreSignUpEvent
}

/**
 * Makes the function of the pre sign-up trigger out of rules.
 *
 * @throws TypeError when there is no rule.
 * @example
 * export const handler = preSignUp(allowEmailDomains('example.com', '*.example.org'))
 */
export const preSignUp: TriggerFactory<PreSignUp> = defineTrigger<PreSignUp>({
  name: 'PreSignUp',
  phase: 'pre',
  responseFields: { autoConfirmUser: 'boolean', autoVerifyEmail: 'boolean', autoVerifyPhone: 'boolean' },
})

/**
 * The same chain as a middy middleware, for a middy handler that you have already. An `onError` of that handler which
 * returns a value turns a denial into success, and an earlier `before` which returns a value ends the invocation unjudged:
 * only {@link preSignUp} promises that neither can happen.
 *
 * @example
 * export const handler = middy(mine).use(guard(allowEmailDomains('example.com')))
 */
export const guard: Guard<PreSignUp> = preSignUp.guard

/** An administrator creates the user, with IAM rights: AdminCreateUser. Cognito then ignores the answer's flags. */
export const byAdministrator: Condition = triggeredBy('PreSignUp_AdminCreateUser')

/** The user comes through an identity provider for the first time. Cognito will never ask them to prove their address. */
export const byIdentityProvider: Condition = triggeredBy('PreSignUp_ExternalProvider')
