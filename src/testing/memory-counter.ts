import { type Counter, LISTED_USES, type Limit } from '../shared/limits/counter.ts'
import { createFaults, type Faults } from './faults.ts'

/** A counter in memory. */
export interface MemoryCounter extends Counter, Faults<'count' | 'release'> {}

/** The options of {@link memoryCounter}. */
export interface MemoryCounterOptions {
  readonly now?: () => Date
}

/**
 * Creates a counter in memory.
 *
 * @example
 * const counter = memoryCounter()
 * await counter.count('codes#mary', { max: 5, windowSeconds: 3600 }, signal)
 */
export function memoryCounter({ now = () => new Date() }: MemoryCounterOptions = {}): MemoryCounter {
  const windows = new Map<string, Set<string>>()
  const { faults, run } = createFaults<'count' | 'release'>()
  let calls = 0
  const findUses = (key: string, { windowSeconds }: Limit): Set<string> => {
    const name = JSON.stringify([key, windowSeconds, Math.floor(now().getTime() / 1000 / windowSeconds)])
    const uses = windows.get(name) ?? new Set()
    windows.set(name, uses)
    return uses
  }

  return {
    ...faults,
    permissions: [],
    count: (key, limit, signal, use) =>
      run('count', signal, () => {
        const uses = findUses(key, limit)
        calls += 1
        const name = use !== undefined && limit.max <= LISTED_USES ? use : `call ${calls}`
        if (uses.size >= limit.max && !uses.has(name)) return false
        uses.add(name)
        return true
      }),
    release: (key, limit, signal, use) =>
      run('release', signal, () => {
        const uses = findUses(key, limit)
        if (limit.max <= LISTED_USES) uses.delete(use)
        else uses.delete([...uses].at(-1) ?? '')
      }),
  }
}
