import { SESv2Client } from '@aws-sdk/client-sesv2'
import { type SesClientOptions, sendingClient } from './sending-client.ts'

/** A function that returns the client of the SES API version 2, created at the first call. */
export type SesV2 = () => SESv2Client

/**
 * Returns a lazily created client of the SES API version 2, with the timeouts and the single attempt of `sesClient`.
 *
 * @example
 * sesV2Mailer({ ses: sesV2Client(), from: 'Example <welcome@example.com>' })
 */
export function sesV2Client(options: SesClientOptions = {}): SesV2 {
  return sendingClient((config) => new SESv2Client(config), options)
}
