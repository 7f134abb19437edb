import middy from '@middy/core'
import type { Context as LambdaContext } from 'aws-lambda'
import { isAttributeName } from '../rules/condition.ts'
import { type Decision, HANDLER, type RuleObserver } from '../rules/decision.ts'
import { decide } from '../rules/engine.ts'
import { DeadlineExceededError, toErrorReason } from '../rules/errors.ts'
import { type Deadline, isObject, processClock, startDeadline } from '../rules/invocation.ts'
import type { Rule } from '../rules/rule.ts'
import type { Trigger, TriggerContract } from '../rules/trigger.ts'
import { EngineNeverRanError, InvalidEventError, TriggerDeniedError, TriggerFailedError } from './errors.ts'
import { reporter } from './report.ts'
import { COGNITO_LIMIT_MS, DEFAULT_DEADLINE_MS, type HandlerSettings, isLambda, type Middleware } from './settings.ts'

/** The part of Lambda's context that is read; tests may leave it out. */
export type InvocationContext = Partial<Pick<LambdaContext, 'awsRequestId' | 'getRemainingTimeInMillis'>>

/** A Lambda function of a trigger. Two parameters: Node 24's runtime refuses a third. */
export type Invoke<T extends Trigger> = (event: T['event'], context?: InvocationContext) => Promise<T['event']>

/** A composition that is ready to run: of which trigger, with which settings. */
export interface Composed<T extends Trigger> {
  readonly contract: TriggerContract
  readonly rule: Rule<T>
  readonly settings: HandlerSettings<T>
}

/** The observer of a handler, which tools set. */
export interface Observed {
  by: RuleObserver
}

/** A decision with a reason for the log, where there is one. */
export type FinalDecision<T extends Trigger> = Decision<T> & { readonly reason?: string }

/**
 * Makes the function that Lambda runs. The engine judges the event as it came in, and the answer is built from its decision alone,
 * outside middy: there an `onError` that returns a value turns a denial into success, and a `before` that returns a value ends the
 * invocation with it.
 *
 * @param observed Read once an invocation, when the rules begin.
 */
export function createHandler<T extends Trigger>({ contract, rule, settings }: Composed<T>, observed: Observed): Invoke<T> {
  const { clock = processClock, deadlineMs = DEFAULT_DEADLINE_MS, middleware = [] } = settings
  // middy throws at what is not a middleware: here when the handler is made, else when a user signs up.
  if (middleware.length > 0) middy().use([...middleware])
  const report = reporter(contract.name, rule, settings)
  const coldStartMs = coldStart(clock.now())
  const judge: Judge<T> = (event, deadline) => decide(rule, event, { contract, deadline, clock, ...observed.by })
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

/**
 * Makes a chain a middy middleware. It judges the event as the middleware before it left it, and throws on a denial. What middy
 * then does is out of its hands: see the `middleware` of a factory.
 */
export function createMiddleware<T extends Trigger>({ contract, rule, settings }: Composed<T>): Middleware<T['event']> {
  const { clock = processClock, deadlineMs = DEFAULT_DEADLINE_MS } = settings
  const report = reporter(contract.name, rule, settings)

  const judge = async (event: T['event']): Promise<FinalDecision<T>> => {
    const deadline = startDeadline(deadlineMs, clock)
    try {
      assertEvent(event)
      return finalDecision(await decide(rule, event, { contract, deadline, clock }))
    } catch (error) {
      return finalDecision<T>(undefined, { thrown: error })
    } finally {
      deadline.close()
    }
  }

  return {
    name: 'lifeguard',
    async before(request) {
      const startedAt = clock.now()
      const decision = await judge(request.event)
      report(request.event, request.context, decision, clock.now() - startedAt)
      // middy ends the invocation with whatever a `before` returns, so the answer goes into the event and nothing is returned.
      request.event = answerOrThrow<T>(decision, request.event)
    },
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
  middleware: readonly Middleware<T['event']>[],
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

// Lambda delivers the first event of an on-demand environment as soon as the init phase is over. A provisioned or
// proactively initialised one waits for its first event much longer than this.
const ON_DEMAND_GAP_MS = 250

/**
 * Returns a function that returns how much of Cognito's 5 s the cold start used, in milliseconds: 0 after the first call, where the
 * environment was started ahead, and outside Lambda, where the age of the process means nothing.
 *
 * @param readyAt When the handler was made, in milliseconds since the process started: the end of the init phase.
 */
export function coldStart(readyAt: number, inLambda: boolean = isLambda()): (startedAt: number) => number {
  let first = inLambda
  return (startedAt) => {
    if (!first) return 0
    first = false
    return startedAt - readyAt <= ON_DEMAND_GAP_MS ? readyAt : 0
  }
}

/** What was thrown around the engine. In a box, because JavaScript can throw `undefined`. */
export interface PipelineError {
  readonly thrown: unknown
}

/** Returns the decision that counts. A denial stands whatever middleware threw after it; an approval stands only if nothing was thrown. */
export function finalDecision<T extends Trigger>(decision: Decision<T> | undefined, error?: PipelineError): FinalDecision<T> {
  if (decision?.kind === 'denied') return decision
  if (decision?.kind === 'failed') return { ...decision, reason: toErrorReason(decision.error) }
  if (decision !== undefined && error === undefined) return decision
  const cause = error === undefined ? new EngineNeverRanError() : error.thrown
  return { kind: 'failed', rule: HANDLER, error: cause, reason: toErrorReason(cause), trace: decision?.trace ?? [] }
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

/**
 * Returns what is wrong with an event, without any of its values; an empty array if it has the shape of a Cognito event.
 *
 * AWS adds, leaves out and nulls fields, so only a part that rules read and that has another type is wrong.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
 */
export function eventProblems(event: unknown): readonly string[] {
  if (!isObject(event)) return ['event: expected an object']
  const problems: string[] = []
  const checkString = (path: string, value: unknown): void => {
    if (typeof value !== 'string' && value !== undefined && value !== null) problems.push(`${path}: expected a string`)
  }
  const checkObject = (path: string, value: unknown): Readonly<Record<string, unknown>> => {
    if (isObject(value)) return value
    if (value !== undefined && value !== null) problems.push(`${path}: expected an object`)
    return NOTHING
  }
  checkString('triggerSource', event.triggerSource)
  checkString('userPoolId', event.userPoolId)
  checkString('userName', event.userName)
  checkString('callerContext.clientId', checkObject('callerContext', event.callerContext).clientId)
  const request = checkObject('request', event.request)
  const attributes = checkObject('request.userAttributes', request.userAttributes)
  checkObject('request.validationData', request.validationData)
  checkObject('request.clientMetadata', request.clientMetadata)
  checkObject('response', event.response)
  return problems.length > 0 ? problems : attributeProblems(attributes)
}

const NOTHING: Readonly<Record<string, unknown>> = {}

// Rules read texts, and the booleans of AWS's printed samples. An `email` that is a list would else count as missing.
function attributeProblems(attributes: Readonly<Record<string, unknown>>): readonly string[] {
  const wrong = Object.keys(attributes).filter((name) => !isAttributeValue(attributes[name]))
  return wrong.map((name) => `request.userAttributes.${isAttributeName(name) ? name : '?'}: expected a string`)
}

function isAttributeValue(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || value === null || value === undefined
}

/**
 * Checks that an event has the shape of a Cognito event.
 *
 * @throws InvalidEventError when a part that rules read has another type than Cognito's.
 */
export function assertEvent(event: unknown): void {
  const problems = eventProblems(event)
  if (problems.length > 0) throw new InvalidEventError(problems)
}
