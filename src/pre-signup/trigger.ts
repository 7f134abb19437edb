import type { AttributeMap, CognitoEvent, Open } from '../shared/cognito/event.ts'
import type { SourceOf } from '../shared/cognito/triggers.ts'
import { defineTrigger, type TriggerFactory } from '../shared/lambda/define-trigger.ts'
import { type Condition, triggeredBy } from '../shared/rules/condition.ts'
import type { Approving, CognitoResponse } from '../shared/rules/trigger.ts'

/** What a rule may answer. Cognito ignores all three for users whom an administrator creates. */
export interface PreSignUpAnswer {
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
  readonly triggerSource: Open<SourceOf<'PreSignUp'>>
  readonly request: {
    readonly userAttributes: AttributeMap
    /** Null for a local user who sent none, `{}` for a federated one. */
    readonly validationData?: AttributeMap | null | undefined
    readonly clientMetadata?: AttributeMap | null | undefined
  }
  readonly response: PreSignUpAnswer
}

/** The moment before a user is stored: a refusal here leaves nothing behind. */
export interface PreSignUp extends Approving {
  readonly name: 'PreSignUp'
  readonly event: PreSignUpEvent
  readonly answer: PreSignUpAnswer
}

const FLAGS = ['autoConfirmUser', 'autoVerifyEmail', 'autoVerifyPhone']

/** Cognito's response has the same flags. */
function encode(answer: PreSignUpAnswer | undefined): CognitoResponse | undefined {
  if (answer === undefined) return undefined
  for (const [flag, value] of Object.entries(answer)) {
    if (!FLAGS.includes(flag)) throw new TypeError(`A pre sign-up answer has no '${flag}'; it has ${FLAGS.join(', ')}`)
    if (typeof value !== 'boolean') throw new TypeError(`'${flag}' of a pre sign-up answer is a ${typeof value}; expected a boolean`)
  }
  return { ...answer }
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
  refuses: true,
  approves: true,
  onError: 'fail',
  combine: (earlier, later) => ({ ...earlier, ...later }),
  encode,
})

/** An administrator creates the user, with IAM rights: AdminCreateUser. Cognito then ignores the answer's flags. */
export const byAdministrator: Condition = triggeredBy('PreSignUp_AdminCreateUser')

/** The user comes through an identity provider for the first time. Cognito will never ask them to prove their address. */
export const byIdentityProvider: Condition = triggeredBy('PreSignUp_ExternalProvider')
