import type { Waitlist, WaitlistEntry, WaitlistKey, WaitlistWriter } from '../shared/waitlist/waitlist.ts'
import { toWaitlistId } from '../shared/waitlist/waitlist-key.ts'
import { createFaults, type Faults } from './faults.ts'

/** A waiting list in memory. */
export interface MemoryWaitlist extends Waitlist, WaitlistWriter, Faults<'record'> {
  /** The entries, oldest first. */
  readonly entries: readonly WaitlistEntry[]
}

/** The options of {@link memoryWaitlist}. */
export interface MemoryWaitlistOptions {
  readonly now?: () => Date
}

/**
 * Creates a waiting list in memory.
 *
 * @example
 * const list = memoryWaitlist()
 * await run(preSignUp(waitlist(list)), signUp({ email: 'ann@example.com' }))
 */
export function memoryWaitlist({ now = () => new Date() }: MemoryWaitlistOptions = {}): MemoryWaitlist {
  const stored = new Map<string, WaitlistEntry>()
  const { faults, run } = createFaults<'record'>()
  const add = (key: WaitlistKey, time: Partial<WaitlistEntry>): WaitlistEntry => {
    const { userPoolId, email } = key
    const id = toWaitlistId(key)
    // The times of an earlier call win.
    const entry = { userPoolId, email, ...time, ...stored.get(id) }
    stored.set(id, entry)
    return entry
  }
  return {
    ...faults,
    permissions: [],
    get entries() {
      return [...stored.values()]
    },
    record: (key, signal) => run('record', signal, () => (add(key, { joinedAt: now() }).admittedAt === undefined ? 'waiting' : 'admitted')),
    async admit(key) {
      add(key, { admittedAt: now() })
    },
    async *list() {
      yield* stored.values()
    },
    async remove(key) {
      stored.delete(toWaitlistId(key))
    },
  }
}
