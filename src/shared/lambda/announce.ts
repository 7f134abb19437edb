import type { RuleObserver } from '../rules/decision.ts'
import type { RuleNode } from '../rules/rule.ts'

/** The properties of a handler or middleware that tools read. */
export interface Announced {
  readonly composition: RuleNode
  /** The trigger's name in Cognito's LambdaConfig. */
  readonly trigger: string
  /** Sets the observer for the next invocations. */
  readonly observe: (observer: RuleObserver) => void
}

/** The diagnostics channel of {@link announce}. */
export const HANDLER_CREATED = 'cognito-lifeguard:handler-created'

/**
 * Publishes a new handler or middleware on a diagnostics channel. Tools subscribe to it before they load a file, because they cannot
 * find a middleware inside an exported middy handler. In Lambda, the channel has no subscriber.
 */
export function announce(made: Announced): void {
  process.getBuiltinModule('node:diagnostics_channel').channel(HANDLER_CREATED).publish(made)
}
