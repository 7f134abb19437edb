import { NotDoneError } from '../rules/errors.ts'

/** A class of errors by which a service refuses a request. */
type ServiceError = abstract new (...args: never) => Error & { readonly $metadata: { readonly httpStatusCode?: number | undefined } }

/** A command of an SDK client that sends one message. */
interface SendCommand {
  readonly middlewareStack: {
    add(step: Step, where: { readonly step: 'initialize'; readonly name: string }): void
    add(step: Step, where: { readonly step: 'deserialize'; readonly priority: 'low'; readonly name: string }): void
  }
}

type Step = <Args, Answered>(next: (args: Args) => Promise<Answered>) => (args: Args) => Promise<Answered>

/**
 * Sends a command that sends a message, such as an email.
 *
 * @param refusal The class of the service's errors.
 * @throws NotDoneError if the message was certainly not sent. Any other error means that the service may have accepted it.
 */
export async function sendCommand<Command extends SendCommand>(
  command: Command,
  send: (command: Command) => Promise<unknown>,
  refusal: ServiceError,
  signal: AbortSignal,
): Promise<void> {
  const requests = countRequests(command, signal)
  try {
    await send(command)
  } catch (error) {
    throw !(error instanceof NotDoneError) && wasNotSent(error, requests(), refusal) ? new NotDoneError(error) : error
  }
}

/**
 * Replaces lone surrogates. With one of them, the SDK stops in the middle of a request, and the client's next request contains the rest.
 * `String.prototype.toWellFormed` would need a newer `lib` in the TypeScript projects of users.
 */
export function toWellFormed(text: string): string {
  return text.replace(/[\ud800-\udfff]/gu, '\ufffd')
}

/**
 * Counts the HTTP requests of a command. The returned function returns undefined if the client never started this command, for
 * example because it sent another command. The SDK's count, `$metadata.attempts`, is missing on some errors, such as an abort.
 */
function countRequests({ middlewareStack }: SendCommand, signal: AbortSignal): () => number | undefined {
  let begun = false
  let requests = 0
  middlewareStack.add(
    (next) => (args) => {
      begun = true
      return next(args)
    },
    { step: 'initialize', name: 'begin-to-count' },
  )
  // The innermost middleware runs once for each attempt, right before the request is sent.
  middlewareStack.add(
    (next) => async (args) => {
      signal.throwIfAborted()
      requests += 1
      return next(args)
    },
    { step: 'deserialize', priority: 'low', name: 'count-requests' },
  )
  return () => (begun ? requests : undefined)
}

/**
 * Returns true if the message was certainly not sent: no request was made, for example because credentials were missing, or the only
 * request was rejected or never connected. After a 500, a timeout, a lost connection or an earlier request, the service may have sent it.
 */
function wasNotSent(error: unknown, requests: number | undefined, refusal: ServiceError): boolean {
  return requests === 0 || (requests === 1 && (isRefusal(error, refusal) || neverConnected(error)))
}

function isRefusal(error: unknown, refusal: ServiceError): boolean {
  if (!(error instanceof refusal)) return false
  const { httpStatusCode } = error.$metadata
  return httpStatusCode !== undefined && httpStatusCode >= 400 && httpStatusCode < 500
}

/** The system calls that set up a connection. If one fails, nothing was sent. */
const CONNECTING: ReadonlySet<unknown> = new Set(['connect', 'getaddrinfo'])
/** A part of the SDK's message for a connection timeout. The error has no code, so this text identifies it. */
const NOT_ESTABLISHED = 'did not establish a connection'

/** Returns true if the error shows that no connection was made. */
function neverConnected(error: unknown): boolean {
  // Node throws an AggregateError with one error for each IP address of the host.
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(neverConnected)
  if (!(error instanceof Error)) return false
  if ('syscall' in error) return CONNECTING.has(error.syscall)
  return error.name === 'TimeoutError' && error.message.includes(NOT_ESTABLISHED)
}
