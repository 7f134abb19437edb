import type { TriggerSource } from '../shared/cognito/triggers.ts'
import type { RuleContext } from '../shared/rules/trigger.ts'
import type { PreSignUp } from './trigger.ts'

// Trigger sources of sign-ups after which Cognito can verify the address by a code.
const VERIFIED_BY_CODE: ReadonlySet<string> = new Set<TriggerSource>(['PreSignUp_SignUp', 'PreSignUp_AdminCreateUser'])

/** Returns true if the user's address is verified, or Cognito can verify it by a code. An identity provider may report any address. */
export function isVerifiable({ event, user }: RuleContext<PreSignUp>): boolean {
  return user.emailVerified || VERIFIED_BY_CODE.has(event.triggerSource)
}
