import type { LocalService } from '../loopback.ts'

/** A mail that the local SES accepted. */
export interface ReceivedMail {
  readonly messageId: string
  /** As the caller wrote it, display name included, and so are all the other addresses. */
  readonly from: string
  readonly to: readonly string[]
  readonly cc: readonly string[]
  readonly bcc: readonly string[]
  readonly replyTo: readonly string[]
  readonly subject: string
  readonly text?: string
  readonly html?: string
  /** When it was accepted: ISO 8601, UTC. */
  readonly at: string
}

/** How the local SES is started. It accepts every sender and every recipient. */
export interface SesOptions {
  /** How many mails the inbox keeps, newest last; 10,000 unless told. */
  readonly keep?: number
}

/** A local SES: an endpoint for an SDK client, and an inbox page for a browser at the same address. */
export interface LocalSes extends LocalService {
  /** The accepted mails, oldest first. */
  readonly inbox: () => readonly ReceivedMail[]
  /** Empties the inbox. */
  readonly clear: () => void
}
