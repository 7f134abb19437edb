import { type TriggerName, triggerFacts } from '../../shared/cognito/triggers.ts'
import { checkAnswer } from './check-answer.ts'
import type { FunctionError } from './child-messages.ts'
import type { HandlerLog } from './handler-log.ts'
import type { Invocation, LambdaFunction } from './lambda.ts'

/** What Cognito made of an event. */
export interface Delivery {
  readonly outcome: 'proceed' | 'denied' | 'failed'
  /** What the function answered; null when it gave no answer that Cognito takes. */
  readonly response: Readonly<Record<string, unknown>> | null
  /** What the caller of Cognito gets. */
  readonly error: FunctionError | null
  /** For people, where no rule can tell: what was wrong. */
  readonly problem: string | null
  readonly log: HandlerLog | null
  readonly attempts: number
  readonly durationMs: number
  /** The handler cannot be loaded, for this reason. */
  readonly notStarted?: FunctionError
}

/** How long Cognito waits for an answer, in milliseconds. It cannot be changed. */
export const COGNITO_WAIT_MS = 5000

// "After three unsuccessful attempts, the function times out": today's text names no number any more.
const TRIES = 3

/**
 * Drives a function with an event as Cognito does: it waits five seconds, tries again where nothing came back, and takes an
 * error that the function returned, or an answer that is wrong, as final.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
 */
export async function deliver(
  lambda: LambdaFunction,
  trigger: TriggerName,
  event: Readonly<Record<string, unknown>>,
  waitMs: number = COGNITO_WAIT_MS,
): Promise<Delivery> {
  // Starting a process takes its time here as it would not in Lambda: it is not counted.
  await lambda.rule()
  const startedAt = performance.now()
  let attempts = 0
  let invocation: Invocation
  do {
    attempts += 1
    invocation = await lambda.invoke(event, waitMs)
  } while (invocation.kind === 'timedOut' && attempts < countTries(trigger))
  const durationMs = Math.round((performance.now() - startedAt) * 1000) / 1000
  return { ...toReceived(invocation, trigger, event, { attempts, waitMs }), log: invocation.log, attempts, durationMs }
}

type Received = Omit<Delivery, 'log' | 'attempts' | 'durationMs'>

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
      return 'response' in checked
        ? { ...refused, outcome: 'proceed', response: checked.response, error: null }
        : { ...refused, ...checked, outcome: 'failed' }
    }
    case 'threw':
      return {
        ...refused,
        outcome: invocation.log?.decision === 'failed' ? 'failed' : 'denied',
        error: toCallerError(trigger, invocation.error),
      }
    case 'crashed':
      return {
        ...refused,
        outcome: 'failed',
        error: toCallerError(trigger, invocation.error),
        problem: 'the process of the function ended',
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
      const problem = `no answer within ${waitMs / 1000} seconds, ${attempts === 1 ? 'once' : `${attempts} times`}`
      return {
        ...refused,
        outcome: 'failed',
        error: { name: 'Timeout', message: `${trigger}: ${problem}; with which error AWS does not say` },
        problem,
      }
    }
  }
}

function countTries(trigger: TriggerName): number {
  return triggerFacts(trigger).waits ? TRIES : 1
}

function toCallerError(trigger: TriggerName, error: FunctionError): FunctionError {
  if (!triggerFacts(trigger).waits) return error
  return { name: 'UserLambdaValidationException', message: `${trigger} failed with error ${error.message}.` }
}
