/** Declares which attributes of the user something reads, such as `['email', 'custom:plan']`; `[]` declares that it reads none. */
export interface DeclaresReads {
  readonly reads: readonly string[]
}

/**
 * Checks a declaration of attributes. Types require the same; plain JavaScript does not.
 *
 * @param owner Stands at the start of the error's message.
 * @throws TypeError when it is not a list of attribute names.
 */
export function assertReads(owner: string, reads: unknown): asserts reads is readonly string[] {
  if (Array.isArray(reads) && reads.every((name) => typeof name === 'string' && name !== '')) return
  throw new TypeError(`${owner}: reads is a list of attribute names, such as ['email'], or [] for none`)
}
