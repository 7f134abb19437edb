import type { Delivery } from '../src/shared/rules/once.ts'
import type { Handlers } from './handlers.ts'
import type { Journey } from './journey.ts'
import type { Attempt } from './pool.ts'
import type { Passed } from './proxy.ts'
import type { Row } from './stage.ts'

/** The records of a run: the harness's own logs and the contents of the tables. */
export interface Evidence {
  readonly delivery: Delivery
  readonly handlers: Handlers
  readonly journeys: readonly Journey[]
  /** The time at which each deleted user was deleted, by `sub`, in milliseconds of the monotonic clock. */
  readonly gone: ReadonlyMap<string, number>
  readonly attempts: readonly Attempt[]
  readonly dynamodb: readonly Passed[]
  readonly ses: readonly Passed[]
  readonly cognito: readonly Passed[]
  readonly eventBridge: readonly Passed[]
  readonly webhook: readonly Passed[]
  /** The names of the users whom handlers added to a group. */
  readonly grouped: ReadonlySet<string>
  /** Number of processes that ended without being killed by the harness. */
  readonly crashes: number
  readonly profiles: readonly Row[]
  readonly effects: readonly Row[]
  /** The invitations, and the rows that lead from users to them. */
  readonly invites: readonly Row[]
  /** The mailboxes that users have reserved or keep. */
  readonly mailboxes: readonly Row[]
}

/** The effects that each confirmed user has in the ledger. */
export const EFFECTS: Readonly<Record<Handlers, readonly string[]>> = {
  deployed: ['send-welcome-email', 'keep-invite'],
  extended: ['send-welcome-email', 'keep-invite', 'notify', 'publish-event', 'add-to-group', 'keep-canonical-email'],
}

/** Groups values by a key. Skips values whose key is undefined. */
export function groupBy<V>(values: Iterable<V>, getKey: (value: V) => string | undefined): ReadonlyMap<string, readonly V[]> {
  const groups = new Map<string, V[]>()
  for (const value of values) {
    const key = getKey(value)
    if (key === undefined) continue
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [value])
    else group.push(value)
  }
  return groups
}

/** Returns the `sub` in an effect's key, such as `us-east-1_Chaos0001#6c4a1d9e-...#send-welcome-email`; undefined for a profile's key. */
export function parseEffectSub(text: string): string | undefined {
  return /#([0-9a-f-]{36})#/.exec(text)?.[1]
}

/** Returns the `sub` in a key such as `us-east-1_Chaos0001#6c4a1d9e-...`. */
export function parseSub(text: string): string | undefined {
  return /#([0-9a-f-]{36})/.exec(text)?.[1]
}
