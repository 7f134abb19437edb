import type { TriggerName } from '../../shared/cognito/triggers.ts'
import { findTrigger } from '../../shared/cognito/triggers.ts'
import { isObject } from '../../shared/rules/invocation.ts'
import { MissingPeerError, UsageError } from '../lib/errors.ts'
import { findChangedRows } from './changed-rows.ts'
import { COGNITO_WAIT_MS, type Delivery, deliver } from './cognito.ts'
import { type Actual, compare, findFailedRules } from './compare.ts'
import type { SideEffects } from './embedded.ts'
import { type Expectation, findExpectationFile, readExpectation } from './expectation.ts'
import { isWholeFile, type ReadEvent } from './read-events.ts'
import type { TracedRule } from './rule-trace.ts'
import type { ReplaySession } from './session.ts'
import { type Update, writeUpdate } from './update-expectation.ts'

/** The result of one event, as `lifeguard replay --json` writes it. */
export interface ReplayResult {
  readonly file: string
  readonly line: number | null
  /** The event's position in a JSON array, or in the `events` of the AWS CLI, from 1. Null for a single event. */
  readonly item: number | null
  readonly trigger: string | null
  readonly triggerSource: string | null
  /** Null if the handler did not run. */
  readonly outcome: 'proceed' | 'denied' | 'failed' | null
  readonly decidedBy: string | null
  readonly reason: string | null
  readonly response: Readonly<Record<string, unknown>> | null
  /** The error that the caller of Cognito gets, or an error that explains why the handler did not run. */
  readonly error: { readonly name: string; readonly message: string } | null
  /** Null if the handler was not made with Lifeguard, or ended before its decision. */
  readonly trace: readonly TracedRule[] | null
  /** The names of the rules that failed, except in `shadow`. Null without a trace. */
  readonly failedRules: readonly string[] | null
  readonly attempts: number
  readonly durationMs: number
  /** True if the result meets the expectation. Null without an expectation. */
  readonly expected: boolean | null
}

/** A result with details for the printed output. */
export interface Replayed {
  readonly result: ReplayResult
  readonly event: unknown
  /** The number of the repetition, from 1. */
  readonly time: number
  /** The differences from the expectation. */
  readonly mismatches: readonly string[]
  /** True if the event or its expectation cannot be read, or if a file that the user named is not an event. */
  readonly unreadable: boolean
  /** Explains why the handler cannot be loaded. Absent if the handler was loaded. */
  readonly notStarted?: string
  /** The result of `--update`. Absent without that option, and for an event that has no file of its own. */
  readonly update?: Update
}

/** Options of {@link replay}. */
export interface ReplayOptions {
  /** Replays only events of these triggers. An empty list means all triggers. */
  readonly only: readonly TriggerName[]
  /** The number of times that each event is replayed in a row. */
  readonly repeat: number
  /** Time limit of one attempt in milliseconds. Default: Cognito's five seconds. */
  readonly waitMs?: number
  /** The files that the user named. Such a file must be an event. Other files, in a folder that the user named, need not be events. */
  readonly named?: readonly string[]
  /** Writes the expectation of each event from its result. */
  readonly update?: boolean
}

/**
 * Replays events one by one and yields a result for each. If an event did not run, `error` explains why.
 *
 * @throws UsageError or MissingPeerError if no event can run, for example because the build fails.
 */
