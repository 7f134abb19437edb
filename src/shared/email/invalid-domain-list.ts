/** Bytes that are no domain list, or not as they were built. Its message says what to do. */
export class InvalidDomainList extends Error {
  override readonly name = 'InvalidDomainList'
}

/** What to do about damage. */
export const MAKE_AGAIN = 'make it again with lifeguard domains build, and copy it as bytes, not as text'
