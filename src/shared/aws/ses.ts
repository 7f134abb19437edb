import { SESClient } from '@aws-sdk/client-ses'
import { type SesClientOptions, sendingClient } from './sending-client.ts'

/** A function that returns the SES client, created at the first call. */
export type Ses = () => SESClient

/**
 * Returns a lazily created SES client. It makes one attempt, because a retry could send an email twice. It does not reuse a connection
 * after 2 s idle, because an error on an idle connection does not show if the email was sent.
 *
 * Its calls throw `NotDoneError` if the connection failed, because then nothing was sent.
 *
 * @example
 * sesMailer({ ses: sesClient({ region: 'eu-west-1' }), from: 'Example <welcome@example.com>' })
 */
export function sesClient(options: SesClientOptions = {}): Ses {
  return sendingClient((config) => new SESClient(config), options)
}
