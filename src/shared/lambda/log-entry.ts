import { isObject } from '../is-object.ts'
import type { Decision } from '../rules/engine.ts'
import { EffectLostError, NotDoneError } from '../rules/errors.ts'
import { MAX_REASON_LENGTH } from '../rules/outcome.ts'
import { type Hide, hidePersonal, loggedDetail } from '../rules/personal.ts'
import type { TraceEntry } from '../rules/trace.ts'
import { InvalidEventError } from './errors.ts'
import type { LogFields } from './settings.ts'

/** The rule of a decision where no rule decided: the event or a middleware was at fault. */
export const OUTSIDE_RULES = 'handler'

/** What a log line tells of an invocation. */
export interface LogEntry extends LogFields {
  readonly requestId: string | null
  /** Cognito's name of the trigger: `PreSignUp`. */
  readonly trigger: string
  readonly triggerSource: string | null
  readonly userPoolId: string | null
  readonly appClient: string | null
  readonly decision: 'proceed' | 'denied' | 'failed'
  readonly decidedBy: string | null
  readonly reason: string | null
  readonly detail?: string
  /** A keyed hash, and only where a key is set. */
  readonly user?: string
  readonly coldStart: boolean
  readonly durationMs: number
  readonly trace: readonly LoggedRule[]
  readonly error?: DescribedError
}

/** A rule's line of the trace in a log line. */
export interface LoggedRule {
  readonly rule: string
  readonly path: string
  readonly outcome: TraceEntry['outcome']
  readonly reason?: string
  readonly detail?: string
  readonly ms: number
  readonly overrides?: readonly string[]
  readonly shadow?: true
  readonly error?: DescribedError
}

/** What is known of an invocation when it ends. */
export interface Ended {
  readonly trigger: string
  readonly event: unknown
  readonly requestId: string | null
  readonly decision: Pick<Decision, 'kind' | 'trace'> & Partial<Record<'rule' | 'reason', string | null>> & { readonly error?: unknown }
  readonly coldStart: boolean
  readonly durationMs: number
  readonly hashKey: string | undefined
  /** The names of the composition's rules, as it was made. */
  readonly names: ReadonlySet<string>
}

// Texts of a schema's issues can be long; a log line is billed by the byte.
const MAX_DETAIL_LENGTH = 500

/** Makes the log line of an invocation: no attribute, no token and no message of an error is in it. */
export function logEntry(ended: Ended): LogEntry {
  const { decision } = ended
  const hide = hidePersonal(ended.event)
  const event = textsOf(ended.event)
  // The last: a branch of an anyOf may have denied under the same name before, and a shadow may do so after.
  const decisive = decision.trace.findLast((line) => line.rule === decision.rule && line.outcome === 'deny' && !line.shadow)
  return {
    requestId: ended.requestId,
    trigger: ended.trigger,
    triggerSource: event.triggerSource,
    userPoolId: event.userPoolId,
    appClient: event.clientId,
    decision: decision.kind,
    decidedBy: decision.rule == null ? null : loggedName(decision.rule, ended.names),
    reason: decision.reason == null ? null : loggedReason(decision.reason, ended.names, hide),
    ...(decisive?.detail !== undefined && { detail: short(loggedDetail(decisive.detail, hide)) }),
    ...(ended.hashKey !== undefined && event.userName !== null && { user: hashUser(ended.hashKey, event) }),
    coldStart: ended.coldStart,
    durationMs: rounded(ended.durationMs),
    trace: decision.trace.map((line) => loggedRule(line, ended.names, hide)),
    ...(decision.kind === 'failed' && { error: loggedError(decision.error, hide) }),
  }
}

function loggedRule(line: TraceEntry, names: ReadonlySet<string>, hide: Hide): LoggedRule {
  const { path, outcome, overrides, shadow, detail, ms, error } = line
  const rule = loggedName(line.rule, names)
  const reason = line.reason === undefined ? undefined : loggedReason(line.reason, names, hide)
  // Most rules say nothing more. Spreading what is not there takes longer than all the rest.
  if (overrides === undefined && shadow === undefined && detail === undefined && outcome !== 'broken') {
    return reason === undefined ? { rule, path, outcome, ms: rounded(ms) } : { rule, path, outcome, reason, ms: rounded(ms) }
  }
  return {
    rule,
    path,
    outcome,
    ...(reason !== undefined && { reason }),
    ...(overrides !== undefined && { overrides }),
    ...(shadow && { shadow }),
    ...(detail !== undefined && { detail: short(loggedDetail(detail, hide)) }),
    ms: rounded(ms),
    ...(outcome === 'broken' && { error: loggedError(error, hide) }),
  }
}

/** A rule's name becomes a dimension of a metric: plain JavaScript can change it in an invocation, or run a rule of its own. */
function loggedName(name: string, names: ReadonlySet<string>): string {
  return names.has(name) || name === OUTSIDE_RULES ? name : 'unnamed'
}

/** The reason of a `denyIf` was there when the composition was made. */
function loggedReason(reason: string, names: ReadonlySet<string>, hide: Hide): string {
  return names.has(`deny-if-${reason}`) ? reason : hide(reason)
}

