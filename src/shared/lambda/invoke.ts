import middy, { type MiddlewareObj } from '@middy/core'
import type { Context as LambdaContext } from 'aws-lambda'
import type { Allowed } from '../rules/checked.ts'
import { type Deadline, DeadlineExceeded, processClock, startDeadline } from '../rules/deadline.ts'
import { type Decision, decide } from '../rules/decide.ts'
import type { Rule } from '../rules/rule.ts'
import type { Trigger } from '../rules/trigger.ts'
import { answerOrThrow } from './answer.ts'
import { concludeFrom, type Trouble } from './conclude.ts'
import { initTime } from './init-time.ts'
import { reporter } from './log/report.ts'
import { checkEvent } from './middleware/check-event.ts'
import { DEFAULT_DEADLINE_MS, type HandlerSettings } from './settings.ts'

/** The part of Lambda's context that is read; tests may leave it out. */
export type InvocationContext = Partial<Pick<LambdaContext, 'awsRequestId' | 'getRemainingTimeInMillis'>>

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
 */
export function createInvoke<T extends Trigger>({ name, allowed, rule, settings }: Composed<T>): Invoke<T> {
  const { clock = processClock, deadlineMs = DEFAULT_DEADLINE_MS, middleware = [] } = settings
  // middy refuses what is no middleware: here when the handler is made, below it would be when a user signs up.
  middy().use([...middleware])
  const report = reporter(name, settings)
  const spentInInit = initTime(clock.now())

  const timeFor = (context: InvocationContext | undefined, startedAt: number): number => {
    const mine = Math.max(deadlineMs - spentInInit(startedAt), Math.min(LEAST_MS, deadlineMs))
    const lambdas = context?.getRemainingTimeInMillis?.()
    return lambdas === undefined ? mine : Math.min(mine, Math.max(lambdas - LAMBDA_MARGIN_MS, 1))
  }

  return async (event, context) => {
    const startedAt = clock.now()
    const deadline = startDeadline(timeFor(context, startedAt), clock)
    let decision: Decision<T> | undefined
    const judge = async (): Promise<T['event']> => {
      decision = await decide(rule, event, { allowed, deadline, clock })
      return forMiddleware(answerOrThrow<T>(decision, event), middleware)
    }
    const trouble = await runPipeline(judge, event, context, middleware, deadline)
    deadline.close()
    const conclusion = concludeFrom(decision, trouble)
    report(event, context, conclusion, clock.now() - startedAt)
    return answerOrThrow<T>(conclusion, event)
  }
}

/** Runs the middleware around the engine. What it returns is of no interest; what it throws, or that it hangs, is. */
async function runPipeline<T extends Trigger>(
  judge: () => Promise<T['event']>,
  event: T['event'],
  context: InvocationContext | undefined,
  middleware: readonly MiddlewareObj<T['event'], T['event']>[],
  deadline: Deadline,
): Promise<Trouble | undefined> {
  const pipeline = middy(judge, { timeoutEarlyInMillis: 0 }).use(checkEvent())
  for (const each of middleware) pipeline.use(each)
  try {
    // middy takes `undefined` for an empty event; null is refused, as it should be.
    const seen = forMiddleware<T['event'] | null>(event ?? null, middleware)
    // A middleware gets what Lambda handed in, or the part of it that a test did: nothing of ours depends on the rest.
    await Promise.race([pipeline(seen, (context ?? {}) as LambdaContext), cutOff(deadline)])
    return undefined
  } catch (error) {
    return { error }
  }
}

/** Events and answers as middleware may see them: a copy to the bottom, so that an edit changes neither what is judged nor what is answered. */
function forMiddleware<V>(value: V, middleware: readonly unknown[]): V {
  return middleware.length === 0 ? value : structuredClone(value)
}

/** Rejects just after the deadline: rules that were cut off at it still reach their decision first. */
function cutOff(deadline: Deadline): Promise<never> {
  return new Promise((_, reject) => {
    deadline.onExpiry(() => setImmediate(() => reject(new DeadlineExceeded())))
  })
}
