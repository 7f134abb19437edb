import { describeValue } from '../rules/arguments.ts'
import type { RulePermission } from '../rules/rule.ts'

/** A number of uses in a window of time. */
export interface Limit {
  /** The uses that one window permits, at least 1. */
  readonly max: number
  /** The length of a window in seconds. All fixed windows start at a multiple of it since 1970. */
  readonly windowSeconds: number
}

/** Port that counts uses, such as codes sent to a user. */
export interface Counter {
  /** The IAM permissions of the adapter. */
  readonly permissions: readonly RulePermission[]
  /**
   * Counts one use of a key in the current window, unless the limit is reached. Parallel calls count exactly.
   *
   * @param key Identifies what is counted, such as `codes-sent#POOL#SUB`.
   * @param use Identifies the use, such as a hash of the answer. The same use of a key counts once. By default, each call is a new use.
   *   A limit above {@link LISTED_USES} counts each call.
   * @returns false if the limit is reached. Then nothing is counted. `renewed` if the use was counted before.
   * @throws if the use may not have been counted.
   */
  readonly count: (key: string, limit: Limit, signal: AbortSignal, use?: string) => Promise<boolean | 'renewed'>
  /** Takes back a use of the current window, such as a right answer under a limit of wrong ones. */
  readonly release: (key: string, limit: Limit, signal: AbortSignal, use: string) => Promise<void>
}

/** The highest limit for which a counter remembers each use. In DynamoDB, the item of 500 uses has less than 7 KB. */
export const LISTED_USES = 500

/**
 * Returns the uses that the current window of a sliding limit permits now. The window before counts in part: with the share of it that the
 * sliding window still covers.
 *
 * @param before The uses of the window before.
 * @param seconds The time since 1970.
 * @example
 * slidingMax({ max: 100, windowSeconds: 3600 }, 80, 1800) // 60: half of the 80 uses still count
 */
export function slidingMax({ max, windowSeconds }: Limit, before: number, seconds: number): number {
  const covered = 1 - (seconds % windowSeconds) / windowSeconds
  return Math.max(0, max - Math.ceil(before * covered))
}

/** The longest window, in seconds: 31 days. */
const LONGEST_WINDOW = 31 * 24 * 3600

/**
 * Checks a limit when a rule is made.
 *
 * @param owner The start of the error's message, such as `emailCode()`.
 * @throws TypeError if the limit is not `{ max, windowSeconds }`, RangeError if a number is not an integer or out of range.
 */
export function assertLimit(owner: string, limit: unknown): void {
  if (typeof limit !== 'object' || limit === null || !('max' in limit && 'windowSeconds' in limit))
    throw new TypeError(
      `${owner}: the limit is ${describeValue(limit)}; expected { max, windowSeconds }, such as { max: 5, windowSeconds: 3600 }`,
    )
  assertInteger(`${owner}: max`, limit.max, 1_000_000_000)
  assertInteger(`${owner}: windowSeconds`, limit.windowSeconds, LONGEST_WINDOW)
}

function assertInteger(what: string, value: unknown, most: number): void {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most) return
  throw new RangeError(`${what} is ${typeof value === 'number' ? value : describeValue(value)}; expected an integer from 1 to ${most}`)
}
