import { type Decision, HANDLER, type TraceEntry } from '../rules/decision.ts'
import { isObject } from '../rules/invocation.ts'
import { type Hide, hidePersonal, loggedDetail, OWN_REASONS } from '../rules/personal.ts'
import { type DescribedError, describeError } from './describe-error.ts'
import type { LogFields } from './settings.ts'

/** The fields of an invocation's log line. */
export interface LogEntry extends LogFields {
  readonly requestId: string | null
  /** The trigger's name in Cognito, such as `PreSignUp`. */
  readonly trigger: string
  readonly triggerSource: string | null
  readonly userPoolId: string | null
  readonly appClient: string | null
  readonly decision: 'proceed' | 'denied' | 'failed'
  readonly decidedBy: string | null
  readonly reason: string | null
  readonly detail?: string
  /** A keyed hash of the user. Absent without `logHashKey`. */
  readonly user?: string
  readonly coldStart: boolean
  readonly durationMs: number
  readonly trace: readonly LoggedRule[]
  readonly error?: DescribedError
}

/** A rule's trace entry in the log line. */
export interface LoggedRule {
  readonly rule: string
  readonly path: string
  readonly outcome: TraceEntry['outcome']
  readonly reason?: string
  readonly detail?: string
  readonly ms: number
  readonly overrides?: readonly string[]
  readonly shadow?: true
  readonly commit?: true
  readonly error?: DescribedError
}

/** The data of a completed invocation. */
export interface Ended {
  readonly trigger: string
  readonly event: unknown
  readonly requestId: string | null
  readonly decision: Pick<Decision, 'kind' | 'trace'> & Partial<Record<'rule' | 'reason', string | null>> & { readonly error?: unknown }
  readonly coldStart: boolean
  readonly durationMs: number
  readonly hashKey: string | undefined
  /** The names of the composition's rules, read when the handler was created. */
  readonly names: ReadonlySet<string>
  /** The reasons that the rules declare. They are never hidden. */
  readonly reasons: ReadonlySet<string>
}

// Longer details are truncated, because CloudWatch bills log lines by the byte.
const MAX_DETAIL_LENGTH = 500

/** Returns the log entry of an invocation. It contains no attributes, tokens or error messages. */
export function logEntry(ended: Ended): LogEntry {
  const { decision } = ended
  let hidden: Hide | undefined
  const hide: Hide = (text) => {
    // Fast path: constant reasons are never hidden, and most log lines contain no others.
    if (OWN_REASONS.has(text) || ended.reasons.has(text)) return text
    hidden ??= hidePersonal(ended.event)
    return hidden(text)
  }
  const event = readLoggedTexts(ended.event)
  // Uses the last denial, because a rule with the same name may have denied earlier in a branch of an `anyOf`.
  const decisive = decision.trace.findLast((line) => line.rule === decision.rule && line.outcome === 'deny' && !line.shadow)
  return {
    requestId: ended.requestId,
    trigger: ended.trigger,
    triggerSource: event.triggerSource,
    userPoolId: event.userPoolId,
    appClient: event.clientId,
    decision: decision.kind,
    decidedBy: decision.rule == null ? null : loggedName(decision.rule, ended.names),
    reason: decision.reason == null ? null : hide(decision.reason),
    ...(decisive?.detail !== undefined && { detail: truncate(loggedDetail(decisive.detail, hide)) }),
    ...(ended.hashKey !== undefined && event.userName !== null && { user: hashUser(ended.hashKey, event) }),
    coldStart: ended.coldStart,
    durationMs: roundMs(ended.durationMs),
    trace: decision.trace.map((line) => loggedRule(line, ended.names, hide)),
    ...(decision.kind === 'failed' && { error: loggedError(decision.error, hide) }),
  }
}

function loggedRule(line: TraceEntry, names: ReadonlySet<string>, hide: Hide): LoggedRule {
  const { path, outcome, overrides, shadow, commit, detail, ms, error } = line
  const rule = loggedName(line.rule, names)
  const reason = line.reason === undefined ? undefined : hide(line.reason)
  // Fast path for most rules: conditional spreads are the slowest part of this function.
  if (overrides === undefined && shadow === undefined && commit === undefined && detail === undefined && outcome !== 'error') {
    return reason === undefined ? { rule, path, outcome, ms: roundMs(ms) } : { rule, path, outcome, reason, ms: roundMs(ms) }
  }
  return {
    rule,
    path,
    outcome,
    ...(reason !== undefined && { reason }),
    ...(overrides !== undefined && { overrides }),
    ...(shadow && { shadow }),
    ...(commit && { commit }),
    ...(detail !== undefined && { detail: truncate(loggedDetail(detail, hide)) }),
    ms: roundMs(ms),
    ...(outcome === 'error' && { error: loggedError(error, hide) }),
  }
}

/**
 * Returns a rule's name, or 'unnamed' if the composition has no such rule. Plain JavaScript can rename a rule while it runs, and
 * the name becomes a metric dimension.
 */
function loggedName(name: string, names: ReadonlySet<string>): string {
  return names.has(name) || name === HANDLER ? name : 'unnamed'
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

function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

function truncate(text: string): string {
  return text.length > MAX_DETAIL_LENGTH ? `${text.slice(0, MAX_DETAIL_LENGTH)}...` : text
}

/** Reads the strings of an event that may be logged. The event may be any value. */
function readLoggedTexts(input: unknown): Record<'triggerSource' | 'userPoolId' | 'userName' | 'clientId', string | null> {
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
  return typeof value === 'string' ? truncate(value) : null
}

// 128 bits, so that two users of a pool never have the same hash.
const HASH_HEX_DIGITS = 32

/**
 * Returns a keyed hash of the user for the log. A user has the same hash in every trigger. Without the key, the hash of a guessed
 * name cannot be computed. The hash uses the user name, because `sub` does not exist yet at pre sign-up.
 *
 * @example
 * hashUser('secret', { userPoolId: 'eu-west-1_abc', userName: 'mary' })
 */
export function hashUser(key: string, event: { readonly userPoolId?: string | null; readonly userName?: string | null }): string {
  // Loads `node:crypto` only here. An import would load it at every cold start, but few handlers have a key.
  const { createHmac } = process.getBuiltinModule('node:crypto')
  return createHmac('sha256', key)
    .update(`${event.userPoolId ?? ''}/${event.userName ?? ''}`)
    .digest('hex')
    .slice(0, HASH_HEX_DIGITS)
}
