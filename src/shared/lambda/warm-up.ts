import { processClock } from '../rules/deadline.ts'
import { isLambda } from './is-lambda.ts'
import type { InvocationContext } from './pipeline.ts'
import type { HandlerSettings } from './settings.ts'

/** Goes once through what an invocation does, without asking anybody for anything, until it is told to end. */
export type Rehearsal = (ended: AbortSignal) => Promise<unknown>

/** The same, ending the rehearsal when it is used. */
export type GivingWay = <V>(make: () => V) => () => V

/** How a handler runs in a rehearsal: nothing is logged or counted, nothing waits for long, and the init phase took no time. */
export function rehearsing(): Pick<HandlerSettings, 'deadlineMs' | 'write' | 'clock'> {
  const { now, after } = processClock
  const begunAt = now()
  return { deadlineMs: 1000, write: () => undefined, clock: { now: () => now() - begunAt, after } }
}

// What is run a few times is compiled for good; more of them gain nothing that could be measured.
const TIMES = 4

/** Every rehearsed event, but for what its trigger adds. There is no such pool. */
export const REHEARSED_EVENT = {
  version: '1',
  region: 'us-east-1',
  userPoolId: 'warm-up',
  userName: 'warm-up',
  callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: 'warm-up' },
  response: {},
} as const

/** What a handler is told in a rehearsal. */
export const REHEARSED_CONTEXT: InvocationContext = { awsRequestId: 'warm-up', getRemainingTimeInMillis: () => 5000 }

/**
 * Rehearses an invocation, a few times, while nobody waits: code is compiled, and connections are open when the first event
 * comes. It begins when the handler is loaded, unless there is an event by then, and gives way to the first one. Nothing waits
 * for it, and nothing fails with it. Elsewhere than in Lambda nothing is done.
 *
 * @returns What is used in an invocation passes through this, so that the rehearsal ends.
 * @example
 * const givingWay = warmUp((ended) => rehearse(clients, ended))
 * export const handler = handlerOf(givingWay(clients.documents))
 */
export function warmUp(rehearse: Rehearsal): GivingWay {
  const ending = new AbortController()
  if (isLambda()) setImmediate(() => repeat(rehearse, ending.signal).catch(() => undefined))
  return (make) => () => {
    ending.abort()
    return make()
  }
}

async function repeat(rehearse: Rehearsal, ended: AbortSignal): Promise<void> {
  for (let times = 0; times < TIMES && !ended.aborted; times++) await rehearse(ended)
}
