import type { VerifyToken } from '../shared/captcha/verify-token.ts'
import { assertOptions, describeValue } from '../shared/rules/arguments.ts'
import { type ChallengeStep, defineChallenge } from './steps.ts'

/** Options of {@link captcha}. */
export interface CaptchaOptions {
  /** The number of tokens that one sign-in may try, 3 by default. */
  readonly attempts?: number
}

/**
 * Makes a step in which the app sends the token of a CAPTCHA. It does not prove who the user is, so a sign-in needs another step.
 *
 * @param verify Asks the CAPTCHA service if the token is valid. If it throws or does not answer in time, the sign-in fails.
 * @throws TypeError if the argument is not a function, or an option is wrong.
 * @example
 * captcha(siteVerify({ provider: 'turnstile', secret }))
 */
export function captcha(verify: VerifyToken, options: CaptchaOptions = {}): ChallengeStep {
  if (typeof verify !== 'function') throw new TypeError(`captcha(): argument 1 is ${describeValue(verify)}; expected a function`)
  assertOptions('captcha()', options, ['attempts'])
  const makeNothing = () => ({ public: {}, secret: {} })
  return defineChallenge({
    ...options,
    name: 'captcha',
    provesUser: false,
    permissions: [],
    create: makeNothing,
    decoy: makeNothing,
    verify: ({ answer, signal }) => verify(answer, signal),
  })
}
