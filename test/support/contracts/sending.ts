import { expect, it } from 'vitest'
import type { Mail, Mailer } from '../../../src/shared/mail/mailer.ts'
import { NotDoneError } from '../../../src/shared/rules/errors.ts'
import type { FaultySes } from '../faulty-ses.ts'

/** Tests that a mailer reports an email as possibly sent if the answer of SES is lost. Call it inside a `describe`. */
export function testLostAnswers(current: () => { readonly ses: FaultySes; readonly mailer: Mailer }, mail: Mail): void {
  it.each([
    { fault: 'status500', arrived: 0 },
    { fault: 'reset', arrived: 0 },
    { fault: 'dropResponse', arrived: 1 },
  ] as const)('throws an error other than NotDoneError if the email may have been sent: $fault', async ({ fault, arrived }) => {
    const { ses, mailer } = current()
    ses.fault(fault)
    const error = await mailer.send(mail, new AbortController().signal).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(Error)
    expect(error).not.toBeInstanceOf(NotDoneError)
    expect(ses.inbox()).toHaveLength(arrived)
  })
}
