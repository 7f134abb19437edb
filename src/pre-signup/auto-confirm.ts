import { assertCondition, assertOptions } from '../shared/rules/arguments.ts'
import type { Condition } from '../shared/rules/condition.ts'
import { andThen, type MaybePromise } from '../shared/rules/invocation.ts'
import { type Answer, respond, type Skip, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule, type RuleNode } from '../shared/rules/rule.ts'
import type { RuleUser } from '../shared/rules/trigger.ts'
import type { PreSignUp, PreSignUpAnswer } from './trigger.ts'

/** Whom to confirm without a code, and what to mark as verified. */
export interface AutoConfirmOptions {
  /** Only these; everybody unless set. */
  readonly when?: Condition<PreSignUp>
  /**
   * Marks the email address as verified. `true` needs a `when` that holds proof, such as an invitation that was sent to that
   * address: Cognito moves the address from the user who had it as an alias, so whoever may claim any address takes over
   * accounts. `trust-unproven-address` spells out that there is no proof.
   */
  readonly verifyEmail?: boolean | 'trust-unproven-address'
  /** The same for the phone number. */
  readonly verifyPhone?: boolean | 'trust-unproven-number'
  /** Needed where nothing but an email domain decides: a domain proves nothing about who typed the address. */
  readonly trust?: 'unproven-address'
}

/** A rule made by {@link autoConfirm}, as a composition shows it. */
export interface AutoConfirmNode extends RuleNode {
  /** The attributes that it marks as verified. */
  readonly verifies: readonly ('email' | 'phone_number')[]
}

/**
 * Confirms users at once, so that Cognito sends them no code. Marks nothing as verified unless asked to, and never an
 * attribute that the user does not have: that would make the sign-up fail. Skips users whom an administrator creates, for
 * whom Cognito ignores it. Never allows.
 *
 * Without a `when` it confirms everybody, which fools nobody. A domain as the only condition looks like a proof and is none,
 * so it has to be spelt out; so has verifying an address or a number without proof of who owns it.
 *
 * @throws TypeError when a domain alone would confirm users, or no proof at all verify an address, and that is not spelt out.
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
  // Held against the words themselves: in plain JavaScript any other value would else be taken for them.
  if (when?.proof === 'domain' && trust !== 'unproven-address' && verifyEmail !== 'trust-unproven-address') {
    throw new TypeError(
      "autoConfirm: an email domain proves nothing about who typed the address. Add a condition that holds proof, or spell it out: trust: 'unproven-address'",
    )
  }
  if (verifyEmail && verifyEmail !== 'trust-unproven-address' && !proven) {
    throw new TypeError(
      "autoConfirm: verifyEmail: true needs a `when` that proves who owns the address. Without one it takes the address from whoever has it: verifyEmail: 'trust-unproven-address'",
    )
  }
  if (verifyPhone && verifyPhone !== 'trust-unproven-number' && !proven) {
    throw new TypeError(
      "autoConfirm: verifyPhone: true needs a `when` that proves who owns the number. Without one it takes the number from whoever has it: verifyPhone: 'trust-unproven-number'",
    )
  }
}
