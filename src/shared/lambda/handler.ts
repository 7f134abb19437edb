import middy, { type MiddlewareObj } from '@middy/core'
import type { Context as LambdaContext } from 'aws-lambda'
import { type Deadline, processClock, startDeadline } from '../rules/deadline.ts'
import { type Decision, decide } from '../rules/engine.ts'
import { DeadlineExceededError, reasonOf } from '../rules/errors.ts'
import type { Rule } from '../rules/rule.ts'
import type { RuleObserver } from '../rules/trace.ts'
import type { Allowed, Trigger } from '../rules/trigger.ts'
import { assertEvent } from './check-event.ts'
import { EngineNeverRanError, TriggerDeniedError, TriggerFailedError } from './errors.ts'
import { OUTSIDE_RULES } from './log-entry.ts'
import { reporter } from './report.ts'
import { coldStart } from './runtime.ts'
import { COGNITO_LIMIT_MS, DEFAULT_DEADLINE_MS, type HandlerSettings } from './settings.ts'

/** The part of Lambda's context that is read; tests may leave it out. */
export type InvocationContext = Partial<Pick<LambdaContext, 'awsRequestId' | 'getRemainingTimeInMillis'>>

/** A Lambda function of a trigger. Two parameters: Node 24's runtime refuses a third. */
export type Invoke<T extends Trigger> = (event: T['event'], context?: InvocationContext) => Promise<T['event']>

/** A composition that is ready to run: of which trigger, with which settings. */
export interface Composed<T extends Trigger> {
  /** The word of Cognito's LambdaConfig: `PreSignUp`. */
  readonly name: string
  readonly allowed: Allowed
  readonly rule: Rule<T>
  readonly settings: HandlerSettings<T>
}

/** A decision with a reason for the log, where there is one. */
export type FinalDecision<T extends Trigger> = Decision<T> & { readonly reason?: string }

/**
 * Makes the function that Lambda runs. The engine judges the event as it came in, and the answer is built from its decision alone,
 * outside middy: there an `onError` that returns a value turns a denial into success, and a `before` that returns a value ends the
 * invocation with it.
 *
 * @param observer Read once an invocation, when the rules begin.
 */
export function createHandler<T extends Trigger>({ name, allowed, rule, settings }: Composed<T>, observer: () => RuleObserver): Invoke<T> {
  const { clock = processClock, deadlineMs = DEFAULT_DEADLINE_MS, middleware = [] } = settings
  // middy throws at what is not a middleware: here when the handler is made, else when a user signs up.
  if (middleware.length > 0) middy().use([...middleware])
  const report = reporter(name, rule, settings)
  const coldStartMs = coldStart(clock.now())
  const judge: Judge<T> = (event, deadline) => decide(rule, event, { allowed, deadline, clock, ...observer() })
  const runThroughMiddy = middleware.length === 0 ? withoutMiddleware(judge) : withMiddleware(judge, middleware)

  return async (event, context) => {
    const startedAt = clock.now()
    const deadline = startDeadline(timeLeft(deadlineMs, coldStartMs(startedAt), context), clock)
    const invocation: Invocation<T> = { event, context, deadline, decision: undefined }
    let error: PipelineError | undefined
    try {
      await runThroughMiddy(invocation)
    } catch (thrown) {
      error = { thrown }
    }
    deadline.close()
    const decision = finalDecision(invocation.decision, error)
    report(event, context, decision, clock.now() - startedAt)
    return answerOrThrow<T>(decision, event)
  }
}

/** One invocation on its way through middy. */
interface Invocation<T extends Trigger> {
  readonly event: T['event']
  readonly context: InvocationContext | undefined
  readonly deadline: Deadline
  /** Set by the engine. */
  decision: Decision<T> | undefined
}

type Judge<T extends Trigger> = (event: T['event'], deadline: Deadline) => Promise<Decision<T>>

// Our own deadline is earlier, and counts from the start of the invocation.
const WITHOUT_TIMEOUT = { timeoutEarlyInMillis: 0 }
// Nothing of ours behind middy reads it.
const NO_CONTEXT = {} as LambdaContext

