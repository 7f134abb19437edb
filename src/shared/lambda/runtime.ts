import { writeSync } from 'node:fs'

/**
 * Whether this process is Lambda's runtime: its global for response streaming tells. That there is such a global at all
 * proves nothing, since the AWS SDK makes an empty one wherever it is loaded.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html
 */
export function isLambda(): boolean {
  return 'streamifyResponse' in Object(Reflect.get(globalThis, 'awslambda'))
}

// Lambda delivers the first event of an on-demand environment as soon as the init phase is over. A provisioned or
// proactively initialised one waits for its first event much longer than this.
const ON_DEMAND_GAP_MS = 250

/**
 * Returns a function that returns how much of Cognito's 5 s the cold start used, in milliseconds: 0 after the first call, where the
 * environment was started ahead, and outside Lambda, where the age of the process means nothing.
 *
 * @param readyAt When the handler was made, in milliseconds since the process started: the end of the init phase.
 */
export function coldStart(readyAt: number, inLambda: boolean = isLambda()): (startedAt: number) => number {
  let first = inLambda
  return (startedAt) => {
    if (!first) return 0
    first = false
    return startedAt - readyAt <= ON_DEMAND_GAP_MS ? readyAt : 0
  }
}

const STANDARD_OUTPUT = 1

/** Writes a text, or what is left of its bytes, and tells how many bytes it took, which may be fewer. */
type Write = (data: string | Uint8Array) => number

/**
 * Makes what writes lines to standard output, whole and in order.
 *
 * In Lambda they go to the descriptor itself, as those of `console` do there, which the runtime client writes to a descriptor of
 * its own: the first use of `process.stdout` makes a stream, a good part of a small handler's cold start. Elsewhere, somebody may
 * have put something else in that stream's place.
 *
 * @see https://github.com/aws/aws-lambda-nodejs-runtime-interface-client
 */
export function standardOutput(direct: boolean = isLambda(), write: Write = toDescriptor(STANDARD_OUTPUT)): (line: string) => void {
  let asStream = !direct
  return (line) => {
    if (asStream) {
      process.stdout.write(line)
      return
    }
    let written = 0
    try {
      written = write(line)
      const length = Buffer.byteLength(line)
      while (written < length) written += write(Buffer.from(line).subarray(written))
    } catch (error) {
      if (!isFull(error)) throw error
      // Who made a stream of this pipe made it one that refuses when it is full. The stream waits and keeps the order, from now on.
      asStream = true
      process.stdout.write(Buffer.from(line).subarray(written))
    }
  }
}

/** Writes to a descriptor, without a stream. */
export function toDescriptor(fd: number): Write {
  return (data) => (typeof data === 'string' ? writeSync(fd, data) : writeSync(fd, data))
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN'
}
