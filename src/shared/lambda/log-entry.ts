import { type Decision, HANDLER, type TraceEntry } from '../rules/decision.ts'
import { isObject } from '../rules/invocation.ts'
import { type Hide, hidePersonal, loggedDetail, OWN_REASONS } from '../rules/personal.ts'
import { type DescribedError, describeError } from './describe-error.ts'
import type { LogFields } from './settings.ts'

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
  readonly commit?: true
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
  /** The reasons that its rules declare. */
  readonly reasons: ReadonlySet<string>
}

// A log line is billed by the byte.
const MAX_DETAIL_LENGTH = 500

/** Makes the log line of an invocation: no attribute, no token and no message of an error is in it. */
export function logEntry(ended: Ended): LogEntry {
  const { decision } = ended
  let hidden: Hide | undefined
  const hide: Hide = (text) => {
    // Most lines hold such reasons alone.
    if (OWN_REASONS.has(text) || ended.reasons.has(text)) return text
    hidden ??= hidePersonal(ended.event)
    return hidden(text)
  }
  const event = readLoggedTexts(ended.event)
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
    reason: decision.reason == null ? null : hide(decision.reason),
    ...(decisive?.detail !== undefined && { detail: short(loggedDetail(decisive.detail, hide)) }),
    ...(ended.hashKey !== undefined && event.userName !== null && { user: hashUser(ended.hashKey, event) }),
    coldStart: ended.coldStart,
    durationMs: rounded(ended.durationMs),
    trace: decision.trace.map((line) => loggedRule(line, ended.names, hide)),
    ...(decision.kind === 'failed' && { error: loggedError(decision.error, hide) }),
  }
}

function loggedRule(line: TraceEntry, names: ReadonlySet<string>, hide: Hide): LoggedRule {
  const { path, outcome, overrides, shadow, commit, detail, ms, error } = line
  const rule = loggedName(line.rule, names)
  const reason = line.reason === undefined ? undefined : hide(line.reason)
  // Most rules say nothing more. Spreading what is not there takes longer than all the rest.
  if (overrides === undefined && shadow === undefined && commit === undefined && detail === undefined && outcome !== 'error') {
    return reason === undefined ? { rule, path, outcome, ms: rounded(ms) } : { rule, path, outcome, reason, ms: rounded(ms) }
  }
  return {
    rule,
    path,
    outcome,
    ...(reason !== undefined && { reason }),
    ...(overrides !== undefined && { overrides }),
    ...(shadow && { shadow }),
    ...(commit && { commit }),
    ...(detail !== undefined && { detail: short(loggedDetail(detail, hide)) }),
    ms: rounded(ms),
    ...(outcome === 'error' && { error: loggedError(error, hide) }),
  }
}

/** A rule's name becomes a dimension of a metric: plain JavaScript can change it in an invocation, or run a rule of its own. */
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

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

function short(text: string): string {
  return text.length > MAX_DETAIL_LENGTH ? `${text.slice(0, MAX_DETAIL_LENGTH)}...` : text
}

/** Reads what may be logged out of whatever came in, which need not be an event. */
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
