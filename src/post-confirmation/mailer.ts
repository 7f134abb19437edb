import type { Need } from '../shared/rules/rule.ts'

/** What a mail is for: by it a repeated event is known. */
export interface MailKey {
  readonly userPoolId: string
  readonly sub: string
  /** Kebab-case, such as `welcome`. */
  readonly occasion: string
}

/** A mail to one user. */
export interface Mail {
  readonly key: MailKey
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** What became of a mail. When that cannot be known, because the answer never came, `send` throws instead. */
export type Delivery =
  | { readonly kind: 'sent' }
  /** The same mail went out, or may have gone out, for an earlier event. */
  | { readonly kind: 'already-sent' }
  /** Certainly not sent: the service refused it. */
  | { readonly kind: 'not-sent'; readonly error: unknown }

/** Sends mails. */
export interface Mailer {
  readonly send: (mail: Mail, signal: AbortSignal) => Promise<Delivery>
  /** What it needs of a deployment. */
  readonly needs?: readonly Need[]
}
