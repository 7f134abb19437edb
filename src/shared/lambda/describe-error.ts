import { EffectLostError, NotDoneError } from '../rules/errors.ts'
import { MAX_REASON_LENGTH } from '../rules/outcome.ts'
import { InvalidEventError } from './errors.ts'

/** The parts of an error that may be logged. The message is left out, because SES writes the recipient's address into it. */
export interface DescribedError {
  readonly name: string
  readonly code?: string
  /** The AWS request ID, for AWS support. */
  readonly awsRequestId?: string
  /** The stack trace, nearest frame first. */
  readonly frames: readonly string[]
  /** Problems of an invalid event. Only for `InvalidEventError`, because problems of other errors may contain values. */
  readonly problems?: readonly string[]
}

const MAX_FRAMES = 5
const IDENTIFIER = /^[\w.$-]+$/
// Node appends an error code to the name of its own errors: `TypeError [ERR_INVALID_URL]: Invalid URL`.
const STACK_NAME = /^[\w.$-]+(?: \[\w+\])?/
// `at name (place)` or `at place`. A place is a file path, a file URL or a Node module, with line and column.
const FRAME = /^at (?:async )?(?:[^()]+ \()?(?:file:|node:|\/|[a-z]:[\\/])[^()]*:\d+:\d+\)?$/i

/** Returns the loggable parts of an error, without its message. */
export function describeError(error: unknown): DescribedError {
  // A NotDoneError only wraps its cause, which is more useful in the log.
  if (error instanceof NotDoneError) return describeError(error.cause)
  if (!(error instanceof Error)) return { name: typeof error, frames: [] }
  try {
    return describe(error)
  } catch {
    // A getter of the error threw, so the result has only a fixed name.
    return { name: 'Error', frames: [] }
  }
}

function describe(error: Error): DescribedError {
  // Logs `reason` for a lost effect, because it names the error of the ledger. The code is always 'effect-lost'.
  const code = identifier(error instanceof EffectLostError ? error.reason : 'code' in error ? error.code : undefined)
  const awsRequestId = identifier(readAwsRequestId(error))
  return {
    name: identifier(error.name) ?? 'Error',
    ...(code !== undefined && { code }),
    ...(awsRequestId !== undefined && { awsRequestId }),
    frames: readFrames(error),
    ...(error instanceof InvalidEventError && { problems: error.problems }),
  }
}

function identifier(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= MAX_REASON_LENGTH && IDENTIFIER.test(value) ? value : undefined
}

function readAwsRequestId(error: Error): unknown {
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined
  return typeof metadata === 'object' && metadata !== null && 'requestId' in metadata ? metadata.requestId : undefined
}

/**
 * Reads the stack frames after the message, because a message may contain lines that look like frames. Returns no frames if the
 * stack does not start with the current name and message, because the stack may then contain an older message anywhere.
 */
function readFrames(error: Error): readonly string[] {
  const stack = typeof error.stack === 'string' ? error.stack : ''
  const message = String(error.message)
  const afterName = stack.replace(STACK_NAME, '')
  // Node writes no colon before an empty message, unless source maps are enabled.
  const head = [`: ${message}\n`, ...(message === '' ? ['\n'] : [])].find((each) => afterName.startsWith(each))
  if (head === undefined) return []
  return afterName
    .slice(head.length)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => FRAME.test(line))
    .slice(0, MAX_FRAMES)
}
