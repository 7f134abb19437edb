import { MissingPeerError, UsageError } from '../lib/errors.ts'
import { indentLines } from './io.ts'

/** Returns the lines that tell a person what is wrong. Only a fault of ours shows where it happened. */
export function formatError(error: unknown): readonly string[] {
  if (error instanceof UsageError) {
    const { summary, details } = error
    return details === undefined ? [`lifeguard: ${summary}`] : [`lifeguard: ${summary}:`, ...indentLines(details)]
  }
  if (error instanceof MissingPeerError) return [`lifeguard: ${error.message}`]
  const what = String(error)
  const { stack } = error instanceof Error ? error : {}
  // The frames alone: the message in front of them may have line breaks of its own.
  const frames = stack?.startsWith(what) ? stack.slice(what.length).trim() : ''
  return [`lifeguard: ${what}`, ...(frames === '' ? [] : frames.split('\n').map((frame) => `    ${frame.trim()}`))]
}

/** Returns in a few words what went wrong with a service of AWS. */
export function describeAwsError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // The SDK's own words name none of the places where it looks.
  if (error.message === 'Region is missing') return 'no region is set: set AWS_REGION, or name one in your AWS profile'
  return error.message === '' || error.message === error.name ? error.name : `${error.name}: ${error.message}`
}
