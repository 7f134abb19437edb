import { SNSClient } from '@aws-sdk/client-sns'
import { sendingClient } from './sending-client.ts'

/** A function that returns the SNS client, created at the first call. */
export type Sns = () => SNSClient

/** Options of {@link snsClient}. */
export interface SnsClientOptions {
  /** The region of SNS. By default, the region of the function. */
  readonly region?: string | undefined
}

/**
 * Returns a lazily created SNS client for text messages, with the timeouts and the single attempt of `sesClient`. A retry could send a
 * message twice.
 *
 * @example
 * snsTexter({ sns: snsClient({ region: 'eu-west-1' }), senderId: 'Example' })
 */
export function snsClient(options: SnsClientOptions = {}): Sns {
  return sendingClient((config) => new SNSClient(config), options)
}
