import type { CognitoEvent } from '../../src/shared/cognito/event.ts'
import type { Decision, RuleObserver } from '../../src/shared/rules/decision.ts'
import { decide } from '../../src/shared/rules/engine.ts'
import { type Clock, startDeadline } from '../../src/shared/rules/invocation.ts'
import type { Rule } from '../../src/shared/rules/rule.ts'
import type { Approving, CognitoResponse, Trigger, TriggerContract, Working } from '../../src/shared/rules/trigger.ts'
import { autoClock } from './auto-clock.ts'

/** The answer of the sample triggers, for tests of the rule language itself. */
export interface SampleAnswer {
  readonly a?: number
  readonly b?: number
}

export interface SampleRefusing extends Approving {
  readonly name: 'PreSignUp'
  readonly event: CognitoEvent
  readonly answer: SampleAnswer
}

export interface SampleWorking extends Working {
  readonly name: 'PostConfirmation'
  readonly event: CognitoEvent
  readonly answer: SampleAnswer
}

export const sampleEvent: CognitoEvent = {
  version: '1',
  triggerSource: 'PreSignUp_SignUp',
  region: 'eu-west-1',
  userPoolId: 'eu-west-1_sample',
  userName: 'mary',
  callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: 'client1' },
  request: { userAttributes: { email: 'mary@example.com' } },
  response: {},
}

/** Encodes an answer. Cognito's fields have the same names as the answer's. */
function encode(answer: unknown): CognitoResponse | undefined {
  if (answer === undefined) return undefined
  for (const [field, value] of Object.entries(Object(answer))) {
    if (field !== 'a' && field !== 'b') throw new TypeError(`unknown field '${field}'`)
    if (typeof value !== 'number') throw new TypeError(`'${field}' is a ${typeof value}`)
  }
  return { ...Object(answer) }
}

const merged: NonNullable<TriggerContract['answers']> = {
  firstStands: false,
  combine: (earlier, later) => ({ ...Object(earlier), ...Object(later) }),
  encode,
}

/** The kinds of triggers that docs/reference/semantics.md describes. */
export type SampleKind = 'refusing' | 'working' | 'sending' | 'messaging' | 'migrating'

export const SAMPLES: Readonly<Record<SampleKind, TriggerContract>> = {
  refusing: { name: 'PreSignUp', refuses: true, approves: true, works: false, onError: 'fail', answers: merged },
  working: { name: 'PostConfirmation', refuses: false, approves: false, works: true, onError: 'continue', answers: merged },
  sending: { name: 'CustomEmailSender', refuses: false, approves: false, works: true, onError: 'fail' },
  messaging: { name: 'CustomMessage', refuses: true, approves: false, works: false, onError: 'continue', answers: merged },
  migrating: {
    ...{ name: 'UserMigration', refuses: true, approves: false, works: false, onError: 'fail' },
    answers: { ...merged, firstStands: true },
  },
}

/** Runs a composition like a handler does. By default, waiting takes no real time. */
export async function run<T extends Trigger>(
  kind: SampleKind,
  rule: Rule<T>,
  event: T['event'] = sampleEvent,
  clock: Clock = autoClock(),
  ms = 4000,
  observer: RuleObserver = {},
): Promise<Decision<T>> {
  const deadline = startDeadline(ms, clock)
  const decision = await decide(rule, event, { contract: SAMPLES[kind], deadline, clock, ...observer })
  deadline.close()
  return decision
}
