import { type TriggerName, triggerFacts } from '../../shared/cognito/triggers.ts'
import { checkAnswer } from './check-answer.ts'
import type { FunctionError } from './child-messages.ts'
import type { Invocation } from './invocation.ts'
import type { LambdaFunction } from './lambda.ts'
import type { HandlerDecision } from './rule-trace.ts'

/** The result of sending an event to a function, as Cognito sees it. */
export interface Delivery {
  readonly outcome: 'proceed' | 'denied' | 'failed'
  /** The response of the function. Null if Cognito gets no valid answer. */
  readonly response: Readonly<Record<string, unknown>> | null
  /** A response that fails here although Cognito accepts it, because its effect is not what it says. Absent for any other response. */
  readonly accepted?: Readonly<Record<string, unknown>>
  /** The error that the caller of Cognito gets. */
  readonly error: FunctionError | null
  /** A description of a problem that no rule reports, such as a timeout or a crash. */
  readonly problem: string | null
  /** The decision of the rules. Null if the handler was not made with Lifeguard. */
  readonly decision: HandlerDecision | null
  readonly attempts: number
  readonly durationMs: number
  /** The error of loading the handler. Absent if the handler was loaded. */
  readonly notStarted?: FunctionError
}

/** The time that Cognito waits for an answer, in milliseconds. Not configurable. */
export const COGNITO_WAIT_MS = 5000

// An earlier version of the AWS page below states: "After three unsuccessful attempts, the function times out". The current version
// states no number, so replay keeps three.
const TRIES = 3

/**
 * Invokes a function with an event as Cognito does. Cognito waits five seconds and retries after a timeout. It does not retry
 * after an error or an invalid answer.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
 */
export async function deliver(
  lambda: LambdaFunction,
  trigger: TriggerName,
  event: Readonly<Record<string, unknown>>,
  waitMs: number = COGNITO_WAIT_MS,
): Promise<Delivery> {
  // Starts the child process before the measurement, because the process exists only in replay, so Cognito never waits for its start.
  await lambda.rule()
  let attempts = 0
  let totalMs = 0
  let invocation: Invocation
  do {
    attempts += 1
    invocation = await lambda.invoke(event, waitMs)
    totalMs += invocation.durationMs
  } while (invocation.kind === 'timedOut' && attempts < countTries(trigger))
  const durationMs = Math.round(totalMs * 1000) / 1000
  return { ...toReceived(invocation, trigger, event, { attempts, waitMs }), decision: invocation.decision, attempts, durationMs }
}

/** The error of a sign-in that the response of a function refuses. It is also Cognito's error for a wrong password. */
const NOT_AUTHORIZED: FunctionError = { name: 'NotAuthorizedException', message: 'Incorrect username or password.' }

type Received = Omit<Delivery, 'decision' | 'attempts' | 'durationMs'>

function toReceived(
  invocation: Invocation,
  trigger: TriggerName,
  event: Readonly<Record<string, unknown>>,
  { attempts, waitMs }: { readonly attempts: number; readonly waitMs: number },
): Received {
  const refused = { response: null, problem: null }
  switch (invocation.kind) {
    case 'returned': {
      if (!triggerFacts(trigger).waits) return { ...refused, outcome: 'proceed', error: null }
      const checked = checkAnswer(trigger, event, invocation.json)
      if ('problem' in checked) return { ...refused, ...checked, problem: addNote(checked.problem, invocation), outcome: 'failed' }
      const { response } = checked
      const { refusesBy } = triggerFacts(trigger)
      return refusesBy !== undefined && response[refusesBy] === true
        ? { ...refused, outcome: 'denied', response, error: NOT_AUTHORIZED }
        : { ...refused, outcome: 'proceed', response, error: null }
    }
    case 'threw': {
      const error = toCallerError(trigger, invocation.error)
      if (isDenial(invocation, trigger)) return { ...refused, outcome: 'denied', error }
      // The rules have reported the error of a failed decision.
      const problem = invocation.decision?.decision === 'failed' ? null : addNote(invocation.cause, invocation)
      return { ...refused, outcome: 'failed', error, problem }
    }
    case 'crashed':
      return {
        ...refused,
        outcome: 'failed',
        error: toCallerError(trigger, invocation.error),
        problem: `the function's process exited${invocation.cause === undefined ? '' : `: ${invocation.cause}`}`,
      }
    case 'notStarted':
      return {
        ...refused,
        outcome: 'failed',
        error: toCallerError(trigger, invocation.error),
        problem: 'the handler does not start',
        notStarted: invocation.error,
      }
    case 'timedOut': {
      const problem = `no answer within ${waitMs / 1000} seconds in ${attempts === 1 ? '1 attempt' : `${attempts} attempts`}`
      return {
        ...refused,
        outcome: 'failed',
        error: { name: 'Timeout', message: `${trigger}: ${problem}; AWS does not document the error` },
        problem,
      }
    }
  }
}

/**
 * Returns true if an error refuses the user. Lifeguard's rules decide that themselves. Any other function refuses by an error of its own,
 * and only in a trigger that may refuse.
 */
function isDenial({ decision, refusal }: Extract<Invocation, { kind: 'threw' }>, trigger: TriggerName): boolean {
  if (decision !== null && decision.decision !== 'proceed') return decision.decision === 'denied'
  return refusal && triggerFacts(trigger).refuses === true
}

function addNote(problem: string, { unsupported }: Invocation): string {
  return unsupported === undefined ? problem : `${problem}. The handler ${unsupported}`
}

function countTries(trigger: TriggerName): number {
  return triggerFacts(trigger).waits ? TRIES : 1
}

function toCallerError(trigger: TriggerName, error: FunctionError): FunctionError {
  if (!triggerFacts(trigger).waits) return error
  return { name: 'UserLambdaValidationException', message: `${trigger} failed with error ${error.message}.` }
}