function loggedError(error: unknown, hide: Hide): DescribedError {
  const { name, code, awsRequestId, frames, ...rest } = describeError(error)
  return {
    name: hide(name),
    ...(code !== undefined && { code: hide(code) }),
    ...(awsRequestId !== undefined && { awsRequestId: hide(awsRequestId) }),
    ...rest,
    frames: frames.map(hide),
  }
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

function short(text: string): string {
  return text.length > MAX_DETAIL_LENGTH ? `${text.slice(0, MAX_DETAIL_LENGTH)}...` : text
}

/** Reads what may be logged out of whatever came in, which need not be an event. */
function textsOf(input: unknown): Record<'triggerSource' | 'userPoolId' | 'userName' | 'clientId', string | null> {
  const caller = field(input, 'callerContext')
  return {
    triggerSource: textField(input, 'triggerSource'),
    userPoolId: textField(input, 'userPoolId'),
    userName: textField(input, 'userName'),
    clientId: textField(caller, 'clientId'),
  }
}

function field(input: unknown, name: string): unknown {
  return isObject(input) ? input[name] : undefined
}

function textField(input: unknown, name: string): string | null {
  const value = field(input, name)
  return typeof value === 'string' ? short(value) : null
}

// 128 bits: enough that two users of a pool never share one.
const HASH_HEX_DIGITS = 32

/**
 * A user as a log may hold them: the same user has the same hash in every trigger, and who lacks the key cannot try names
 * out. It is made of the user name, because `sub` does not exist yet at pre sign-up.
 *
 * @example
 * hashUser('secret', { userPoolId: 'eu-west-1_abc', userName: 'mary' })
 */
export function hashUser(key: string, event: { readonly userPoolId?: string | null; readonly userName?: string | null }): string {
  // Not imported: it would be loaded at every cold start, and few handlers have a key.
  const { createHmac } = process.getBuiltinModule('node:crypto')
  return createHmac('sha256', key)
    .update(`${event.userPoolId ?? ''}/${event.userName ?? ''}`)
    .digest('hex')
    .slice(0, HASH_HEX_DIGITS)
}

/** What a log may hold of an error: SES names the recipient in its messages, so no message is ever written. */
export interface DescribedError {
  readonly name: string
  readonly code?: string
  /** The id by which AWS support finds the call. */
  readonly awsRequestId?: string
  /** Where it was thrown, nearest first. */
  readonly frames: readonly string[]
  /** Of an event that is none: what was wrong. Nobody else's problems are written, since they may hold values. */
  readonly problems?: readonly string[]
}

const MAX_FRAMES = 5
const IDENTIFIER = /^[\w.$-]+$/
// Node writes the code of its own errors behind their name: `TypeError [ERR_INVALID_URL]: Invalid URL`.
const STACK_NAME = /^[\w.$-]+(?: \[\w+\])?/
// `at name (place)` or `at place`, where a place is a file, a URL of one or a module of Node, with line and column.
const FRAME = /^at (?:async )?(?:[^()]+ \()?(?:file:|node:|\/|[a-z]:[\\/])[^()]*:\d+:\d+\)?$/i

/** Describes an error without its message. */
export function describeError(error: unknown): DescribedError {
  // What prevented an effect says more than that it was prevented.
  if (error instanceof NotDoneError) return describeError(error.cause)
  if (!(error instanceof Error)) return { name: typeof error, frames: [] }
  try {
    return described(error)
  } catch {
    // A getter of it threw: it hides what it is.
    return { name: 'Error', frames: [] }
  }
}

function described(error: Error): DescribedError {
  // What kept the ledger away says more than that an effect was lost.
  const code = identifier(error instanceof EffectLostError ? error.reason : 'code' in error ? error.code : undefined)
  const awsRequestId = identifier(awsRequestIdOf(error))
  return {
    name: identifier(error.name) ?? 'Error',
    ...(code !== undefined && { code }),
    ...(awsRequestId !== undefined && { awsRequestId }),
    frames: framesOf(error),
    ...(error instanceof InvalidEventError && { problems: error.problems }),
  }
}

function identifier(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= MAX_REASON_LENGTH && IDENTIFIER.test(value) ? value : undefined
}

function awsRequestIdOf(error: Error): unknown {
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined
  return typeof metadata === 'object' && metadata !== null && 'requestId' in metadata ? metadata.requestId : undefined
}

/**
 * A message may hold line breaks and text that looks like a frame, so it is cut off by its length before frames are read. A
 * stack that does not begin with it was written for another message, which may be anywhere in it: then nothing is safe.
 */
function framesOf(error: Error): readonly string[] {
  const stack = typeof error.stack === 'string' ? error.stack : ''
  const message = String(error.message)
  const afterName = stack.replace(STACK_NAME, '')
  // Node writes no colon before an empty message; source map support does.
  const head = [`: ${message}\n`, ...(message === '' ? ['\n'] : [])].find((each) => afterName.startsWith(each))
  if (head === undefined) return []
  return afterName
    .slice(head.length)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => FRAME.test(line))
    .slice(0, MAX_FRAMES)
}
