import middy from '@middy/core'
import { processClock, startDeadline } from '../rules/deadline.ts'
import { decide } from '../rules/engine.ts'
import type { Rule } from '../rules/rule.ts'
import type { RuleObserver } from '../rules/trace.ts'
import type { Allowed, Trigger } from '../rules/trigger.ts'
import { answerOrThrow } from './answer.ts'
import { concludeFrom, type Trouble } from './conclude.ts'
import { initTime } from './init-time.ts'
import { reporter } from './log/report.ts'
import { type Invocation, type InvocationContext, pipelineOf } from './pipeline.ts'
import { DEFAULT_DEADLINE_MS, type HandlerSettings } from './settings.ts'

/** A Lambda function of a trigger. Two parameters: Node 24's runtime refuses a third. */
export type Invoke<T extends Trigger> = (event: T['event'], context?: InvocationContext) => Promise<T['event']>

/** A composition that is ready to run: of which trigger, with what settings. */
export interface Composed<T extends Trigger> {
  /** The word of Cognito's LambdaConfig: `PreSignUp`. */
  readonly name: string
  readonly allowed: Allowed
  readonly rule: Rule<T>
  readonly settings: HandlerSettings<T>
}

// Enough for the answer to be serialised and sent before Lambda itself ends the function.
const LAMBDA_MARGIN_MS = 100
// A cold start that has used up the deadline still leaves each rule a chance: Cognito's own limit is a second later.
const LEAST_MS = 250

/**
 * Makes the function that Lambda runs. The engine judges the event as it came in, and the answer is built from its decision
 * alone, outside middy: there an `onError` that returns something turns a denial into success, and a `before` that returns
 * something ends the invocation with it.
 *
 * @param observer Read once an invocation, when the rules begin.
 */
export function createInvoke<T extends Trigger>({ name, allowed, rule, settings }: Composed<T>, observer: () => RuleObserver): Invoke<T> {
  const { clock = processClock, deadlineMs = DEFAULT_DEADLINE_MS, middleware = [] } = settings
  // middy refuses what is no middleware: here when the handler is made, below it would be when a user signs up.
  if (middleware.length > 0) middy().use([...middleware])
  const report = reporter(name, rule, settings)
  const spentInInit = initTime(clock.now())

  const timeFor = (context: InvocationContext | undefined, startedAt: number): number => {
    const mine = Math.max(deadlineMs - spentInInit(startedAt), Math.min(LEAST_MS, deadlineMs))
    const lambdas = context?.getRemainingTimeInMillis?.()
    return lambdas === undefined ? mine : Math.min(mine, Math.max(lambdas - LAMBDA_MARGIN_MS, 1))
  }

  const pipeline = pipelineOf<T>((event, deadline) => decide(rule, event, { allowed, deadline, clock, ...observer() }), middleware)

  return async (event, context) => {
    const startedAt = clock.now()
    const deadline = startDeadline(timeFor(context, startedAt), clock)
    const invocation: Invocation<T> = { event, context, deadline, decision: undefined }
    let trouble: Trouble | undefined
    try {
      await pipeline(invocation)
    } catch (error) {
      trouble = { error }
    }
    deadline.close()
    const conclusion = concludeFrom(invocation.decision, trouble)
    report(event, context, conclusion, clock.now() - startedAt)
    return answerOrThrow<T>(conclusion, event)
  }
}
