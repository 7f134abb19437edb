import { processClock } from '../rules/invocation.ts'
import type { InvocationContext } from './handler.ts'
import { type HandlerSettings, isLambda } from './settings.ts'

/** A step of the AWS SDK between a call and what comes after it. */
type Step = <Args extends { readonly request: unknown }, Answered extends { readonly response: unknown }>(
  next: (args: Args) => Promise<Answered>,
) => (args: Args) => Promise<Answered>

/** A client of the AWS SDK, as far as its calls can be given another step. */
interface Client {
  readonly config: { readonly serviceId?: string }
  readonly middlewareStack: { readonly clone: () => { readonly add: (step: Step, where: typeof INNERMOST) => void } }
}

/** Returns a client for a handler. The first use of the client in an event ends the warm-up. */
export type UseClient = <C extends Client>(client: () => C) => () => C

/** Settings of a handler that only the warm-up sets. */
export type WarmUpSettings = Pick<HandlerSettings, 'deadlineMs' | 'write' | 'clock'>

/** An event of a user and a pool that do not exist. */
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

// V8 compiles what runs a few times. More runs gain nothing that could be measured.
const TIMES = 4
const CONTEXT: InvocationContext = { awsRequestId: 'warm-up', getRemainingTimeInMillis: () => 5000 }

/**
 * Makes a handler and, in Lambda, runs it a few times while it waits for its first event. Code is then compiled and connections
 * are open. Nothing is written, sent, logged or counted: requests have no body and no signature. The warm-up begins when the
 * handler is loaded, unless an event is there by then, and ends with the first event. Nothing waits for it or fails with it.
 *
 * @param event Runs through the handler.
 * @param make Makes the handler. Each client of the AWS SDK must pass through `use`, and `settings` must reach the handler.
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

/** Nothing is logged or counted, nothing waits for long, and the init phase took no time. */
function warmUpSettings(): WarmUpSettings {
  const { now, after } = processClock
  const begunAt = now()
  return { deadlineMs: 1000, write: () => undefined, clock: { now: () => now() - begunAt, after } }
}

/**
 * Makes an event for the warm-up.
 *
 * @param email The user's address. Give the sender's where an email would be sent: it must never reach a stranger.
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

/** Behind this step is the network. */
const INNERMOST = { step: 'deserialize', priority: 'low', name: 'only-connect' } as const

const SENT =
  '<SendEmailResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><SendEmailResult><MessageId>0</MessageId></SendEmailResult></SendEmailResponse>'

/** What the SDK reads as the answer of a service: an email that was sent; a new profile, a claimed effect, no blocks. */
function answerTo(serviceId: string | undefined, body: unknown): string {
  if (serviceId !== 'DynamoDB') return SENT
  // The SDK writes a warning to the log if its bytes are used as a string.
  const { RequestItems = {} } = JSON.parse(body instanceof Uint8Array ? new TextDecoder().decode(body) : String(body))
  return JSON.stringify({
    Attributes: { state: { S: 'pending' }, token: { S: 'warm-up' }, attempt: { N: '1' }, signInCount: { N: '1' } },
    Responses: Object.fromEntries(Object.keys(RequestItems).map((table) => [table, []])),
    UnprocessedKeys: {},
  })
}

/**
 * Returns a client whose calls are prepared, signed and connected, and ask for nothing: neither their bodies nor their signatures
 * leave the process. Each connection stays open for the client itself. The SDK then reads an answer of ours.
 *
 * @param ended Ends the warm-up: from then on nothing is called, and a call that waits for its answer waits for ever.
 */
export function onlyConnecting<C extends Client>(client: C, ended: AbortSignal): C {
  const middlewareStack = client.middlewareStack.clone()
  middlewareStack.add(
    (next) => async (args) => {
      if (ended.aborted) return never()
      const answer = answerTo(client.config.serviceId, Object(args.request).body)
      const answered = await answeredWith(answer, await next(asksForNothing(args)))
      if (ended.aborted) return never()
      return answered
    },
    INNERMOST,
  )
  return Object.create(client, { middlewareStack: { value: middlewareStack } })
}

/** An error would be handled, which takes time as well. */
const never = (): Promise<never> => new Promise(() => undefined)

function asksForNothing<Args extends { readonly request: unknown }>(args: Args): Args {
  const request = Object(args.request)
  const { host } = Object(request.headers)
  Object.assign(request, { method: 'GET', path: '/', query: {}, body: undefined, headers: { host } })
  return args
}

async function answeredWith<Answered extends { readonly response: unknown }>(answer: string, answered: Answered): Promise<Answered> {
  const response = Object(answered.response)
  // A connection is free again only after its answer is read.
  await new Promise((resolve) => response.body.once('close', resolve).resume())
  Object.assign(response, { statusCode: 200, headers: {}, body: new TextEncoder().encode(answer) })
  return answered
}
