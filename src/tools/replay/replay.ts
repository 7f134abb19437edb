import type { TriggerName } from '../../shared/cognito/triggers.ts'
import { findTrigger } from '../../shared/cognito/triggers.ts'
import { isObject } from '../../shared/rules/invocation.ts'
import { MissingPeerError, UsageError } from '../lib/errors.ts'
import { COGNITO_WAIT_MS, type Delivery, deliver } from './cognito.ts'
import type { SideEffects } from './embedded.ts'
import { compare, type Expectation, readExpectation } from './expectation.ts'
import type { LoggedRule } from './handler-log.ts'
import type { ReadEvent } from './read-events.ts'
import type { ReplaySession } from './session.ts'

/** What became of an event: the object that `lifeguard replay --json` writes. */
export interface ReplayResult {
  readonly file: string
  readonly line: number | null
  readonly trigger: string | null
  readonly triggerSource: string | null
  /** Null where nothing ran. */
  readonly outcome: 'proceed' | 'denied' | 'failed' | null
  readonly decidedBy: string | null
  readonly reason: string | null
  readonly response: Readonly<Record<string, unknown>> | null
  /** What the caller of Cognito gets, or why nothing ran. */
  readonly error: { readonly name: string; readonly message: string } | null
  /** Null where the handler was not made with Lifeguard, or did not come to log it. */
  readonly trace: readonly LoggedRule[] | null
  readonly attempts: number
  readonly durationMs: number
  /** Null without an expectation. */
  readonly expected: boolean | null
}

/** A result with what people want to know besides. */
export interface Replayed {
  readonly result: ReplayResult
  readonly event: unknown
  /** Which time it was, counted from 1. */
  readonly time: number
  /** How it differs from what was expected. */
  readonly mismatches: readonly string[]
  /** It could not be read, or its expectation could not; or it is no event, and was asked for by its name. */
  readonly unreadable: boolean
  /** Why its handler cannot be loaded. */
  readonly notStarted?: string
}

/** What is replayed, and how. */
export interface ReplayOptions {
  /** Only events of these triggers; of all when there is none. */
  readonly only: readonly TriggerName[]
  /** How many times in a row each event is replayed. */
  readonly repeat: number
  /** How long a try may take, in milliseconds; Cognito's five seconds unless set. */
  readonly waitMs?: number
  /** What was asked for by its name, where something that is no event is a mistake and not merely beside the events. */
  readonly named?: readonly string[]
}

/**
 * Replays events one after the other. Every one of them comes to a result: what cannot be read, is no event, or has no
 * handler says so in its error.
 */
export async function* replay(events: AsyncIterable<ReadEvent>, session: ReplaySession, options: ReplayOptions): AsyncGenerator<Replayed> {
  for await (const read of events) {
    const trigger = findEventTrigger(read.event)
    // What cannot be read may be of any trigger.
    if (options.only.length > 0 && read.unreadable === undefined && !(trigger !== undefined && options.only.includes(trigger))) continue
    for (let time = 0; time < options.repeat; time += 1) {
      const replayed = await replayOne(read, trigger, session, options).catch((error: unknown) => createFailedResult(read, error))
      yield { ...replayed, time: time + 1 }
      // What did not run would not run the next time either.
      if (replayed.result.outcome === null) break
    }
  }
}

type Once = Omit<Replayed, 'time'>

