import type { RulePermission } from '../rules/rule.ts'

/** A user of a pool. A pool never reuses a `sub`. */
export interface SeenUser {
  readonly userPoolId: string
  readonly sub: string
}

/** Port that stores when users were last seen. */
export interface LastSeenStore {
  /**
   * Records that a user was seen, unless the stored time is less than `periodMs` before. Parallel calls write once.
   *
   * @returns true if the time was written.
   */
  readonly record: (user: SeenUser, at: Date, periodMs: number, signal: AbortSignal) => Promise<boolean>
  /** The IAM permissions of the call. */
  readonly permissions?: readonly RulePermission[]
}

/** A user who was not seen for some time. */
export interface InactiveUser extends SeenUser {
  /** When the user was last recorded. The user may have been active up to one period later. */
  readonly seenAt: Date
}

/** A page of a scan. */
export interface InactivePage {
  readonly users: readonly InactiveUser[]
  /** The rows that DynamoDB read for this page, including users who were seen. */
  readonly scanned: number
  /** The read units that DynamoDB charged for this page. */
  readonly readUnits: number
}
