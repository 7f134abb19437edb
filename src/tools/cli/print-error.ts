import { MissingPeerError, UsageError } from '../lib/errors.ts'
import { indentLines } from './io.ts'

/** Formats an error for the user. Only an error that is a bug of Lifeguard includes its stack trace. */
export function formatError(error: unknown): readonly string[] {
  if (error instanceof UsageError) {
    const { summary, details } = error
    return details === undefined ? [`lifeguard: ${summary}`] : [`lifeguard: ${summary}:`, ...indentLines(details)]
  }
  if (error instanceof MissingPeerError) return [`lifeguard: ${error.message}`]
  const what = String(error)
  const { stack } = error instanceof Error ? error : {}
  // Removes the message before it splits the stack into frames, because the message may contain line breaks.
  const frames = stack?.startsWith(what) ? stack.slice(what.length).trim() : ''
  return [`lifeguard: ${what}`, ...(frames === '' ? [] : frames.split('\n').map((frame) => `    ${frame.trim()}`))]
}

/** Describes an error of an AWS call in a few words. */
export function describeAwsError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // Replaces the SDK's message, because it does not explain how to set the region.
  if (error.message === 'Region is missing') return 'AWS region is missing. Set AWS_REGION, or set a region in your AWS profile'
  return error.message === '' || error.message === error.name ? error.name : `${error.name}: ${error.message}`
}
