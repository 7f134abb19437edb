/** What a person asked for cannot be done. Its message is all that they need to read; no stack trace helps them. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  /** What is wrong, as one line. */
  readonly summary: string
  /** What a tool printed about it, in as many lines as the tool used. */
  readonly details: string | undefined
  constructor(summary: string, details?: string) {
    super(details === undefined ? summary : `${summary}:\n${details}`)
    this.summary = summary
    this.details = details
  }
}
