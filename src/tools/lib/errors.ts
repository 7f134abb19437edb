import { LifeguardError } from '../../shared/rules/errors.ts'

/** What the user asked for cannot be done. The message is all that the user needs to read; no stack trace helps. */
export class UsageError extends LifeguardError {
  override readonly name = 'UsageError'
  override readonly code = 'usage'
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

/** An optional package that a project installs itself, and that only some commands need, is missing. */
export class MissingPeerError extends LifeguardError {
  override readonly name = 'MissingPeerError'
  override readonly code = 'missing-peer'
  /** The package's name. */
  readonly peer: string
  constructor(peer: string, purpose: string, options?: ErrorOptions) {
    super(`The package '${peer}' is not installed. It is needed ${purpose}. Install it with: npm install --save-dev ${peer}`, options)
    this.peer = peer
  }
}
