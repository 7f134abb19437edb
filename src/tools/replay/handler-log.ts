import { isObject } from '../../shared/rules/invocation.ts'
import { tryParseJson } from '../lib/json.ts'
/** One rule's part in a decision, as the handler logged it. */
export interface LoggedRule {
  readonly rule: string
  readonly path: string
  readonly outcome: string
  readonly reason: string | null
  readonly ms: number
  readonly detail?: string
  readonly overrides?: readonly string[]
  readonly shadow?: true
  /** The reservation of the rule, after all rules had passed. */
  readonly commit?: true
  /** What the rule answered, as JSON in the trigger's own words. No log holds it. */
  readonly answer?: string
  /** The name of the error that broke it. */
  readonly error?: string
  /** That error's own text. No log holds it: it comes from the process that ran the handler here. */
  readonly message?: string
  /** Where in the sources it was thrown, such as `src/pre-signup.ts:12`, as far as is known. */
  readonly place?: string
}

/** What a handler that was made with Lifeguard logged of an invocation. */
export interface HandlerLog {
  readonly decision: string
  readonly decidedBy: string | null
  readonly reason: string | null
  readonly detail: string | null
  readonly trace: readonly LoggedRule[]
}

/** What a line of a handler's standard output is. */
export type LogLine = { readonly kind: 'decision'; readonly log: HandlerLog } | { readonly kind: 'metrics' } | { readonly kind: 'other' }

/**
 * Reads a line of a handler's standard output. A decision is known by the request id, which nothing but this invocation was
 * told, and by its trace; whichever logger wrote it.
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
