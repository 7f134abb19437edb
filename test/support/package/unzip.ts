import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { crc32, inflateRawSync } from 'node:zlib'

// Signatures and sizes of the records, from APPNOTE.TXT, the specification of the zip format.
const END_OF_DIRECTORY = 0x06054b50
const END_SIZE = 22
const DIRECTORY_ENTRY = 0x02014b50
const DIRECTORY_ENTRY_SIZE = 46
const LOCAL_HEADER_SIZE = 30

const STORED = 0
const DEFLATED = 8

/**
 * Reads all files of a zip archive. Supports only what deployment packages use: no encryption, and no archives above 4 GB.
 *
 * @throws Error if the data is not a zip archive, or an entry has an unknown compression method or a wrong checksum.
 */
export function unzip(archive: Buffer): ReadonlyMap<string, Buffer> {
  const end = archive.length - END_SIZE
  // An archive without a comment ends with the end of central directory record.
  if (end < 0 || archive.readUInt32LE(end) !== END_OF_DIRECTORY) throw new Error('Not a zip archive')
  const files = new Map<string, Buffer>()
  let at = archive.readUInt32LE(end + 16)
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (archive.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new Error('The zip archive is malformed')
    const nameLength = archive.readUInt16LE(at + 28)
    const name = archive.toString('utf8', at + DIRECTORY_ENTRY_SIZE, at + DIRECTORY_ENTRY_SIZE + nameLength)
    const data = content(archive, archive.readUInt32LE(at + 42), archive.readUInt32LE(at + 20), archive.readUInt16LE(at + 10))
    if (crc32(data) !== archive.readUInt32LE(at + 16)) throw new Error(`${name}: the checksum is wrong`)
    files.set(name, data)
    at += DIRECTORY_ENTRY_SIZE + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32)
  }
  return files
}

function content(archive: Buffer, header: number, size: number, method: number): Buffer {
  const start = header + LOCAL_HEADER_SIZE + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28)
  const packed = archive.subarray(start, start + size)
  if (method === STORED) return packed
  if (method === DEFLATED) return inflateRawSync(packed)
  throw new Error(`Unknown compression method ${method}`)
}

/** Extracts an archive into a folder. */
export async function unzipTo(folder: string, archive: Buffer): Promise<void> {
  for (const [name, data] of unzip(archive)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), data)
  }
}
