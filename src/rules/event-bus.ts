import type { RulePermission } from '../shared/rules/rule.ts'

/** An event to publish. */
export interface BusEvent {
  /** The type by which receivers choose events, such as `UserConfirmed`. */
  readonly type: string
  /** The data of the event, as JSON. */
  readonly detail: Readonly<Record<string, unknown>>
}

/** Port that publishes events to other programs. */
export interface EventBus {
  /**
   * Publishes one event, in one attempt.
   *
   * @throws NotDoneError if the event was certainly not published. Any other error means that it may have been.
   */
  readonly publish: (event: BusEvent, signal: AbortSignal) => Promise<void>
  /** The IAM permissions that publishing needs. */
  readonly permissions?: readonly RulePermission[]
}

// The characters that EventBridge patterns and other buses accept without quotes.
const TYPE = /^[\w.:/ -]{1,128}$/

/** @throws TypeError if the type is not 1 to 128 letters, digits or separators. */
export function assertEventType(owner: string, type: unknown): void {
  if (typeof type === 'string' && TYPE.test(type)) return
  const found = typeof type === 'string' ? JSON.stringify(type) : String(type)
  throw new TypeError(
    `${owner}: type is ${found}; expected 1 to 128 letters, digits, spaces, '.', ':', '/', '_' or '-', such as 'UserConfirmed'`,
  )
}
