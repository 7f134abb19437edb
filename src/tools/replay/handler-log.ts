import { isObject } from '../../shared/rules/invocation.ts'
import { tryParseJson } from '../lib/json.ts'

/**
 * Returns true for a decision that a handler's own logger writes as JSON, and for metrics. Replay observes the decision and prints it, so
 * that it does not print these lines. It prints the lines of a logger that writes another format.
 */
export function isOwnLine(line: string, requestId: string): boolean {
  const fields = line.startsWith('{') ? tryParseJson(line) : undefined
  if (!isObject(fields)) return false
  return '_aws' in fields || (fields.requestId === requestId && typeof fields.decision === 'string' && Array.isArray(fields.trace))
}
