import { SESClient } from '@aws-sdk/client-ses'
import { requestHandler, SEND_ATTEMPTS } from './client-settings.ts'
import { lazily } from './lazily.ts'

/** An SES client that is made at its first use. */
export type Ses = () => SESClient

/** The process's SES client: one attempt, since a repeated one can be a second mail. */
export function sesClient(): Ses {
  return lazily(() => new SESClient({ maxAttempts: SEND_ATTEMPTS, requestHandler }))
}
