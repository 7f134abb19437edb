import type { FunctionError, Reply } from './child-messages.ts'
import { formatThrown, type HandlerDecision, toHandlerDecision } from './rule-trace.ts'
import type { SourcePlace } from './source-place.ts'
import type { Ended } from './worker.ts'

/** The result of an invocation. */
export type Invocation = {
  /** The decision. Null if the handler was not made with Lifeguard, or if its process ended before the decision. */
  readonly decision: HandlerDecision | null
  /** The time until the answer, in milliseconds. */
  readonly durationMs: number
  /** A note about a way to answer that does not work with the function's runtime. */
  readonly unsupported?: string
} & (
  | { readonly kind: 'returned'; readonly json: string }
  /** `cause` is the error in one line, with its causes and its place in the sources. */
  | { readonly kind: 'threw'; readonly error: FunctionError; readonly cause: string; readonly refusal: boolean }
  | { readonly kind: 'timedOut' }
  | { readonly kind: 'crashed'; readonly error: FunctionError; readonly cause?: string }
  /** The handler cannot be loaded, so another invocation would fail too. */
  | { readonly kind: 'notStarted'; readonly error: FunctionError }
)

type WithoutTime<I> = I extends Invocation ? Omit<I, 'durationMs' | 'unsupported'> : never

/** Converts the reply of a handler's process. The reply is undefined if the handler did not answer in time. */
export async function toInvocation(reply: Reply | Ended | undefined, findPlace: SourcePlace): Promise<WithoutTime<Invocation>> {
  switch (reply?.kind) {
    case undefined:
      return { kind: 'timedOut', decision: null }
    case 'returned': {
      const { json, decision } = reply
      return { kind: 'returned', json, decision: decision ? await toHandlerDecision(decision, findPlace) : null }
    }
    case 'threw': {
      const { error, decision } = reply
      const { name, message, refusal } = error
      const cause = await formatThrown(error, findPlace)
      return {
        kind: 'threw',
        error: { name, message },
        cause,
        refusal,
        decision: decision ? await toHandlerDecision(decision, findPlace) : null,
      }
    }
    case 'ended': {
      const cause = reply.error && (await formatThrown(reply.error, findPlace))
      return { kind: 'crashed', error: createExitError(reply), decision: null, ...(cause !== undefined && { cause }) }
    }
    default:
      return { kind: 'crashed', error: OUT_OF_TURN, decision: null }
  }
}

// The error for a reply that does not match the request. child.ts never sends one, so the handler must have written it to the pipe.
export const OUT_OF_TURN: FunctionError = { name: 'Error', message: 'The handler wrote an invalid reply to the pipe that replay uses' }

/** Creates the error of Lambda's runtime for a process that exited. */
export function createExitError({ code, signal }: Ended): FunctionError {
  if (signal !== null) return { name: 'Runtime.ExitError', message: `Runtime exited with error: signal: ${signal}` }
  const how = code === 0 ? 'without providing a reason' : `with error: exit status ${code}`
  return { name: 'Runtime.ExitError', message: `Runtime exited ${how}` }
}
