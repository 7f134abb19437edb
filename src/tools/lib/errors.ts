import { LifeguardError } from '../../shared/rules/errors.ts'

/** A mistake of the user. Commands print the message without a stack trace. */
export class UsageError extends LifeguardError {
  override readonly name = 'UsageError'
  override readonly code = 'usage'
  /** The problem in one line. */
  readonly summary: string
  /** The output of the tool that failed. May have many lines. */
  readonly details: string | undefined
  constructor(summary: string, details?: string) {
    super(details === undefined ? summary : `${summary}:\n${details}`)
    this.summary = summary
    this.details = details
  }
}

/** An optional peer dependency is missing. A project installs such a package only for the commands that need the package. */
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