export async function* replay(events: AsyncIterable<ReadEvent>, session: ReplaySession, options: ReplayOptions): AsyncGenerator<Replayed> {
  for await (const read of events) {
    const trigger = findEventTrigger(read.event)
    // An unreadable event has no known trigger, so the filter keeps it.
    if (options.only.length > 0 && read.unreadable === undefined && !(trigger !== undefined && options.only.includes(trigger))) continue
    for (let time = 0; time < options.repeat; time += 1) {
      const replayed = await replayOne(read, trigger, session, options).catch((error: unknown) => createFailedResult(read, error))
      yield { ...replayed, time: time + 1 }
      // Does not repeat an event that did not run, because the repetition would not run either.
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
    expectation = isWholeFile(read) ? await readExpectation(read.file) : undefined
  } catch (error) {
    return createNotRunResult(read, 'Unreadable', error instanceof Error ? error.message : String(error))
  }
  const noEvent = (why: string): Once => {
    const once = createNotRunResult(read, 'NotAnEvent', `not an event: ${why}`, expectation)
    return named.includes(read.file) ? { ...once, unreadable: true } : once
  }
  if (!isObject(event) || typeof event.triggerSource !== 'string') {
    return noEvent('expected a JSON object with a triggerSource')
  }
  if (trigger === undefined) return noEvent(`unknown triggerSource '${event.triggerSource}'`)
  const lambda = await session.lambda(trigger)
  if (lambda === undefined) return createNotRunResult(read, 'NoHandler', session.absence, expectation)

  const file = options.update && isWholeFile(read) ? findExpectationFile(read.file) : undefined
  const counted = expectation?.effects !== undefined || file !== undefined
  const before = counted ? await session.sideEffects() : undefined
  const delivery = addServiceHint(await deliver(lambda, trigger, event, waitMs), session)
  const after = counted ? await session.sideEffects() : undefined
  const decided = readDecision(delivery)
  const trace = delivery.decision?.trace ?? null
  const actual: Actual = {
    ...decided,
    response: delivery.response,
    failedRules: trace && findFailedRules(trace),
    ...(before && after && { effects: subtractEffects(before, after) }),
  }
  const update = file === undefined ? undefined : await writeUpdate(file, expectation, actual)
  const expected = update?.expectation ?? expectation
  const mismatches = expected === undefined ? [] : compare(expected, actual)
  const result: ReplayResult = {
    file: read.file,
    line: read.line,
    item: read.item ?? null,
    trigger,
    triggerSource: event.triggerSource,
    ...decided,
    response: delivery.response,
    error: delivery.error,
    trace,
    failedRules: actual.failedRules,
    attempts: delivery.attempts,
    durationMs: delivery.durationMs,
    expected: expected === undefined ? null : mismatches.length === 0,
  }
  return {
    result,
    event,
    mismatches,
    unreadable: false,
    ...(delivery.notStarted && { notStarted: delivery.notStarted.message }),
    ...(update && { update }),
  }
}

/** Returns the rows that were created or changed, and the messages that were sent, between two snapshots. */
function subtractEffects(before: SideEffects, after: SideEffects): SideEffects {
  const known = new Set<unknown>([...before.mails, ...before.texts])
  const isNew = (message: unknown): boolean => !known.has(message)
  return {
    ...after,
    tables: findChangedRows(before.tables, after.tables),
    mails: after.mails.filter(isNew),
    texts: after.texts.filter(isNew),
  }
}

// The endpoint of all services that replay does not start.
const NO_SERVICE = 'ECONNREFUSED 127.0.0.1:9'

/** Explains the error of a handler that calls a service or a table that replay does not have. */
function addServiceHint(delivery: Delivery, { tableNames }: ReplaySession): Delivery {
  const { problem } = delivery
  if (problem?.includes(NO_SERVICE)) return { ...delivery, problem: `${problem}. Replay does not start this AWS service` }
  if (tableNames === undefined || !problem?.startsWith('ResourceNotFoundException')) return delivery
  return { ...delivery, problem: `${problem}. The embedded DynamoDB has the tables ${tableNames.join(', ')}` }
}

/** Returns the outcome, the rule that decided and its reason. If no rule decided, as after a timeout, the reason is the problem. */
function readDecision(delivery: Delivery): Pick<ReplayResult, 'outcome' | 'decidedBy' | 'reason'> {
  const { outcome, decision, problem } = delivery
  const isOurs = decision !== null && decision.decision === outcome
  return { outcome, decidedBy: isOurs ? decision.decidedBy : null, reason: problem ?? (isOurs ? decision.reason : null) }
}

function findEventTrigger(event: unknown): TriggerName | undefined {
  return isObject(event) && typeof event.triggerSource === 'string' ? findTrigger(event.triggerSource) : undefined
}

/** Converts the error of one event into the event's result, so that the other events still run. Rethrows errors of the project. */
function createFailedResult(read: ReadEvent, error: unknown): Once {
  if (error instanceof UsageError || error instanceof MissingPeerError) throw error
  return { ...createNotRunResult(read, 'ReplayError', `the event cannot be replayed: ${String(error)}`), unreadable: true }
}

/** Creates the result of an event that did not run. Its outcome is null, so it differs from every expected outcome. */
function createNotRunResult(read: ReadEvent, name: string, message: string, expectation?: Expectation): Once {
  const source = isObject(read.event) ? read.event.triggerSource : undefined
  const nothing = { outcome: null, decidedBy: null, reason: null, response: null }
  const mismatches = expectation === undefined ? [] : compare(expectation, { ...nothing, failedRules: [] })
  const result: ReplayResult = {
    file: read.file,
    line: read.line,
    item: read.item ?? null,
    trigger: findEventTrigger(read.event) ?? null,
    triggerSource: typeof source === 'string' ? source : null,
    ...nothing,
    error: { name, message },
    trace: null,
    failedRules: null,
    attempts: 0,
    durationMs: 0,
    expected: expectation === undefined ? null : mismatches.length === 0,
  }
  return { result, event: read.event, mismatches, unreadable: name === 'Unreadable' }
}
