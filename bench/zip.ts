import { deflateRawSync } from 'node:zlib'

/** A file of a deployment package. */
export interface Packed {
  readonly name: string
  readonly bytes: Uint8Array
}

const LOCAL_HEADER = 30
const DESCRIPTOR = 16
const CENTRAL_HEADER = 46
const TIMESTAMP = 9
const END_RECORD = 22

/**
 * Returns the size in bytes of the zip that osls writes for these files, in the format of PKWARE's APPNOTE 4.3. Each file is deflated
 * at zlib's default level, followed by a data descriptor, and listed with an extended timestamp.
 */
export function zipBytes(files: readonly Packed[]): number {
  const entries = files.map(({ name, bytes }) => {
    const nameBytes = Buffer.byteLength(name)
    return LOCAL_HEADER + nameBytes + deflateRawSync(bytes).length + DESCRIPTOR + CENTRAL_HEADER + nameBytes + TIMESTAMP
  })
  return entries.reduce((sum, each) => sum + each, END_RECORD)
}
