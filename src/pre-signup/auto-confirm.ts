import { assertCondition, assertOptions } from '../shared/rules/arguments.ts'
import type { Condition } from '../shared/rules/condition.ts'
import { andThen, type MaybePromise } from '../shared/rules/invocation.ts'
import { type Answer, respond, type Skip, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule, type RuleNode } from '../shared/rules/rule.ts'
import type { RuleUser } from '../shared/rules/trigger.ts'
import type { PreSignUp, PreSignUpAnswer } from './trigger.ts'

/** Options of {@link autoConfirm}. */
export interface AutoConfirmOptions {
  /** Confirms only users for whom the condition holds. By default, confirms every user. */
  readonly when?: Condition<PreSignUp>
  /**
   * Marks the email address as verified. `true` needs a `when` that holds proof, such as an invitation sent to that address. Without
   * proof, a new user can take over an account: if the address is another user's alias, Cognito moves it to the new user.
   * `trust-unproven-address` accepts that risk.
   */
  readonly verifyEmail?: boolean | 'trust-unproven-address'
  /** Marks the phone number as verified. `true` needs a `when` that holds proof. `trust-unproven-number` needs no proof. */
  readonly verifyPhone?: boolean | 'trust-unproven-number'
  /** Required if `when` depends on an email domain and holds no proof: a domain proves nothing about who typed the address. */
  readonly trust?: 'unproven-address'
}

/** The node of an {@link autoConfirm} rule in a composition. */
export interface AutoConfirmNode extends RuleNode {
  /** The attributes that the rule marks as verified. */
  readonly verifies: readonly ('email' | 'phone_number')[]
}

/**
 * Makes a rule that confirms users at once, so that Cognito sends them no code. It never returns allow. It skips users whom an
 * administrator creates, because Cognito ignores the answer for them.
 *
 * The rule marks an attribute as verified only if an option requires it. It never marks a missing attribute, because that would fail the
 * sign-up.
 *
 * A condition on an email domain looks like proof, but it is not. So it needs `trust` as well. Without a `when`, the rule confirms
 * every user and needs no `trust`.
 *
 * @throws TypeError if a condition without proof depends on a domain and `trust` is missing, or if a verification lacks proof.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-sign-up.html
 * @example
 * autoConfirm({ when: hasInvite, verifyEmail: true })
 */
export function autoConfirm(options: AutoConfirmOptions = {}): Rule<PreSignUp> & AutoConfirmNode {
  assertOptions('autoConfirm()', options, ['when', 'verifyEmail', 'verifyPhone', 'trust'])
  if (options.when !== undefined) assertCondition('autoConfirm()', options.when)
  assertSpeltOut(options)
  const confirm = ({ email, phoneNumber }: RuleUser): Answer<PreSignUpAnswer> => {
    const response: PreSignUpAnswer = {
      autoConfirmUser: true,
      ...(options.verifyEmail && email !== undefined && { autoVerifyEmail: true }),
      ...(options.verifyPhone && phoneNumber !== undefined && { autoVerifyPhone: true }),
    }
    return respond<PreSignUpAnswer>(response, 'confirmed')
  }
  const rule = defineRule<PreSignUp>(
    'auto-confirm',
    (ctx, run) => {
      if (ctx.event.triggerSource === 'PreSignUp_AdminCreateUser') return skip('ignored-for-administrators')
      const holds = options.when === undefined || run.ask(options.when, ctx)
      return andThen(
        holds,
        (confirmed): MaybePromise<Answer<PreSignUpAnswer> | Skip> => (confirmed ? confirm(ctx.user) : skip('condition-false')),
      )
    },
    { can: ['answer'], permissions: [] },
  )
  return {
    ...rule,
    verifies: [...(options.verifyEmail ? (['email'] as const) : []), ...(options.verifyPhone ? (['phone_number'] as const) : [])],
  }
}

function assertSpeltOut({ when, verifyEmail, verifyPhone, trust }: AutoConfirmOptions): void {
  const proven = when !== undefined && when.proof === undefined
  // Compares with the exact values, because plain JavaScript may pass any truthy value.
  if (when?.proof === 'domain' && trust !== 'unproven-address' && verifyEmail !== 'trust-unproven-address') {
    throw new TypeError(
      "autoConfirm: an email domain proves nothing about who typed the address. Add a condition that holds proof, or set trust: 'unproven-address'",
    )
  }
  if (verifyEmail && verifyEmail !== 'trust-unproven-address' && !proven) {
    throw new TypeError(
      "autoConfirm: verifyEmail: true needs a `when` that holds proof, or users can take over accounts. To accept that risk, set verifyEmail: 'trust-unproven-address'",
    )
  }
  if (verifyPhone && verifyPhone !== 'trust-unproven-number' && !proven) {
    throw new TypeError(
      "autoConfirm: verifyPhone: true needs a `when` that holds proof, or users can take over accounts. To accept that risk, set verifyPhone: 'trust-unproven-number'",
    )
  }
}
