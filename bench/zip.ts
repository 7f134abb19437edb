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
 * How long a zip of some files is, in bytes, as osls writes it: each deflated at zlib's own level, followed by a record of its
 * size, since it is streamed, and listed with an extended timestamp (PKWARE's APPNOTE 4.3).
 */
export function zipBytes(files: readonly Packed[]): number {
  const entries = files.map(({ name, bytes }) => {
    const nameBytes = Buffer.byteLength(name)
    return LOCAL_HEADER + nameBytes + deflateRawSync(bytes).length + DESCRIPTOR + CENTRAL_HEADER + nameBytes + TIMESTAMP
  })
  return entries.reduce((sum, each) => sum + each, END_RECORD)
}
