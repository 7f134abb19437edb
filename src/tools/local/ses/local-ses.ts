import type { LocalService } from '../local-service.ts'

/** A mail that the local SES accepted. */
export interface ReceivedMail {
  readonly messageId: string
  /** As the caller wrote it, display name included, and so are all the other addresses. */
  readonly from: string
  /** Of a raw mail sent with explicit destinations: those, since nobody else would get it. */
  readonly to: readonly string[]
  readonly cc: readonly string[]
  readonly bcc: readonly string[]
  readonly replyTo: readonly string[]
  readonly subject: string
  /** Absent from a raw mail, whose parts stay in `raw`. */
  readonly text?: string
  /** Absent from a raw mail, whose parts stay in `raw`. */
  readonly html?: string
  /** The whole message, of a mail sent with SendRawEmail. */
  readonly raw?: string
  /** When it was accepted: ISO 8601, UTC. */
  readonly at: string
}

/**
 * How the next calls go wrong:
 * - `hang`: the call is taken and never answered, and no mail is accepted.
 * - `reset`: the connection is reset, and no mail is accepted.
 * - `status500`: SES's InternalFailure.
 * - `throttling`: SES's Throttling, as for a sending rate that is too high.
 * - `dropResponse`: a good mail **is** accepted, and the connection is closed without an answer.
 */
export type SesFault = 'hang' | 'reset' | 'status500' | 'throttling' | 'dropResponse'

/** What the account may send. */
export interface SendQuota {
  /** Recipients in 24 hours; here: since the start. */
  readonly max24HourSend: number
  /** Mails a second: reported, not enforced. */
  readonly maxSendRate: number
}

/** What the local SES allows. Without options: every sender and every recipient. */
export interface SesOptions {
  /** As a new account's sandbox: recipients must be verified too, and the quota is 200 a day, 1 a second. */
  readonly sandbox?: boolean
  /**
   * Verified identities: addresses, or domains with all their subdomains. A sender outside them is refused. Left out,
   * every sender is verified, but none in the sandbox.
   */
  readonly verified?: readonly string[]
  readonly sendQuota?: SendQuota
  /** How many mails the inbox keeps, newest last; 10,000 unless told. */
  readonly keep?: number
}

/** A local SES: an endpoint for an SDK client, and an inbox page for a browser at the same address. */
export interface LocalSes extends LocalService {
  /** The accepted mails, oldest first. */
  readonly inbox: () => readonly ReceivedMail[]
  /** Empties the inbox. */
  readonly clear: () => void
  /** Makes every following call go wrong in one way; `undefined` ends that. Calls that hang already keep hanging. */
  readonly fault: (fault: SesFault | undefined) => void
}
