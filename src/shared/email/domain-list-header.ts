import { checkOf, FIELD, HEADER_LENGTH, INDEX_ENTRY, MAGIC, VERSION } from './domain-list-format.ts'
import { InvalidDomainList, MAKE_AGAIN } from './invalid-domain-list.ts'

/** What the header of a list says of it. */
export interface Header {
  readonly patterns: number
  readonly blocks: number
}

/**
 * Reads the header of a list.
 *
 * @throws InvalidDomainList when it is none, damaged, of another version, of a list with another length or without a pattern.
 */
export function headerOf(bytes: Uint8Array): Header {
  // Types forbid it, plain JavaScript does not.
  if (!(bytes instanceof Uint8Array))
    throw new InvalidDomainList(`A domain list is read from bytes, not from a value of type ${typeof bytes}`)
  if (MAGIC.some((byte, at) => bytes[at] !== byte)) {
    throw new InvalidDomainList('This is no built domain list; lifeguard domains build makes one of patterns in plain text')
  }
  if (bytes.length < HEADER_LENGTH) throw new InvalidDomainList(`The domain list ends within its header; ${MAKE_AGAIN}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const field = (name: keyof typeof FIELD): number => view.getUint32(FIELD[name], true)
  // First: another version may keep its check elsewhere.
  if (field('version') !== VERSION) {
    throw new InvalidDomainList(
      `The domain list has version ${field('version')} of the format, and this release of Lifeguard reads version ${VERSION}: build it with the same release`,
    )
  }
  if (view.getInt32(FIELD.check, true) !== checkOf(bytes, 0, FIELD.check, 0)) {
    throw new InvalidDomainList(`The domain list is damaged, in its header; ${MAKE_AGAIN}`)
  }
  if (field('length') !== bytes.length) {
    throw new InvalidDomainList(`The domain list is ${bytes.length} bytes long and was built with ${field('length')}; ${MAKE_AGAIN}`)
  }
  const header = { patterns: field('patterns'), blocks: field('blocks') }
  if (header.patterns === 0) throw new InvalidDomainList('The domain list holds no pattern')
  if (HEADER_LENGTH + header.blocks * INDEX_ENTRY >= bytes.length) {
    throw new InvalidDomainList(`The domain list has no room for ${header.blocks} blocks; ${MAKE_AGAIN}`)
  }
  return header
}
