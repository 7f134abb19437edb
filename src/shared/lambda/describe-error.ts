import { EffectLostError, NotDoneError } from '../rules/errors.ts'
import { MAX_REASON_LENGTH } from '../rules/outcome.ts'
import { InvalidEventError } from './errors.ts'

/** What a log may hold of an error: SES names the recipient in its messages, so no message is ever written. */
export interface DescribedError {
  readonly name: string
  readonly code?: string
  /** The id by which AWS support finds the call. */
  readonly awsRequestId?: string
  /** Where it was thrown, nearest first. */
  readonly frames: readonly string[]
  /** Of an event that is none: what was wrong. Nobody else's problems are written, since they may hold values. */
  readonly problems?: readonly string[]
}

const MAX_FRAMES = 5
const IDENTIFIER = /^[\w.$-]+$/
// Node writes the code of its own errors behind their name: `TypeError [ERR_INVALID_URL]: Invalid URL`.
const STACK_NAME = /^[\w.$-]+(?: \[\w+\])?/
// `at name (place)` or `at place`, where a place is a file, a URL of one or a module of Node, with line and column.
const FRAME = /^at (?:async )?(?:[^()]+ \()?(?:file:|node:|\/|[a-z]:[\\/])[^()]*:\d+:\d+\)?$/i

/** Describes an error without its message. */
export function describeError(error: unknown): DescribedError {
  // What prevented an effect says more than that it was prevented.
  if (error instanceof NotDoneError) return describeError(error.cause)
  if (!(error instanceof Error)) return { name: typeof error, frames: [] }
  try {
    return described(error)
  } catch {
    // A getter of it threw: it hides what it is.
    return { name: 'Error', frames: [] }
  }
}

function described(error: Error): DescribedError {
  // What kept the ledger away says more than that an effect was lost.
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
 * A message may hold line breaks and text that looks like a frame, so it is cut off by its length before frames are read. A
 * stack that does not begin with it was written for another message, which may be anywhere in it: then nothing is safe.
 */
function readFrames(error: Error): readonly string[] {
  const stack = typeof error.stack === 'string' ? error.stack : ''
  const message = String(error.message)
  const afterName = stack.replace(STACK_NAME, '')
  // Node writes no colon before an empty message; source map support does.
  const head = [`: ${message}\n`, ...(message === '' ? ['\n'] : [])].find((each) => afterName.startsWith(each))
  if (head === undefined) return []
  return afterName
    .slice(head.length)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => FRAME.test(line))
    .slice(0, MAX_FRAMES)
}
