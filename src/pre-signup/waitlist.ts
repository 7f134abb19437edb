import { parseEmailAddress } from '../shared/email/address.ts'
import { assertMethod, assertOptions, describeValue } from '../shared/rules/arguments.ts'
import { deny, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import type { Waitlist } from '../shared/waitlist/waitlist.ts'
import type { PreSignUp } from './trigger.ts'
import { isVerifiable } from './verifiable-email.ts'

/** The options of {@link waitlist}. */
export interface WaitlistOptions {
  /** The denial's message for a user on the list. */
  readonly message?: string
}

const OWNER = 'waitlist()'
const ON_THE_LIST = 'Thank you! You are on the waiting list, and cannot sign up yet'
const EMAIL_NOT_ALLOWED = 'This email address cannot be used to sign up'
const EMAIL_CODE = { code: 'email-not-allowed', field: 'email', quiet: true } as const

/**
 * Makes a rule that denies a new user, and records the address once, unless the list admits the address. It records after every rule has
 * passed, so the list has no address that another rule denies. It judges all sources of pre sign-up.
 *
 * @throws TypeError if an argument is invalid.
 * @example
 * preSignUp(when(not(byAdministrator), waitlist(dynamoWaitlist({ documents: documentClient(), table: 'waitlist' }))))
 */
export function waitlist(list: Waitlist, options: WaitlistOptions = {}): Rule<PreSignUp> {
  assertMethod(OWNER, 'the list', list, 'record', 'dynamoWaitlist({ documents, table })')
  assertOptions(OWNER, options, ['message'])
  const { message = ON_THE_LIST } = options
  const waiting = deny('on-waiting-list', message, { code: 'on-waiting-list', quiet: true })
  const withoutEmail = deny('no-email', EMAIL_NOT_ALLOWED, EMAIL_CODE)
  const malformed = deny('email-malformed', EMAIL_NOT_ALLOWED, EMAIL_CODE)
  const unverified = deny('email-not-verified', EMAIL_NOT_ALLOWED, EMAIL_CODE)

  return defineRule<PreSignUp>(
    'waitlist',
    (ctx) => {
      const { email } = ctx.user
      if (email === undefined) return withoutEmail
      if (parseEmailAddress(email) === undefined) return malformed
      return isVerifiable(ctx) ? skip() : unverified
    },
    {
      can: ['deny'],
      reasons: ['on-waiting-list'],
      permissions: list.permissions,
      commit: {
        async reserve({ event, user, signal }) {
          const { email } = user
          // Only a rule around this one could let a user without an address pass.
          if (email === undefined) return withoutEmail
          const state: unknown = await list.record({ userPoolId: event.userPoolId, email }, signal)
          if (state === 'admitted') return undefined
          // Without this check, a typing error in a list of your own would deny every user.
          if (state !== 'waiting') throw new TypeError(`record() returned ${describeValue(state)}; expected 'admitted' or 'waiting'`)
          return waiting
        },
        // The address stays on the list, although a later reservation denied the user.
        release: () => undefined,
      },
    },
  )
}
