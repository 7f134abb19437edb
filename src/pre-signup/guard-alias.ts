import { emailKey, parseEmailAddress } from '../shared/email/address.ts'
import { assertMethod, assertOptions, assertRules, describeValue } from '../shared/rules/arguments.ts'
import { chain } from '../shared/rules/combinators.ts'
import { type AnyOutcome, deny } from '../shared/rules/outcome.ts'
import { compose, type Rule, type RuleArgument, type RulePermission } from '../shared/rules/rule.ts'
import type { RuleUser } from '../shared/rules/trigger.ts'
import type { PreSignUp, PreSignUpAnswer } from './trigger.ts'

const OWNER = 'guardAlias()'

/** The default message of a denial. It does not mention the account. */
const NOT_AVAILABLE = 'This sign-up is not possible. If you have an account already, please sign in'

// The code of `reserveLegacyUsers`, because the message is the same.
const CODE = { code: 'account-exists', quiet: true } as const

/** An email address or a phone number that a sign-up would verify. */
export interface AliasQuery {
  readonly userPoolId: string
  readonly attribute: 'email' | 'phone_number'
  /** The value as the event has it. */
  readonly value: string
  /** The address in lower case, its domain in ASCII. For a phone number, the same as `value`. */
  readonly key: string
}

/** A look-up of verified addresses and phone numbers of a user pool. */
export interface Aliases {
  /**
   * Returns true if a user has the verified address or number.
   *
   * @throws if the look-up fails. The user is then refused.
   */
  readonly isHeld: (query: AliasQuery, signal: AbortSignal) => Promise<boolean>
  /** The IAM permissions of the look-up. */
  readonly permissions?: readonly RulePermission[]
}

/** The options of {@link guardAlias}. */
export interface GuardAliasOptions {
  /**
   * Must be `true`. A denial reveals that an address or a number has an account, to anyone who tries to sign up with it. No message can
   * hide that, because others are accepted.
   */
  readonly revealsExistence: true
  /** The denial's message. The default asks users with an account to sign in. */
  readonly message?: string
}

/**
 * Runs rules in order, as `chain` does. If their answer verifies an email address or a phone number, and another user has it verified
 * already, it denies the new user. Cognito would move that user's alias to the new user.
 *
 * It looks up every address and number that the rules verify, so the response time reveals nothing more.
 *
 * @throws TypeError without `revealsExistence: true` or a rule, or if an argument is invalid.
 * @example
 * preSignUp(
 *   guardAlias(cognitoAliases({ cognito: cognitoClient() }), { revealsExistence: true }, autoConfirm({ when: hasInvite, verifyEmail: true })),
 * )
 */
export function guardAlias(aliases: Aliases, options: GuardAliasOptions, ...rules: readonly RuleArgument<PreSignUp>[]): Rule<PreSignUp> {
  assertMethod(OWNER, 'the look-up of aliases', aliases, 'isHeld', 'cognitoAliases({ cognito })')
  assertOptions(OWNER, options, ['revealsExistence', 'message'])
  if (options.revealsExistence !== true)
    throw new TypeError(`${OWNER}: a denial reveals to anyone that a user exists; expected revealsExistence: true, to accept that`)
  assertRules(OWNER, rules, 3)
  const { message = NOT_AVAILABLE } = options
  const held = deny('alias-taken', message, CODE)
  const malformed = deny('email-malformed', message, CODE)
  const inner = chain(...rules)

  const isHeld = async (query: AliasQuery, signal: AbortSignal): Promise<boolean> => {
    const found: unknown = await aliases.isHeld(query, signal)
    // Without this check, a look-up in plain JavaScript that returns undefined would decide by accident.
    if (typeof found !== 'boolean') throw new TypeError(`isHeld() returned ${describeValue(found)}; expected a boolean`)
    return found
  }

  return compose<PreSignUp>({
    name: 'guard-alias',
    kind: 'chain',
    children: rules,
    reasons: ['alias-taken'],
    ...(aliases.permissions && { permissions: aliases.permissions }),
    async evaluate(ctx, run): Promise<AnyOutcome<PreSignUp>> {
      const outcome: AnyOutcome<PreSignUp> = await inner.evaluate(ctx, run)
      // Cognito ignores the answer for a user whom an administrator creates.
      if (outcome.kind === 'deny' || outcome.answer === undefined || ctx.event.triggerSource === 'PreSignUp_AdminCreateUser') return outcome
      const verified = listVerified(outcome.answer, ctx.user, ctx.event.userPoolId)
      if (verified === undefined) return malformed
      const found = await run.wait(Promise.all(verified.map((query) => isHeld(query, ctx.signal))))
      return found.includes(true) ? held : outcome
    },
  })
}

/** Returns a query for each value that an answer verifies, or undefined if the address is malformed. */
function listVerified(
  { autoVerifyEmail, autoVerifyPhone }: PreSignUpAnswer,
  { email, phoneNumber }: RuleUser,
  userPoolId: string,
): readonly AliasQuery[] | undefined {
  const queries: AliasQuery[] = []
  if (autoVerifyEmail && email !== undefined) {
    const address = parseEmailAddress(email)
    // A malformed address can be another spelling of a verified one.
    if (address === undefined) return undefined
    queries.push({ userPoolId, attribute: 'email', value: email, key: emailKey(address) })
  }
  if (autoVerifyPhone && phoneNumber !== undefined)
    queries.push({ userPoolId, attribute: 'phone_number', value: phoneNumber, key: phoneNumber })
  return queries
}
