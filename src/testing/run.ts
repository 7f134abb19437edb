import type { Context } from 'aws-lambda'
import type { CognitoEvent } from '../shared/cognito/event.ts'
import { findTrigger, triggerFacts } from '../shared/cognito/triggers.ts'
import type { FinalDecision } from '../shared/lambda/handler.ts'
import { isRefusal } from '../shared/lambda/refusal.ts'
import { type InvocationObserver, OBSERVER } from '../shared/lambda/report.ts'
import type { LogFields } from '../shared/lambda/settings.ts'
import { describeValue } from '../shared/rules/arguments.ts'
import type { TraceEntry } from '../shared/rules/decision.ts'
import { toErrorReason } from '../shared/rules/errors.ts'
import { isObject } from '../shared/rules/invocation.ts'
import type { Trigger } from '../shared/rules/trigger.ts'

const LAMBDA_TIMEOUT_MS = 5000

/** The callback of a handler for Node 22 or older. */
export type HandlerCallback = (error?: Error | string | null, result?: unknown) => void

/** A Lambda function: made by Lifeguard, by middy, or a plain function. */
export type LambdaHandler<Event> = (event: Event, context: Context, callback: HandlerCallback) => unknown

/** The options of `run`. */
export interface RunOptions {
  /**
   * The time until Lambda stops the function, in milliseconds. The default is 5000. A handler of Lifeguard answers 100 ms earlier, so a
   * small value makes a test of a hanging service fast.
   */
  readonly timeoutMs?: number
}

/** The result of an invocation. */
export interface RunResult<Event extends CognitoEvent = CognitoEvent> {
  readonly outcome: 'proceed' | 'denied' | 'failed'
  /** The response that Cognito reads. Null if the handler threw, or if Cognito does not wait for an answer. */
  readonly response: Event['response'] | null
  /** The text that the end user reads. Null if the handler did not throw. */
  readonly message: string | null
  /** The reason of the denial, or the code or name of the error. */
  readonly reason: string | null
  /** The rule that allowed, denied or failed. Null for a handler that is not made with Lifeguard. */
  readonly decidedBy: string | null
  /** The rules that ran, with their errors. Empty for a handler that is not made with Lifeguard. */
  readonly trace: readonly TraceEntry[]
  /** The error behind a failure, before the handler replaced its message. Undefined if the outcome is not `failed`. */
  readonly error: unknown
  /** The log line and the lines with metrics. */
  readonly logs: readonly LogFields[]
}

/**
 * Runs a whole handler as Lambda does: event check, middleware, rules, deadline, answer and log. The log is silent. Test a single rule by
 * making a handler of it.
 *
 * @throws TypeError if the event is for another trigger than the handler. Errors of the handler are part of the result.
 * @example
 * const result = await run(preSignUp(allowEmailDomains('example.com')), signUp({ email: 'eve@evil.example' }))
 * assertDenied(result, 'domain-not-allowed')
 */
export async function run<Event extends CognitoEvent>(
  handler: LambdaHandler<Event>,
  event: NoInfer<Event>,
  options: RunOptions = {},
): Promise<RunResult<Event>> {
  assertTrigger(handler, event)
  const logs: LogFields[] = []
  const observed: { decision?: FinalDecision<Trigger> } = {}
  const observer: InvocationObserver = {
    onDecision(decision) {
      observed.decision = decision
    },
    write: (line) => void logs.push(JSON.parse(line)),
  }
  const ended = await invoke(handler, event, observer, options.timeoutMs ?? LAMBDA_TIMEOUT_MS)
  const answered = 'thrown' in ended ? ended : checkAnswer(event, ended.answer)
  const { decision } = observed
  const trace = decision?.trace ?? []
  if ('response' in answered) {
    // The rules of a trigger whose response can refuse the user deny without an error.
    const field = refusalField(event)
    if (field !== undefined && Object(answered.response)[field] === true) {
      const denied = decision?.kind === 'denied' ? { reason: decision.reason, decidedBy: decision.rule } : {}
      return { ...NOTHING, outcome: 'denied', response: answered.response, ...denied, trace, logs }
    }
    const decidedBy = decision?.kind === 'proceed' ? decision.rule : null
    return { ...NOTHING, outcome: 'proceed', response: answered.response, decidedBy, trace, logs }
  }
  const { thrown } = answered
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  // After `proceed`, the handler or middleware of the user threw.
  if (decision === undefined || decision.kind === 'proceed') {
    const denied = isRefusal(thrown) && mayRefuse(event)
    return {
      ...NOTHING,
      outcome: denied ? 'denied' : 'failed',
      message,
      reason: toErrorReason(thrown),
      trace,
      logs,
      ...(!denied && { error: thrown }),
    }
  }
  const { kind, reason = null, rule } = decision
  return { ...NOTHING, outcome: kind, message, reason, decidedBy: rule, trace, logs, ...(kind === 'failed' && { error: decision.error }) }
}

