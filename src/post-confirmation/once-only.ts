import type { Need } from '../shared/rules/rule.ts'
import type { Mailer, MailKey } from './mailer.ts'

/** Remembers which mails were begun. */
export interface MailClaims {
  /** Claims a mail; false when it was claimed before. */
  readonly claim: (key: MailKey, at: Date, signal: AbortSignal) => Promise<boolean>
  /** Gives a claim back, so that the mail can be tried again. */
  readonly release: (key: MailKey, signal: AbortSignal) => Promise<void>
  readonly needs?: readonly Need[]
}

/**
 * Sends each mail at most once, however often its event comes: it is claimed before it is sent. A mail that was certainly
 * not sent gives its claim back. One of which nobody knows, because the answer never came, keeps it: SES has no
 * idempotency, and two welcome mails are worse than none.
 *
 * @example
 * sendWelcomeEmail(onceOnly(sesMailer({ ses: sesClient(), from }), dynamoMailClaims({ documents, table })), template)
 */
export function onceOnly(mailer: Mailer, claims: MailClaims, now: () => Date = () => new Date()): Mailer {
  return {
    needs: [...(mailer.needs ?? []), ...(claims.needs ?? [])],
    async send(mail, signal) {
      if (!(await claims.claim(mail.key, now(), signal))) return { kind: 'already-sent' }
      const delivery = await mailer.send(mail, signal)
      if (delivery.kind === 'not-sent') await claims.release(mail.key, signal)
      return delivery
    },
  }
}