async function replayOne(read: ReadEvent, trigger: TriggerName | undefined, session: ReplaySession, options: ReplayOptions): Promise<Once> {
  const { event } = read
  const { waitMs = COGNITO_WAIT_MS, named = [] } = options
  if (read.unreadable !== undefined) return createNotRunResult(read, 'Unreadable', read.unreadable)
  let expectation: Expectation | undefined
  try {
    expectation = await readExpectation(read.file)
  } catch (error) {
    return createNotRunResult(read, 'Unreadable', error instanceof Error ? error.message : String(error))
  }
  const noEvent = (why: string): Once => {
    const once = createNotRunResult(read, 'NotAnEvent', `not an event: ${why}`, expectation)
    return named.includes(read.file) ? { ...once, unreadable: true } : once
  }
  if (!isObject(event) || typeof event.triggerSource !== 'string') {
    return noEvent('it names no triggerSource')
  }
  if (trigger === undefined) return noEvent(`no trigger is called '${event.triggerSource}'`)
  const lambda = await session.lambda(trigger)
  if (lambda === undefined) return createNotRunResult(read, 'NoHandler', session.absence, expectation)

  const counted = expectation?.effects !== undefined
  const before = counted ? await session.sideEffects() : undefined
  const delivery = await deliver(lambda, trigger, event, waitMs)
  const after = counted ? await session.sideEffects() : undefined
  const decided = readDecision(delivery)
  const actual = {
    ...decided,
    response: delivery.response,
    traced: delivery.log !== null,
    ...(before && after && { effects: countEffects(before, after) }),
  }
  const mismatches = expectation === undefined ? [] : compare(expectation, actual)
  const result: ReplayResult = {
    file: read.file,
    line: read.line,
    trigger,
    triggerSource: event.triggerSource,
    ...decided,
    response: delivery.response,
    error: delivery.error,
    trace: delivery.log?.trace ?? null,
    attempts: delivery.attempts,
    durationMs: delivery.durationMs,
    expected: expectation === undefined ? null : mismatches.length === 0,
  }
  return { result, event, mismatches, unreadable: false, ...(delivery.notStarted && { notStarted: delivery.notStarted.message }) }
}

/** How many profiles were written, made or changed, and how many mails were sent in between. */
function countEffects(before: SideEffects, after: SideEffects): { readonly profiles: number; readonly mails: number } {
  const known = new Set(before.profiles.map((row) => JSON.stringify(row)))
  return {
    profiles: after.profiles.filter((row) => !known.has(JSON.stringify(row))).length,
    mails: after.mails.length - before.mails.length,
  }
}

/** Who decided and why: the handler's own log says it, unless something else than its decision settled the matter. */
function readDecision(delivery: Delivery): Pick<ReplayResult, 'outcome' | 'decidedBy' | 'reason'> {
  const { outcome, log, problem } = delivery
  const told = log !== null && log.decision === outcome
  return { outcome, decidedBy: told ? log.decidedBy : null, reason: problem ?? (told ? log.reason : null) }
}

function findEventTrigger(event: unknown): TriggerName | undefined {
  return isObject(event) && typeof event.triggerSource === 'string' ? findTrigger(event.triggerSource) : undefined
}

/** What is wrong with one event must not take the results of the others along. What is wrong with the project ends the replay. */
function createFailedResult(read: ReadEvent, error: unknown): Once {
  if (error instanceof UsageError || error instanceof MissingPeerError) throw error
  return { ...createNotRunResult(read, 'ReplayError', `replay cannot run it: ${String(error)}`), unreadable: true }
}

/** Something that was expected to come to an outcome and did not run is not as expected. */
function createNotRunResult(read: ReadEvent, name: string, message: string, expectation?: Expectation): Once {
  const source = isObject(read.event) ? read.event.triggerSource : undefined
  const nothing = { outcome: null, decidedBy: null, reason: null, response: null }
  const mismatches = expectation === undefined ? [] : compare(expectation, { ...nothing, traced: true })
  const result: ReplayResult = {
    file: read.file,
    line: read.line,
    trigger: findEventTrigger(read.event) ?? null,
    triggerSource: typeof source === 'string' ? source : null,
    ...nothing,
    error: { name, message },
    trace: null,
    attempts: 0,
    durationMs: 0,
    expected: expectation === undefined ? null : mismatches.length === 0,
  }
  return { result, event: read.event, mismatches, unreadable: name === 'Unreadable' }
}
