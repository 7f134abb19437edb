export type { BusEvent, EventBus } from '../rules/event-bus.ts'
export { type EventBridge, type EventBridgeClientOptions, eventBridgeClient } from '../shared/aws/event-bridge.ts'
export { type EventBridgeBusOptions, EventRejectedError, eventBridgeBus } from './event-bridge-bus.ts'
