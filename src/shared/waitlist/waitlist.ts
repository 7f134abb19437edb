import type { RulePermission } from '../rules/rule.ts'

/** An address on a waiting list. */
export interface WaitlistKey {
  readonly userPoolId: string
  /** The address as the user typed it. */
  readonly email: string
}

/** Port that records addresses, and knows which of them may sign up. */
export interface Waitlist {
  /** The IAM permissions of the adapter. */
  readonly permissions: readonly RulePermission[]
  /**
   * Adds an address, unless the list has it already. A repeated call changes nothing.
   *
   * @returns `admitted` if the address may sign up.
   */
  readonly record: (key: WaitlistKey, signal: AbortSignal) => Promise<'admitted' | 'waiting'>
}

/** An entry of a waiting list. */
export interface WaitlistEntry extends WaitlistKey {
  /** The time of the first sign-up. Undefined if the address was admitted before. */
  readonly joinedAt?: Date
  /** The time from which the address may sign up. Undefined while it waits. */
  readonly admittedAt?: Date
}

/** Port that admits addresses. */
export interface WaitlistWriter {
  /**
   * Admits an address, whether the list has it or not.
   *
   * @throws TypeError if the address is invalid.
   */
  readonly admit: (key: WaitlistKey) => Promise<void>
  readonly list: () => AsyncIterable<WaitlistEntry>
  /** Deletes an address, for example because its owner asks for it. */
  readonly remove: (key: WaitlistKey) => Promise<void>
}
