import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { sendingClient } from './sending-client.ts'

/** A function that returns the EventBridge client, created at the first call. */
export type EventBridge = () => EventBridgeClient

/** Options of {@link eventBridgeClient}. */
export interface EventBridgeClientOptions {
  /** The region of the bus. By default, the region of the function. */
  readonly region?: string | undefined
}

/**
 * Returns a lazily created EventBridge client, with the timeouts and the single attempt of `sesClient`. A retry could publish an event twice.
 *
 * @example
 * eventBridgeBus({ eventBridge: eventBridgeClient(), busArn, source: 'example.users' })
 */
export function eventBridgeClient(options: EventBridgeClientOptions = {}): EventBridge {
  return sendingClient((config) => new EventBridgeClient(config), options)
}