/** Checks the event and runs the engine. Without middleware one middy serves all invocations, each in the place of its event. */
function withoutMiddleware<T extends Trigger>(judge: Judge<T>): (invocation: Invocation<T>) => Promise<unknown> {
  const pipeline = middy(async (invocation: Invocation<T>): Promise<void> => {
    invocation.decision = await judge(invocation.event, invocation.deadline)
  }, WITHOUT_TIMEOUT).use({ name: 'check-event', before: ({ event: invocation }) => assertEvent(invocation.event) })
  return (invocation) => pipeline(invocation, NO_CONTEXT)
}

/** The same inside the user's middleware, which sees copies of event and answer, and cannot hang for longer than the deadline. */
function withMiddleware<T extends Trigger>(
  judge: Judge<T>,
  middleware: readonly MiddlewareObj<T['event'], T['event']>[],
): (invocation: Invocation<T>) => Promise<unknown> {
  return (invocation) => {
    const { event, context, deadline } = invocation
    const run = async (): Promise<T['event']> => {
      invocation.decision = await judge(event, deadline)
      return structuredClone(answerOrThrow<T>(invocation.decision, event))
    }
    const pipeline = middy(run, WITHOUT_TIMEOUT).use({ name: 'check-event', before: ({ event: copy }) => assertEvent(copy) })
    for (const each of middleware) pipeline.use(each)
    // Rules that were cut off at the deadline reach their decision first.
    const late = new Promise<never>((_, reject) => deadline.onExpiry(() => setImmediate(() => reject(new DeadlineExceededError()))))
    // middy takes `undefined` for an empty event; null is refused, as it should be. A test may hand in a part of Lambda's context.
    return Promise.race([pipeline(structuredClone(event ?? null), (context ?? {}) as LambdaContext), late])
  }
}

// Enough for the answer to be serialised and sent before Lambda itself ends the function.
const LAMBDA_MARGIN_MS = 100
// A cold start that has used up the deadline still leaves each rule a chance: Cognito's own limit is a second later.
const LEAST_MS = 250

/** Returns how many milliseconds an invocation may take. */
function timeLeft(deadlineMs: number, coldStartMs: number, context: InvocationContext | undefined): number {
  const ours = Math.max(deadlineMs - coldStartMs, Math.min(LEAST_MS, deadlineMs))
  const lambdas = context?.getRemainingTimeInMillis?.() ?? COGNITO_LIMIT_MS + LAMBDA_MARGIN_MS
  return Math.min(ours, Math.max(lambdas - LAMBDA_MARGIN_MS, 1))
}

/** What was thrown around the engine. In a box, because JavaScript can throw `undefined`. */
export interface PipelineError {
  readonly thrown: unknown
}

/** Returns the decision that counts. A denial stands whatever middleware threw after it; an approval stands only if nothing was thrown. */
export function finalDecision<T extends Trigger>(decision: Decision<T> | undefined, error?: PipelineError): FinalDecision<T> {
  if (decision?.kind === 'denied') return decision
  if (decision?.kind === 'failed') return { ...decision, reason: reasonOf(decision.error) }
  if (decision !== undefined && error === undefined) return decision
  const cause = error === undefined ? new EngineNeverRanError() : error.thrown
  return { kind: 'failed', rule: OUTSIDE_RULES, error: cause, reason: reasonOf(cause), trace: decision?.trace ?? [] }
}

/**
 * Returns the answer to Cognito: the event as it came in with what the rules answered merged into its response. Anything less than
 * the whole event is `Unrecognizable lambda output` to Cognito.
 *
 * @throws TriggerDeniedError with the rule's public message on a denial, TriggerFailedError with a fixed one when there is no decision.
 */
export function answerOrThrow<T extends Trigger>(decision: Decision<T>, event: T['event']): T['event'] {
  if (decision.kind === 'denied') throw new TriggerDeniedError(decision.message)
  if (decision.kind === 'failed') throw new TriggerFailedError()
  const { response } = event
  return { ...event, response: { ...(typeof response === 'object' ? response : undefined), ...decision.response } }
}
