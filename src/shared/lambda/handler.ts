import middy from '@middy/core'
import type { Context as LambdaContext } from 'aws-lambda'
import { type Decision, HANDLER, type RuleObserver } from '../rules/decision.ts'
import { decide } from '../rules/engine.ts'
import { DeadlineExceededError, toErrorReason } from '../rules/errors.ts'
import { type Deadline, isObject, processClock, startDeadline } from '../rules/invocation.ts'
import { isAttributeName } from '../rules/outcome.ts'
import type { Rule } from '../rules/rule.ts'
import type { Trigger, TriggerContract } from '../rules/trigger.ts'
import { EngineNeverRanError, InvalidEventError, TriggerFailedError } from './errors.ts'
import { type RefusalSettings, toRefusal } from './refusal-error.ts'
import { type InvocationObserver, type OBSERVER, reporter } from './report.ts'
import { COGNITO_LIMIT_MS, deadlineLimits, type HandlerSettings, isLambda, type Middleware } from './settings.ts'

/** The part of Lambda's context that the handler reads. Tests may omit it. */
export type InvocationContext = Partial<Pick<LambdaContext, 'awsRequestId' | 'getRemainingTimeInMillis'>> & {
  readonly [OBSERVER]?: InvocationObserver
}

/** A Lambda function of a trigger. It has two parameters, because Lambda's Node 24 runtime rejects a callback parameter. */
export type Invoke<T extends Trigger> = (event: T['event'], context?: InvocationContext) => Promise<T['event']>

/** A composition with its trigger's contract and the handler's settings. */
export interface Composed<T extends Trigger> {
  readonly contract: TriggerContract
  readonly rule: Rule<T>
  readonly settings: HandlerSettings<T>
}

/** Holds a handler's observer. Tools replace it with `observe`. */
export interface Observed {
  by: RuleObserver
}

/** A decision, with a reason for the log if it is a denial or a failure. */
export type FinalDecision<T extends Trigger> = Decision<T> & { readonly reason?: string }

/**
 * Creates the function that Lambda runs.
 *
 * The engine evaluates the original event. The answer depends only on the engine's decision and is built outside middy. Otherwise an
 * `onError` that returns a value would turn a denial into success, and a `before` that returns a value would replace the answer.
 *
 * @param observed The handler's observer. It is read once per invocation, before the rules run.
 */
export function createHandler<T extends Trigger>({ contract, rule, settings }: Composed<T>, observed: Observed): Invoke<T> {
  const { clock = processClock, deadlineMs = deadlineLimits(contract).default, middleware = [] } = settings
  // Makes middy check the middleware now. Otherwise an invalid middleware would throw at the first sign-up.
  if (middleware.length > 0) middy().use([...middleware])
  const report = reporter(contract.name, rule, settings)
  const coldStartMs = coldStart(clock.now())
  const judge: Judge<T> = (event, deadline) => decide(rule, event, { contract, deadline, clock, ...observed.by })
  const runThroughMiddy = middleware.length === 0 ? withoutMiddleware(judge) : withMiddleware(judge, middleware, { contract, settings })

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
    return answerOrThrow<T>(decision, event, settings)
  }
}

/**
 * Creates a middy middleware that runs a composition. It evaluates the event as changed by earlier middleware, and throws on a
 * denial. Other middleware of the middy handler can still replace that error: see `middleware` of `TriggerFactory`.
 */
export function createMiddleware<T extends Trigger>({ contract, rule, settings }: Composed<T>, observed: Observed): Middleware<T['event']> {
  const { clock = processClock, deadlineMs = deadlineLimits(contract).default } = settings
  const report = reporter(contract.name, rule, settings)

  const judge = async (event: T['event'], context: InvocationContext): Promise<FinalDecision<T>> => {
    const deadline = startDeadline(timeLeft(deadlineMs, 0, context), clock)
    try {
      assertEvent(event)
      return finalDecision(await decide(rule, event, { contract, deadline, clock, ...observed.by }))
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
      const decision = await judge(request.event, request.context)
      report(request.event, request.context, decision, clock.now() - startedAt)
      // middy ends the invocation if `before` returns a value, so the answer goes into the event.
      request.event = answerOrThrow<T>(decision, request.event, settings)
    },
  }
}

/** The state of one invocation. */
interface Invocation<T extends Trigger> {
  readonly event: T['event']
  readonly context: InvocationContext | undefined
  readonly deadline: Deadline
  /** The engine's decision. Undefined until the engine has run. */
  decision: Decision<T> | undefined
}

type Judge<T extends Trigger> = (event: T['event'], deadline: Deadline) => Promise<Decision<T>>

// Turns off middy's timeout. Our deadline is earlier and starts with the invocation.
const WITHOUT_TIMEOUT = { timeoutEarlyInMillis: 0 }
// An empty context, because the middy handler below does not read Lambda's context.
const NO_CONTEXT = {} as LambdaContext

/** Validates the event and runs the engine. All invocations share one middy pipeline, which gets the invocation as its event. */
function withoutMiddleware<T extends Trigger>(judge: Judge<T>): (invocation: Invocation<T>) => Promise<unknown> {
  const pipeline = middy(async (invocation: Invocation<T>): Promise<void> => {
    invocation.decision = await judge(invocation.event, invocation.deadline)
  }, WITHOUT_TIMEOUT).use({ name: 'check-event', before: ({ event: invocation }) => assertEvent(invocation.event) })
  return (invocation) => pipeline(invocation, NO_CONTEXT)
}

