import type { Decision, RuleObserver } from '../../src/shared/rules/decision.ts'
import { decide } from '../../src/shared/rules/engine.ts'
import { type Clock, startDeadline } from '../../src/shared/rules/invocation.ts'
import type { Rule } from '../../src/shared/rules/rule.ts'
import type { CognitoEvent, PostTrigger, PreTrigger, Trigger, TriggerContract } from '../../src/shared/rules/trigger.ts'
import { autoClock } from './auto-clock.ts'

/** The answer of a made-up trigger, for tests of the language itself. */
interface SampleResponse {
  readonly a?: number
  readonly b?: number
}

export interface SamplePre extends PreTrigger {
  readonly event: CognitoEvent & { readonly response: SampleResponse }
}

export interface SamplePost extends PostTrigger {
  readonly event: CognitoEvent & { readonly response: SampleResponse }
}

export const sampleEvent: SamplePre['event'] = {
  version: '1',
  triggerSource: 'PreSignUp_SignUp',
  region: 'eu-west-1',
  userPoolId: 'eu-west-1_sample',
  userName: 'mary',
  callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: 'client1' },
  request: { userAttributes: { email: 'mary@example.com' } },
  response: {},
}

const contract = (phase: TriggerContract['phase']): TriggerContract => ({ phase, responseFields: { a: 'number', b: 'number' } })

/** Decides as a handler would, on a clock that does not wait. */
export async function run<T extends Trigger>(
  phase: TriggerContract['phase'],
  rule: Rule<T>,
  event: T['event'] = sampleEvent,
  clock: Clock = autoClock(),
  ms = 4000,
  observer: RuleObserver = {},
): Promise<Decision<T>> {
  const deadline = startDeadline(ms, clock)
  const decision = await decide(rule, event, { contract: contract(phase), deadline, clock, ...observer })
  deadline.close()
  return decision
}
