/** What a person asked for cannot be done. Its message is all that they need to read; no stack trace helps them. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
