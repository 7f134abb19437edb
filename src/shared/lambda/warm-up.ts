import { processClock } from '../rules/invocation.ts'
import type { InvocationContext } from './handler.ts'
import { type HandlerSettings, isLambda } from './settings.ts'

/** A middleware of the AWS SDK. */
type Step = <Args extends { readonly request: unknown }, Answered extends { readonly response: unknown }>(
  next: (args: Args) => Promise<Answered>,
) => (args: Args) => Promise<Answered>

/** The part of an AWS SDK client that adds a middleware. */
interface Client {
  readonly config: { readonly serviceId?: string }
  readonly middlewareStack: { readonly clone: () => { readonly add: (step: Step, where: typeof INNERMOST) => void } }
}

/** Wraps a client factory so that the client's first real use ends the warm-up. */
export type UseClient = <C extends Client>(client: () => C) => () => C

/** Handler settings that the warm-up sets. */
export type WarmUpSettings = Pick<HandlerSettings, 'deadlineMs' | 'write' | 'clock'>

/** A sample event with a user and a pool that do not exist. */
export interface WarmUpEvent<Source extends string> {
  readonly version: string
  readonly region: string
  readonly userPoolId: string
  readonly userName: string
  readonly callerContext: { readonly awsSdkVersion: string; readonly clientId: string }
  readonly triggerSource: Source
  readonly request: { readonly userAttributes: Readonly<Record<string, string>> }
  readonly response: Record<string, never>
}

// V8 compiles a function after a few runs. More runs had no measurable effect.
const TIMES = 4
const CONTEXT: InvocationContext = { awsRequestId: 'warm-up', getRemainingTimeInMillis: () => 5000 }

/**
 * Creates a handler and, in Lambda, runs it a few times before the first event. Then its code is compiled and its connections are
 * open.
 *
 * The warm-up starts after the module is loaded, and ends when the first event uses a client. Warm-up requests have no body and no
 * signature, so services store nothing and send no email. The warm-up writes no log line and no metrics, and its errors are ignored.
 *
 * @param event The event of the warm-up runs.
 * @param make Creates the handler. It must pass every AWS SDK client through `use`, and pass `settings` to the handler.
 * @example
 * const documents = documentClient()
 * export const handler = warmUp(warmUpEvent('PreAuthentication_Authentication'), (use, settings) =>
 *   preAuthentication(settings, blockUsers(dynamoBlockList({ documents: use(documents), table: 'blocks' }))),
 * )
 */
export function warmUp<Event, H extends (event: Event, context: InvocationContext) => Promise<unknown>>(
  event: Event,
  make: (use: UseClient, settings: WarmUpSettings) => H,
): H {
  const ending = new AbortController()
  const { signal } = ending
  const run = async (): Promise<void> => {
    for (let times = 0; times < TIMES && !signal.aborted; times++) {
      const handler = make((client) => () => onlyConnecting(client(), signal), warmUpSettings())
      await handler(event, CONTEXT)
    }
  }
  if (isLambda()) setImmediate(() => run().catch(() => undefined))
  const use: UseClient = (client) => () => {
    ending.abort()
    return client()
  }
  return make(use, {})
}

/** Turns off logs and metrics, shortens the deadline, and starts the clock at 0 so that no cold start is subtracted. */
function warmUpSettings(): WarmUpSettings {
  const { now, after } = processClock
  const begunAt = now()
  return { deadlineMs: 1000, write: () => undefined, clock: { now: () => now() - begunAt, after } }
}

/**
 * Creates an event for the warm-up.
 *
 * @param email The user's address. If the handler sends emails, use the sender's address, so that no email can reach a stranger.
 */
export function warmUpEvent<const Source extends string>(triggerSource: Source, email = 'warm-up@example.com'): WarmUpEvent<Source> {
  return {
    version: '1',
    region: 'us-east-1',
    userPoolId: 'warm-up',
    userName: 'warm-up',
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: 'warm-up' },
    triggerSource,
    request: { userAttributes: { sub: 'warm-up', email, email_verified: 'true', given_name: 'Ann' } },
    response: {},
  }
}

/** The position of a middleware in the SDK's stack: directly before the SDK sends the request. */
const INNERMOST = { step: 'deserialize', priority: 'low', name: 'only-connect' } as const

const SENT =
  '<SendEmailResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><SendEmailResult><MessageId>0</MessageId></SendEmailResult></SendEmailResponse>'

/** Returns a fake response body. SES reports a sent email. DynamoDB returns a new profile, a claimed effect and no blocks. */
function answerTo(serviceId: string | undefined, body: unknown): string {
  if (serviceId === 'SESv2') return '{}'
  if (serviceId !== 'DynamoDB') return SENT
  // Uses TextDecoder for a byte array, because the SDK logs a warning for String().
  const { RequestItems = {} } = JSON.parse(body instanceof Uint8Array ? new TextDecoder().decode(body) : String(body))
  return JSON.stringify({
    Attributes: { state: { S: 'pending' }, token: { S: 'warm-up' }, attempt: { N: '1' }, signInCount: { N: '1' } },
    Responses: Object.fromEntries(Object.keys(RequestItems).map((table) => [table, []])),
    UnprocessedKeys: {},
  })
}

/**
 * Returns a client that opens connections without calling an AWS operation. It prepares and signs each request, but sends an empty
 * `GET /` instead. The SDK then parses a fake response. The connection stays open for the original client.
 *
 * @param ended Aborted when the warm-up ends. Then the client sends nothing more, and its pending calls never settle.
 */
export function onlyConnecting<C extends Client>(client: C, ended: AbortSignal): C {
  const middlewareStack = client.middlewareStack.clone()
  middlewareStack.add(
    (next) => async (args) => {
      if (ended.aborted) return never()
      const answer = answerTo(client.config.serviceId, Object(args.request).body)
      const answered = await withBody(answer, await next(toEmptyRequest(args)))
      if (ended.aborted) return never()
      return answered
    },
    INNERMOST,
  )
  return Object.create(client, { middlewareStack: { value: middlewareStack } })
}

/** Returns a promise that never settles. A rejection would run error handling, which takes time from the first event. */
const never = (): Promise<never> => new Promise(() => undefined)

function toEmptyRequest<Args extends { readonly request: unknown }>(args: Args): Args {
  const request = Object(args.request)
  const { host } = Object(request.headers)
  Object.assign(request, { method: 'GET', path: '/', query: {}, body: undefined, headers: { host } })
  return args
}

async function withBody<Answered extends { readonly response: unknown }>(answer: string, answered: Answered): Promise<Answered> {
  const response = Object(answered.response)
  // Reads the whole response, because the agent reuses a connection only after that.
  await new Promise((resolve) => response.body.once('close', resolve).resume())
  Object.assign(response, { statusCode: 200, headers: {}, body: new TextEncoder().encode(answer) })
  return answered
}
