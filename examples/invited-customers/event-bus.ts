import { maskInitErrors } from 'cognito-lifeguard'
import { eventBridgeBus, eventBridgeClient } from 'cognito-lifeguard/eventbridge'

// If this module throws while it loads, Cognito shows the error's message to the end user. maskInitErrors shows a fixed one.
export const bus = maskInitErrors(() =>
  eventBridgeBus({ eventBridge: eventBridgeClient(), busArn: process.env.EVENT_BUS_ARN ?? '', source: 'example.customers' }),
)
