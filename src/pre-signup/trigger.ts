import type { AttributeMap, CognitoEvent, Open } from '../shared/cognito/event.ts'
import type { SourceOf } from '../shared/cognito/triggers.ts'
import { defineTrigger, type TriggerFactory } from '../shared/lambda/define-trigger.ts'
import { type Condition, triggeredBy } from '../shared/rules/condition.ts'
import type { Approving, CognitoResponse } from '../shared/rules/trigger.ts'

/** The answer of a pre sign-up rule. Cognito ignores it for users whom an administrator creates. */
export interface PreSignUpAnswer {
  /** Confirms the user at once, so that Cognito sends no code. */
  readonly autoConfirmUser?: boolean
  /** Marks the email address as verified. Another user with this alias loses it. Without an `email`, the sign-up fails. */
  readonly autoVerifyEmail?: boolean
  /** Marks the phone number as verified. Without a `phone_number`, the sign-up fails. */
  readonly autoVerifyPhone?: boolean
}

/**
 * The pre sign-up event. The user does not exist yet, so the event has no `sub`.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-sign-up.html
 */
export interface PreSignUpEvent extends CognitoEvent {
  readonly triggerSource: Open<SourceOf<'PreSignUp'>>
  readonly request: {
    readonly userAttributes: AttributeMap
    /** Null if a local user sent none. `{}` for a federated user. */
    readonly validationData?: AttributeMap | null | undefined
    readonly clientMetadata?: AttributeMap | null | undefined
  }
  readonly response: PreSignUpAnswer
}

/** The pre sign-up trigger. It runs before Cognito stores the user, so a denial stores nothing. */
export interface PreSignUp extends Approving {
  readonly name: 'PreSignUp'
  readonly event: PreSignUpEvent
  readonly answer: PreSignUpAnswer
}

const FLAGS = ['autoConfirmUser', 'autoVerifyEmail', 'autoVerifyPhone']

/** Validates an answer and returns it as Cognito's response, which has the same flags. */
function encode(answer: PreSignUpAnswer | undefined): CognitoResponse | undefined {
  if (answer === undefined) return undefined
  for (const [flag, value] of Object.entries(answer)) {
    if (!FLAGS.includes(flag)) throw new TypeError(`A pre sign-up answer cannot have '${flag}'; expected ${FLAGS.join(', ')}`)
    if (typeof value !== 'boolean') throw new TypeError(`'${flag}' of a pre sign-up answer is a ${typeof value}; expected a boolean`)
  }
  return { ...answer }
}

/**
 * Makes the Lambda handler of the pre sign-up trigger from rules.
 *
 * @throws TypeError if the list of rules is empty.
 * @example
 * export const handler = preSignUp(allowEmailDomains('example.com', '*.example.org'))
 */
export const preSignUp: TriggerFactory<PreSignUp> = defineTrigger<PreSignUp>({
  name: 'PreSignUp',
  refuses: true,
  approves: true,
  onError: 'fail',
  combine: (earlier, later) => ({ ...earlier, ...later }),
  encode,
})

/** Holds if an administrator creates the user with AdminCreateUser, which needs IAM permissions. Cognito then ignores the answer. */
export const byAdministrator: Condition = triggeredBy('PreSignUp_AdminCreateUser')

/** Holds for a user's first sign-in through an identity provider. Cognito never asks such users to verify their address. */
export const byIdentityProvider: Condition = triggeredBy('PreSignUp_ExternalProvider')
