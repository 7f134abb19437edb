import type { Mail, Mailer } from '../shared/mail/mailer.ts'
import { NotDoneError } from '../shared/rules/errors.ts'
import { createFaults, type Faults } from './faults.ts'

/** A mailer that keeps its emails in memory. */
export interface MemoryMailer extends Mailer, Faults<'send'> {
  readonly sent: readonly Mail[]
}

/**
 * Creates a mailer that keeps its emails in memory. For an email that was certainly not sent, let it fail with a `NotDoneError`. After
 * any other error, the email may have been sent.
 *
 * @example
 * const mailer = memoryMailer()
 * mailer.failWith(new NotDoneError(new Error('Throttling')))
 */
export function memoryMailer(): MemoryMailer {
  const sent: Mail[] = []
  const { faults, run } = createFaults<'send'>()
  return {
    ...faults,
    sent,
    async send(mail, signal) {
      if (signal.aborted) throw new NotDoneError(signal.reason)
      await run('send', signal, () => sent.push(mail))
    },
  }
}
