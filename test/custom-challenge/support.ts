import { type ChallengeStep, type EmailCodeOptions, emailCode } from '../../src/custom-challenge/index.ts'
import type { Catalogue } from '../../src/shared/messages/catalogue.ts'
import { type MemoryMailer, memoryMailer } from '../../src/testing/index.ts'

/** A key for tests. */
export const key = 'a-key-that-only-tests-of-codes-use'

/** The texts of a code. The text of the email is the code alone. */
export const texts: Catalogue = {
  fallback: 'en',
  locales: {
    en: { Authentication: { email: { subject: 'Your code', html: '<p>{{code}}</p>', text: '{{code}}' }, sms: '{{code}} is your code' } },
    de: { Authentication: { email: { subject: 'Ihr Code', html: '<p>{{code}}</p>', text: '{{code}}' }, sms: '{{code}} ist Ihr Code' } },
  },
}

/** An email step, its mailer, and the last code that the mailer got. */
export interface MemoryCode {
  readonly mailer: MemoryMailer
  readonly step: ChallengeStep
  readonly lastCode: () => string
}

/** Makes an email step with a mailer in memory. */
export function memoryCode(options: Partial<EmailCodeOptions> = {}): MemoryCode {
  const mailer = memoryMailer()
  return { mailer, step: emailCode({ mailer, texts, key, ...options }), lastCode: () => mailer.sent.at(-1)?.text ?? '' }
}
