import { isObject } from '../../shared/rules/invocation.ts'
import { tryParseJson } from '../lib/json.ts'

/** One entry of the trace that the handler logged. */
export interface LoggedRule {
  readonly rule: string
  readonly path: string
  readonly outcome: string
  readonly reason: string | null
  readonly ms: number
  readonly detail?: string
  readonly overrides?: readonly string[]
  readonly shadow?: true
  /** True for the entry of the rule's reservation, which runs after all rules have passed. */
  readonly commit?: true
  /** The answer that the rule returned, as JSON. Comes from the local process, because handlers do not log answers. */
  readonly answer?: string
  /** The name of the rule's error. */
  readonly error?: string
  /** The error's message. Comes from the local process, because handlers do not log error messages. */
  readonly message?: string
  /** The place in the sources where the error was thrown, such as `src/pre-signup.ts:12`. Absent if unknown. */
  readonly place?: string
}

/** The log line of a Lifeguard handler's decision. */
export interface HandlerLog {
  readonly decision: string
  readonly decidedBy: string | null
  readonly reason: string | null
  readonly detail: string | null
  readonly trace: readonly LoggedRule[]
}

/** A parsed line of a handler's standard output. */
export type LogLine = { readonly kind: 'decision'; readonly log: HandlerLog } | { readonly kind: 'metrics' } | { readonly kind: 'other' }

/**
 * Parses a line of a handler's standard output. A line is a decision if it has the invocation's request id, a decision and a
 * trace, regardless of the logger.
 */
export function readLogLine(line: string, requestId: string): LogLine {
  const fields = line.startsWith('{') ? tryParseJson(line) : undefined
  if (!isObject(fields)) return { kind: 'other' }
  const { decision, trace } = fields
  if (fields.requestId === requestId && typeof decision === 'string' && Array.isArray(trace)) {
    return {
      kind: 'decision',
      log: {
        decision,
        decidedBy: readText(fields.decidedBy),
        reason: readText(fields.reason),
        detail: readText(fields.detail),
        trace: trace.map(parseLoggedRule).filter((rule) => rule !== undefined),
      },
    }
  }
  return '_aws' in fields ? { kind: 'metrics' } : { kind: 'other' }
}

function parseLoggedRule(entry: unknown): LoggedRule | undefined {
  if (!isObject(entry)) return undefined
  const { rule, path, outcome, reason, ms, detail, overrides, shadow, commit, error } = entry
  if (typeof rule !== 'string' || typeof path !== 'string' || typeof outcome !== 'string') return undefined
  return {
    rule,
    path,
    outcome,
    reason: readText(reason),
    ms: typeof ms === 'number' ? ms : 0,
    ...(typeof detail === 'string' && { detail }),
    ...(Array.isArray(overrides) && { overrides: overrides.filter((field) => typeof field === 'string') }),
    ...(shadow === true && { shadow }),
    ...(commit === true && { commit }),
    ...(isObject(error) && typeof error.name === 'string' && { error: error.name }),
  }
}

function readText(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