/** Runs the engine inside the middleware in the settings. Middleware gets copies of event and answer. At the deadline, the call rejects. */
function withMiddleware<T extends Trigger>(
  judge: Judge<T>,
  middleware: readonly Middleware<T['event']>[],
  { contract: { secrets = [] }, settings }: Pick<Composed<T>, 'contract' | 'settings'>,
): (invocation: Invocation<T>) => Promise<unknown> {
  return (invocation) => {
    const { event, context, deadline } = invocation
    const run = async (): Promise<T['event']> => {
      invocation.decision = await judge(event, deadline)
      return copyFor(answerOrThrow<T>(invocation.decision, event, settings), secrets)
    }
    const pipeline = middy(run, WITHOUT_TIMEOUT).use({ name: 'check-event', before: ({ event: copy }) => assertEvent(copy) })
    for (const each of middleware) pipeline.use(each)
    // Rejects only after `setImmediate`, because the engine first stores its decision about the rules that timed out.
    const late = new Promise<never>((_, reject) => deadline.onExpiry(() => setImmediate(() => reject(new DeadlineExceededError()))))
    // Passes null for an undefined event, so that it is rejected. middy would replace undefined with an empty object.
    return Promise.race([pipeline(copyFor(event ?? null, secrets), (context ?? {}) as LambdaContext), late])
  }
}

/** Copies an event for middleware, with a fixed text instead of each secret, because middleware may log its event. */
function copyFor<Event>(event: Event, secrets: readonly string[]): Event {
  const copy = structuredClone(event)
  const request: unknown = isObject(copy) ? copy.request : undefined
  if (isObject(request)) for (const name of secrets) if (name in request) Object.assign(request, { [name]: 'hidden' })
  return copy
}

// Time to serialise and send the answer before Lambda's timeout.
const LAMBDA_MARGIN_MS = 100
// Rules get at least this time, even after a slow cold start. This is safe, because Cognito waits 1 s longer than the default deadline.
const LEAST_MS = 250

/** Returns the time limit of an invocation, in milliseconds. */
function timeLeft(deadlineMs: number, coldStartMs: number, context: InvocationContext | undefined): number {
  const ours = Math.max(deadlineMs - coldStartMs, Math.min(LEAST_MS, deadlineMs))
  const lambdas = context?.getRemainingTimeInMillis?.() ?? COGNITO_LIMIT_MS + LAMBDA_MARGIN_MS
  return Math.min(ours, Math.max(lambdas - LAMBDA_MARGIN_MS, 1))
}

// An on-demand environment gets its first event as soon as the init phase ends. A provisioned or proactively initialised
// environment gets it much later, so Cognito did not wait for the cold start.
const ON_DEMAND_GAP_MS = 250

/**
 * Creates a function that returns how much of Cognito's 5 s the cold start used, in milliseconds. The function returns 0 after its
 * first call, in an environment that was started in advance, and outside Lambda.
 *
 * @param readyAt Time of the handler's creation, in milliseconds since the process started. It is the end of the init phase.
 */
export function coldStart(readyAt: number, inLambda: boolean = isLambda()): (startedAt: number) => number {
  let first = inLambda
  return (startedAt) => {
    if (!first) return 0
    first = false
    return startedAt - readyAt <= ON_DEMAND_GAP_MS ? readyAt : 0
  }
}

/** An error thrown outside the engine. An object wraps it, because JavaScript can throw `undefined`. */
export interface PipelineError {
  readonly thrown: unknown
}

/** Returns the final decision. An error in middleware never changes a denial, and turns `proceed` into `failed`. */
export function finalDecision<T extends Trigger>(decision: Decision<T> | undefined, error?: PipelineError): FinalDecision<T> {
  if (decision?.kind === 'denied') return decision
  if (decision?.kind === 'failed') return { ...decision, reason: toErrorReason(decision.error) }
  if (decision !== undefined && error === undefined) return decision
  const cause = error === undefined ? new EngineNeverRanError() : error.thrown
  return { kind: 'failed', rule: HANDLER, error: cause, reason: toErrorReason(cause), trace: decision?.trace ?? [] }
}

/**
 * Returns the answer to Cognito: the original event with the rules' answers merged into its response. Cognito rejects an incomplete
 * event as `Unrecognizable lambda output`.
 *
 * @throws TriggerDeniedError on a denial, with the message for the user, unless the trigger's response refuses the user.
 * @throws TriggerFailedError on a failure, with a fixed message.
 */
export function answerOrThrow<T extends Trigger>(decision: Decision<T>, event: T['event'], settings: RefusalSettings = {}): T['event'] {
  if (decision.kind === 'denied' && decision.response === undefined) throw toRefusal(decision, event, settings)
  if (decision.kind === 'failed') throw new TriggerFailedError()
  const { response } = event
  return { ...event, response: { ...(typeof response === 'object' ? response : undefined), ...decision.response } }
}

/**
 * Returns the problems of an event, without its values. The array is empty if the event has the shape of a Cognito event.
 *
 * AWS adds fields, omits fields and sets fields to null. So only a field that rules read and that has the wrong type is a problem.
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

// Accepts strings, and booleans, which AWS's sample events contain. Rejects other values, because rules would treat them as missing.
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
 * @throws InvalidEventError if a field that rules read has the wrong type.
 */
export function assertEvent(event: unknown): void {
  const problems = eventProblems(event)
  if (problems.length > 0) throw new InvalidEventError(problems)
}
