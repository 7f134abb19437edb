// Of APPNOTE.TXT, the description of the format by its makers.
const END_OF_DIRECTORY = 0x06054b50
const END_SIZE = 22
const ENTRY_SIZE = 46

/**
 * The names of the files in a deployment package.
 *
 * @throws Error where it is no zip archive without a comment, as the framework writes them.
 */
export function zipNames(archive: Buffer): ReadonlySet<string> {
  const end = archive.length - END_SIZE
  if (end < 0 || archive.readUInt32LE(end) !== END_OF_DIRECTORY) throw new Error('not a zip archive')
  const names = new Set<string>()
  let at = archive.readUInt32LE(end + 16)
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    const length = archive.readUInt16LE(at + 28)
    names.add(archive.toString('utf8', at + ENTRY_SIZE, at + ENTRY_SIZE + length))
    at += ENTRY_SIZE + length + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32)
  }
  return names
}
