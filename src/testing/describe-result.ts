import { inspect } from 'node:util'
import type { RunResult } from './run.ts'

const VERBS = { proceed: 'proceeded', denied: 'denied', failed: 'failed' } as const

/** Returns a sentence about the outcome of an invocation, with the rules that ran. */
export function describeResult(result: RunResult): string {
  const { outcome, reason, decidedBy, message } = result
  const lines = [`The handler ${VERBS[outcome]}.`]
  if (decidedBy !== null) lines.push(`Rule: ${decidedBy}`)
  if (reason !== null) lines.push(`Reason: ${reason}`)
  if (outcome === 'proceed') lines.push(`Response: ${JSON.stringify(result.response)}`)
  else lines.push(`The user reads: ${message}`)
  if (outcome === 'failed') lines.push(`Error: ${describeError(result.error)}`)
  return [...lines, ...describeTrace(result)].join('\n')
}

/** Returns one line for each rule that ran. The rules inside a composition are indented. */
function describeTrace({ trace }: RunResult): readonly string[] {
  if (trace.length === 0) return ['No rule ran.']
  const lines = trace.map((entry) => {
    const indent = '  '.repeat(entry.path.split('.').length)
    const shadow = entry.shadow ? ' (in shadow)' : ''
    const why = entry.outcome === 'error' ? `: ${describeError(entry.error)}` : entry.reason === undefined ? '' : `: ${entry.reason}`
    return `${indent}${entry.rule}${shadow}: ${entry.outcome}${why}`
  })
  return ['Rules that ran:', ...lines]
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return inspect(error, { depth: 0 })
  const cause = error.cause instanceof Error ? ` (cause: ${error.cause.name}: ${error.cause.message})` : ''
  return `${error.name}: ${error.message}${cause}`
}
