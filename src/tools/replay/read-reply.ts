import { isObject } from '../../shared/rules/invocation.ts'
import { describeRule } from '../lib/description.ts'
import type { AnswerForm, DecisionMessage, Exiting, FunctionError, Reply, ThrownError, TraceMessage } from './child-messages.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * Parses and validates a line that a handler's process wrote to the pipe. The handler's code can write to the pipe too, so the
 * line may hold anything.
 *
 * @param id The id of the request that waits for a reply.
 * @returns undefined if the line is not a valid reply to this request.
 */
export function readReply(line: string, id: string): Reply | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return isObject(value) && value.id === id ? parseReply(value) : undefined
  } catch {
    // The line is not JSON, or is nested too deeply to parse.
    return undefined
  }
}

/** Parses the line that a handler's process writes when it exits. Returns undefined for any other line. */
export function readExiting(line: string): Exiting | undefined {
  try {
    const value: unknown = JSON.parse(line)
    if (!isObject(value) || value.kind !== 'exiting') return undefined
    const error = parseThrown(value.error)
    const form = parseForm(value.form)
    return {
      ...(typeof value.requestId === 'string' && { requestId: value.requestId }),
      ...(error && { error }),
      ...(form && { form }),
    }
  } catch {
    return undefined
  }
}

function parseReply(value: Fields): Reply | undefined {
  const { kind } = value
  const form = parseForm(value.form)
  const decision = parseDecision(value.decision)
  const common = { ...(form && { form }), ...(decision && { decision }) }
  switch (kind) {
    case 'ready': {
      const rule = describeRule(value.rule)
      const { trigger, ignoredPackage } = value
      return {
        kind,
        takesCallback: value.takesCallback === true,
        ...(rule && { rule }),
        ...(typeof trigger === 'string' && { trigger }),
        ...(typeof ignoredPackage === 'string' && { ignoredPackage }),
      }
    }
    case 'not-started': {
      const error = parseError(value.error)
      return error && { kind, error }
    }
    case 'threw': {
      const error = parseThrown(value.error)
      return error && { kind, error, ...common }
    }
    case 'returned':
      if (typeof value.json !== 'string') return undefined
      JSON.parse(value.json)
      return { kind, json: value.json, ...common }
    case 'settled':
      return { kind, left: parseTexts(value.left), ...(form && { form }) }
    default:
      return undefined
  }
}

const FORMS: ReadonlyMap<unknown, AnswerForm> = new Map(
  (['callback', 'context.done', 'context.succeed', 'context.fail', 'return'] as const).map((form) => [form, form]),
)

function parseForm(value: unknown): AnswerForm | undefined {
  return FORMS.get(value)
}

function parseError(value: unknown): FunctionError | undefined {
  if (!isObject(value)) return undefined
  const { name, message } = value
  return typeof name === 'string' && typeof message === 'string' ? { name, message } : undefined
}

function parseThrown(value: unknown): ThrownError | undefined {
  const error = parseError(value)
  if (error === undefined || !isObject(value)) return undefined
  const { stack, refusal } = value
  return { ...error, causes: parseTexts(value.causes), stack: typeof stack === 'string' ? stack : '', refusal: refusal === true }
}

function parseTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}

function parseDecision(value: unknown): DecisionMessage | undefined {
  if (!isObject(value) || typeof value.decision !== 'string') return undefined
  const trace: readonly unknown[] = Array.isArray(value.trace) ? value.trace : []
  return {
    decision: value.decision,
    decidedBy: readText(value.decidedBy),
    reason: readText(value.reason),
    detail: readText(value.detail),
    trace: trace.map(parseTraceEntry).filter((entry) => entry !== undefined),
  }
}

function parseTraceEntry(entry: unknown): TraceMessage | undefined {
  if (!isObject(entry)) return undefined
  const { rule, path, outcome, reason, ms, detail, overrides, shadow, commit, explanation, answer, error } = entry
  if (typeof rule !== 'string' || typeof path !== 'string' || typeof outcome !== 'string') return undefined
  const thrown = parseThrown(entry.thrown)
  return {
    rule,
    path,
    outcome,
    reason: readText(reason),
    ms: typeof ms === 'number' ? ms : 0,
    ...(typeof detail === 'string' && { detail }),
    ...(Array.isArray(overrides) && { overrides: parseTexts(overrides) }),
    ...(shadow === true && { shadow }),
    ...(commit === true && { commit }),
    ...(typeof explanation === 'string' && { explanation }),
    ...(typeof answer === 'string' && { answer }),
    ...(typeof error === 'string' && { error }),
    ...(thrown && { thrown }),
  }
}

function readText(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
