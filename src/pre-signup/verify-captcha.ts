import type { VerifyToken } from '../shared/captcha/verify-token.ts'
import { assertOptions, describeValue } from '../shared/rules/arguments.ts'
import { reservationKey } from '../shared/rules/commit.ts'
import { deny, skip } from '../shared/rules/outcome.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import { makeFieldReader, type RequestField } from './request-field.ts'
import type { PreSignUp } from './trigger.ts'

/** The options of {@link verifyCaptcha}. */
export interface VerifyCaptchaOptions {
  /** The field with the token. The default is `clientMetadata.captcha`. */
  readonly from?: RequestField
  /** The denial's message. */
  readonly message?: string
}

const OWNER = 'verifyCaptcha()'
const AGAIN = 'Please solve the CAPTCHA again'
const CODE = { code: 'captcha-not-solved', quiet: true } as const

/**
 * Makes a rule that denies a new user without a valid token of a CAPTCHA. It judges all sources of pre sign-up. A sign-up through an
 * identity provider or by an administrator has no token, so exempt these.
 *
 * @param verify Asks the service, such as `siteVerify(...)`. If it rejects or does not answer in time, the rule has an error.
 * @throws TypeError if an argument is invalid.
 * @example
 * const isSelfService = not(or(byAdministrator, byIdentityProvider))
 * preSignUp(when(isSelfService, verifyCaptcha(siteVerify({ provider: 'turnstile', secret }))))
 */
export function verifyCaptcha(verify: VerifyToken, options: VerifyCaptchaOptions = {}): Rule<PreSignUp> {
  if (typeof verify !== 'function')
    throw new TypeError(`${OWNER}: argument 1 is ${describeValue(verify)}; expected a function such as siteVerify({ provider, secret })`)
  assertOptions(OWNER, options, ['from', 'message'])
  const { from = 'clientMetadata.captcha', message = AGAIN } = options
  const readToken = makeFieldReader(OWNER, from)
  const missing = deny('captcha-missing', message, CODE)
  const refused = deny('captcha-refused', message, CODE)

  return defineRule<PreSignUp>(
    'verify-captcha',
    async (ctx) => {
      const token = readToken(ctx.event)
      if (token === undefined) return missing
      const valid: unknown = await verify(token, ctx.signal, reservationKey(ctx))
      // Without this check, a function in plain JavaScript that returns the service's whole answer would accept every token.
      if (typeof valid !== 'boolean') throw new TypeError(`The CAPTCHA check returned ${describeValue(valid)}; expected a boolean`)
      return valid ? skip() : refused
    },
    { can: ['deny'], permissions: [], reasons: ['captcha-missing', 'captcha-refused'] },
  )
}
