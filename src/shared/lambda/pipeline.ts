import middy, { type MiddlewareObj } from '@middy/core'
import type { Context as LambdaContext } from 'aws-lambda'
import type { Deadline } from '../rules/deadline.ts'
import type { Decision } from '../rules/engine.ts'
import { DeadlineExceededError } from '../rules/errors.ts'
import type { Trigger } from '../rules/trigger.ts'
import { answerOrThrow } from './answer.ts'
import { assertEvent, checkEvent } from './middleware/check-event.ts'

/** The part of Lambda's context that is read; tests may leave it out. */
export type InvocationContext = Partial<Pick<LambdaContext, 'awsRequestId' | 'getRemainingTimeInMillis'>>

/** One invocation on its way through a pipeline. */
export interface Invocation<T extends Trigger> {
  readonly event: T['event']
  readonly context: InvocationContext | undefined
  readonly deadline: Deadline
  /** What the engine decided, once it was asked. */
  decision: Decision<T> | undefined
}

/** Asks the engine. */
type Judge<T extends Trigger> = (event: T['event'], deadline: Deadline) => Promise<Decision<T>>

/** Checks the event, asks the engine and runs the middleware around both. What it throws, or that it hangs, counts; its value does not. */
export type Pipeline<T extends Trigger> = (invocation: Invocation<T>) => Promise<unknown>

type Middleware<T extends Trigger> = MiddlewareObj<T['event'], T['event']>

// Our own deadline is earlier, and counts from the start of the invocation.
const WITHOUT_TIMEOUT = { timeoutEarlyInMillis: 0 }

/** Makes the pipeline of a handler. */
export function pipelineOf<T extends Trigger>(judge: Judge<T>, middleware: readonly Middleware<T>[]): Pipeline<T> {
  return middleware.length === 0 ? plainPipeline(judge) : pipelineAround(judge, middleware)
}

/**
 * Without middleware there is nobody from whom an event or an answer must be kept, and nobody who could hang. So middy's
 * pipeline is made once, and an invocation goes through it in the event's place: what belongs to one, no other can reach.
 */
function plainPipeline<T extends Trigger>(judge: Judge<T>): Pipeline<T> {
  const run = async (invocation: Invocation<T>): Promise<void> => {
    invocation.decision = await judge(invocation.event, invocation.deadline)
  }
  const pipeline = middy(run, WITHOUT_TIMEOUT).use({
    name: 'check-event',
    before: ({ event: invocation }) => assertEvent(invocation.event),
  })
  return (invocation) => pipeline(invocation, NO_CONTEXT)
}

// Nothing of ours behind middy reads it.
const NO_CONTEXT = {} as LambdaContext

/** The engine judges the event as it came in; the middleware around it sees copies. */
function pipelineAround<T extends Trigger>(judge: Judge<T>, middleware: readonly Middleware<T>[]): Pipeline<T> {
  return (invocation) => {
    const { event, context, deadline } = invocation
    const run = async (): Promise<T['event']> => {
      invocation.decision = await judge(event, deadline)
      return structuredClone(answerOrThrow<T>(invocation.decision, event))
    }
    const pipeline = middy(run, WITHOUT_TIMEOUT).use(checkEvent())
    for (const each of middleware) pipeline.use(each)
    // middy takes `undefined` for an empty event; null is refused, as it should be. A middleware gets what Lambda handed in, or
    // the part of it that a test did: nothing of ours depends on the rest.
    return Promise.race([pipeline(structuredClone(event ?? null), (context ?? {}) as LambdaContext), cutOff(deadline)])
  }
}

/** Rejects just after the deadline: rules that were cut off at it still reach their decision first. */
function cutOff(deadline: Deadline): Promise<never> {
  return new Promise((_, reject) => {
    deadline.onExpiry(() => setImmediate(() => reject(new DeadlineExceededError())))
  })
}
