import { isObject } from '../../shared/rules/invocation.ts'
import { describeRule } from '../lib/description.ts'
import type { Broke, FunctionError, Reply, RuleAnswerText } from './child-messages.ts'

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

function parseReply(value: Readonly<Record<string, unknown>>): Reply | undefined {
  const { kind } = value
  const error = parseError(value.error)
  if (kind === 'ready') {
    const rule = describeRule(value.rule)
    const trigger = typeof value.trigger === 'string' ? value.trigger : undefined
    return { kind, takesCallback: value.takesCallback === true, ...(rule && { rule }), ...(trigger && { trigger }) }
  }
  if (kind === 'not-started' && error !== undefined) return { kind, error }
  if (kind === 'threw' && error !== undefined) return { kind, error, broke: parseBroke(value.broke) }
  if (kind !== 'returned' || typeof value.json !== 'string') return undefined
  JSON.parse(value.json)
  return { kind, json: value.json, broke: parseBroke(value.broke), answers: readAnswers(value.answers) }
}

function parseError(value: unknown): FunctionError | undefined {
  if (!isObject(value)) return undefined
  const { name, message } = value
  return typeof name === 'string' && typeof message === 'string' ? { name, message } : undefined
}

function parseBroke(value: unknown): readonly Broke[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : []
  return list.filter(isObject).flatMap(({ path, stack, error: thrown }) => {
    const error = parseError(thrown)
    return typeof path === 'string' && typeof stack === 'string' && error !== undefined ? [{ path, stack, error }] : []
  })
}

function readAnswers(value: unknown): readonly RuleAnswerText[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : []
  return list
    .filter(isObject)
    .flatMap(({ path, answer }) => (typeof path === 'string' && typeof answer === 'string' ? [{ path, answer }] : []))
}