const NOTHING = { response: null, message: null, reason: null, decidedBy: null, error: undefined }

type Ended = { readonly answer: unknown } | { readonly thrown: unknown }
type Answered<Event extends CognitoEvent> = { readonly response: Event['response'] | null } | { readonly thrown: unknown }

/** Calls the handler with a copy of the event, and copies its answer, because Lambda sends both as JSON. */
async function invoke<Event>(handler: LambdaHandler<Event>, event: Event, observer: InvocationObserver, timeoutMs: number): Promise<Ended> {
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    const sent: Event = JSON.parse(JSON.stringify(event))
    const answer = await new Promise((resolve, reject) => {
      timer = setTimeout(() => reject(createTimeoutError(timeoutMs)), timeoutMs)
      const callback: HandlerCallback = (error, result) => (error ? reject(error) : resolve(result))
      const returned = handler(sent, createContext(observer, timeoutMs, callback), callback)
      // A handler with a callback may return nothing.
      if (handler.length < 3 || returned instanceof Promise) Promise.resolve(returned).then(resolve, reject)
    })
    return { answer: answer === undefined ? null : JSON.parse(JSON.stringify(answer)) }
  } catch (thrown) {
    return { thrown }
  } finally {
    clearTimeout(timer)
  }
}

function mayRefuse({ triggerSource }: CognitoEvent): boolean {
  const trigger = findTrigger(triggerSource)
  return trigger === undefined || triggerFacts(trigger).refuses === true
}

function refusalField({ triggerSource }: CognitoEvent): string | undefined {
  const trigger = findTrigger(triggerSource)
  return trigger && triggerFacts(trigger).refusesBy
}

function createTimeoutError(timeoutMs: number): Error {
  return Object.assign(new Error(`The handler did not answer within ${timeoutMs} ms`), { code: 'handler-timed-out' })
}

/** Cognito rejects an answer that is not the event with its response. It ignores the answer of a trigger that it does not wait for. */
function checkAnswer<Event extends CognitoEvent>(event: Event, answer: unknown): Answered<Event> {
  const trigger = findTrigger(event.triggerSource)
  if (trigger !== undefined && !triggerFacts(trigger).waits) return { response: null }
  if (isAnswerTo(event, answer)) return { response: answer.response }
  const got = isObject(answer) ? "an object without the event's fields" : describeValue(answer)
  return { thrown: new TypeError(`The handler returned ${got}; expected the event, because Cognito rejects any other answer`) }
}

function isAnswerTo<Event extends CognitoEvent>(event: Event, answer: unknown): answer is Event {
  return isObject(answer) && isObject(answer.response) && Object.keys(event).every((field) => Object.hasOwn(answer, field))
}

/** A handler of another trigger would decide, but by rules that read other fields. */
function assertTrigger(handler: object, event: CognitoEvent): void {
  const expected = 'trigger' in handler ? handler.trigger : undefined
  const given = findTrigger(event.triggerSource)
  if (typeof expected === 'string' && given !== undefined && given !== expected)
    throw new TypeError(`run(): the handler is for ${expected}, but the event '${event.triggerSource}' is for ${given}`)
}

function createContext(observer: InvocationObserver, timeoutMs: number, callback: HandlerCallback): Context {
  const endsAt = performance.now() + timeoutMs
  const name = 'lifeguard-test'
  const context: Context & { readonly [OBSERVER]: InvocationObserver } = {
    [OBSERVER]: observer,
    awsRequestId: '00000000-0000-4000-8000-000000000000',
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:eu-west-1:111122223333:function:${name}`,
    memoryLimitInMB: '256',
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: 'test',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, endsAt - performance.now()),
    done: callback,
    fail: callback,
    succeed: (result: unknown) => callback(null, result),
  }
  return context
}
