import type { LocalService } from '../loopback.ts'

/** An email that the local SES accepted. */
export interface ReceivedMail {
  readonly messageId: string
  /** The sender in the format of the SendEmail call, with the display name. All other addresses also keep that format. */
  readonly from: string
  readonly to: readonly string[]
  readonly cc: readonly string[]
  readonly bcc: readonly string[]
  readonly replyTo: readonly string[]
  readonly subject: string
  readonly text?: string
  readonly html?: string
  /** The time of acceptance in ISO 8601, UTC. */
  readonly at: string
}

/** Options of the local SES. */
export interface SesOptions {
  /** The maximum number of emails in the inbox. Above this number, the oldest emails are dropped. Default: 10,000. */
  readonly keep?: number
}

/** A local SES: an endpoint for an SDK client, and an inbox page for a browser at the same URL. */
export interface LocalSes extends LocalService {
  /** Returns the accepted emails, oldest first. */
  readonly inbox: () => readonly ReceivedMail[]
  /** Empties the inbox. */
  readonly clear: () => void
}
