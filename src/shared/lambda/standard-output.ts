import { writeSync } from 'node:fs'
import { isLambda } from './is-lambda.ts'

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
