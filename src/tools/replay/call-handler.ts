import { type InvocationObserver, OBSERVER } from '../../shared/lambda/report.ts'
import type { AnswerForm } from './child-messages.ts'
import type { CallbackSupport } from './runtime.ts'

type Callback = (error: unknown, result?: unknown) => void

/** A Lambda function. */
export type LambdaHandler = (event: unknown, context: object, callback?: Callback) => unknown

/** A running call of a handler. */
export interface Call {
  readonly answer: Promise<unknown>
  /** Returns how the handler answered, if not every runtime supports this way. */
  readonly form: () => AnswerForm | undefined
}

/** Options of {@link callHandler}. */
export interface CallOptions {
  readonly requestId: string
  readonly limitMs: number
  readonly callbacks: CallbackSupport
  /** Receives the decision of a Lifeguard handler. */
  readonly observer?: InvocationObserver
}

const FUNCTION_NAME = 'lifeguard-replay'
const REMOVED = ['done', 'succeed', 'fail'] as const

/**
 * Calls a handler as Lambda's runtime does. Up to nodejs22.x, a handler may also answer through a callback or its context, and the
 * first answer wins.
 *
 * @see https://github.com/aws/aws-lambda-nodejs-runtime-interface-client
 */
export function callHandler(handler: LambdaHandler, event: unknown, options: CallOptions): Call {
  const context = createContext(options)
  return options.callbacks === 'removed' ? callWithPromise(handler, event, context) : callWithCallbacks(handler, event, context, options)
}

function createContext({ requestId, limitMs, observer }: CallOptions): object {
  const endsAt = performance.now() + limitMs
  return {
    [OBSERVER]: observer,
    awsRequestId: requestId,
    functionName: FUNCTION_NAME,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${FUNCTION_NAME}`,
    memoryLimitInMB: '128',
    logGroupName: `/aws/lambda/${FUNCTION_NAME}`,
    logStreamName: 'local',
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(endsAt - performance.now())),
  }
}

/** Calls a handler as nodejs24.x does. Records if the handler reads a function that this runtime removed from the context. */
function callWithPromise(handler: LambdaHandler, event: unknown, context: object): Call {
  let form: AnswerForm | undefined
  for (const name of REMOVED) {
    Object.defineProperty(context, name, {
      get() {
        form ??= `context.${name}`
        return undefined
      },
    })
  }
  const call = async (): Promise<unknown> => handler(event, context)
  return { answer: call(), form: () => form }
}

function callWithCallbacks(handler: LambdaHandler, event: unknown, given: object, { callbacks }: CallOptions): Call {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  let form: AnswerForm | undefined
  let isAnswered = false
  // Called when the event loop is empty, which is when Lambda sends an answer that it held back.
  let onEmptyLoop: (() => void) | undefined
  const answerFirst = (by: AnswerForm | undefined, answer: () => void): void => {
    if (isAnswered) return
    isAnswered = true
    form = by
    onEmptyLoop = undefined
    answer()
  }
  const finish = (by: AnswerForm, error: unknown, result: unknown): void =>
    answerFirst(by, () => (error === undefined || error === null ? resolve(result) : reject(error)))

  const context = {
    ...given,
    callbackWaitsForEmptyEventLoop: true,
    done: (error: unknown, result: unknown) => finish('context.done', error, result),
    succeed: (result: unknown) => finish('context.succeed', undefined, result),
    fail: (error: unknown) => finish('context.fail', error ?? 'handled', undefined),
  }
  const callback: Callback = (error, result) => {
    if (context.callbackWaitsForEmptyEventLoop && (error === undefined || error === null)) {
      answerFirst('callback', () => {
        onEmptyLoop = () => resolve(result)
      })
    } else finish('callback', error, result)
  }

  const wait = (): void => onEmptyLoop?.()
  process.once('beforeExit', wait)
  const run = async (): Promise<unknown> => {
    try {
      const returned = handler(event, context, callback)
      if (isPromiseLike(returned)) {
        returned.then(
          (result) => answerFirst(undefined, () => resolve(result)),
          (error: unknown) => answerFirst(undefined, () => reject(error)),
        )
        // These runtimes answer null if the promise can never settle. nodejs24.x exits.
        if (!isAnswered && callbacks === 'supported') onEmptyLoop = () => resolve(null)
      } else if (!isAnswered) {
        if (callbacks === 'assumed' && isEvent(returned)) answerFirst('return', () => resolve(returned))
        else {
          if (returned !== undefined) form = 'return'
          onEmptyLoop = () => resolve(callbacks === 'assumed' ? returned : null)
        }
      }
      return await promise
    } finally {
      process.off('beforeExit', wait)
    }
  }
  return { answer: run(), form: () => form }
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

/** Returns true for the event that a handler returns. A timer, which an arrow function may return by accident, is not an answer. */
function isEvent(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'triggerSource' in value
}
