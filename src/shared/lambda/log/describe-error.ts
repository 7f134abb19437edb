import { MAX_REASON_LENGTH } from '../../rules/outcome.ts'

/** What a log may hold of an error: SES names the recipient in its messages, so no message is ever written. */
export interface DescribedError {
  readonly name: string
  readonly code?: string
  /** The id by which AWS support finds the call. */
  readonly awsRequestId?: string
  /** Where it was thrown, nearest first. */
  readonly frames: readonly string[]
  /** For our own errors, which hold no value of an event: what was wrong. */
  readonly problems?: readonly string[]
}

const MAX_FRAMES = 5
const IDENTIFIER = /^[\w.$-]+$/

/** Describes an error without its message. */
export function describeError(error: unknown): DescribedError {
  if (!(error instanceof Error)) return { name: typeof error, frames: [] }
  const code = identifier('code' in error ? error.code : undefined)
  const awsRequestId = identifier(awsRequestIdOf(error))
  const problems = 'problems' in error && Array.isArray(error.problems) ? error.problems.map(String) : undefined
  return {
    name: identifier(error.name) ?? 'Error',
    ...(code !== undefined && { code }),
    ...(awsRequestId !== undefined && { awsRequestId }),
    frames: framesOf(error),
    ...(problems !== undefined && { problems }),
  }
}

function identifier(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= MAX_REASON_LENGTH && IDENTIFIER.test(value) ? value : undefined
}

function awsRequestIdOf(error: Error): unknown {
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined
  return typeof metadata === 'object' && metadata !== null && 'requestId' in metadata ? metadata.requestId : undefined
}

/** A message may hold line breaks and text that looks like a frame, so it is cut off by its length before frames are read. */
function framesOf(error: Error): readonly string[] {
  const stack = typeof error.stack === 'string' ? error.stack : ''
  const message = String(error.message)
  const at = stack.indexOf(message)
  // A stack that does not hold its message, or holds it late, was made by somebody else: nothing of it is safe to write.
  if (at === -1 || stack.slice(0, at).includes('\n')) return []
  return stack
    .slice(at + message.length)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '))
    .slice(0, MAX_FRAMES)
}
