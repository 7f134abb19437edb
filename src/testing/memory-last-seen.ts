import type { LastSeenStore, SeenUser } from '../shared/seen/last-seen-store.ts'
import { createFaults, type Faults } from './faults.ts'

/** A user, and when the user was last recorded. */
export interface LastSeenRow extends SeenUser {
  readonly seenAt: Date
}

/** The times at which users were last seen, in memory. */
export interface MemoryLastSeen extends LastSeenStore, Faults<'record'> {
  readonly rows: readonly LastSeenRow[]
}

/**
 * Creates a store in memory of the times at which users were last seen.
 *
 * @example
 * const seen = memoryLastSeen()
 * await run(postAuthentication(lastSeen(seen)), signedIn())
 * assert.equal(seen.rows.length, 1)
 */
export function memoryLastSeen(): MemoryLastSeen {
  const rows = new Map<string, LastSeenRow>()
  const { faults, run } = createFaults<'record'>()
  return {
    ...faults,
    permissions: [],
    get rows() {
      return [...rows.values()]
    },
    record: ({ userPoolId, sub }, at, periodMs, signal) =>
      run('record', signal, () => {
        const key = JSON.stringify([userPoolId, sub])
        const earlier = rows.get(key)
        if (earlier !== undefined && earlier.seenAt.getTime() > at.getTime() - periodMs) return false
        rows.set(key, { userPoolId, sub, seenAt: at })
        return true
      }),
  }
}
