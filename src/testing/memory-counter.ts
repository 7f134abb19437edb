import { type Counter, LISTED_USES, type Limit, slidingMax } from '../shared/limits/counter.ts'
import { createFaults, type Faults } from './faults.ts'

/** A counter in memory. */
export interface MemoryCounter extends Counter, Faults<'count' | 'release'> {}

/** The options of {@link memoryCounter}. */
export interface MemoryCounterOptions {
  /** The windows: `fixed`, as those of `dynamoCounter`, by default, or `sliding`, as those of `dynamoSlidingCounter`. */
  readonly window?: 'fixed' | 'sliding'
  readonly now?: () => Date
}

/**
 * Creates a counter in memory.
 *
 * @example
 * const counter = memoryCounter()
 * await counter.count('codes#mary', { max: 5, windowSeconds: 3600 }, signal)
 */
export function memoryCounter({ window = 'fixed', now = () => new Date() }: MemoryCounterOptions = {}): MemoryCounter {
  const windows = new Map<string, Set<string>>()
  const { faults, run } = createFaults<'count' | 'release'>()
  let calls = 0
  const seconds = (): number => now().getTime() / 1000
  const findUses = (key: string, { windowSeconds }: Limit, at: number): Set<string> => {
    const name = JSON.stringify([key, windowSeconds, Math.floor(at / windowSeconds)])
    const uses = windows.get(name) ?? new Set()
    windows.set(name, uses)
    return uses
  }

  return {
    ...faults,
    permissions: [],
    count: (key, limit, signal, use) =>
      run('count', signal, () => {
        const at = seconds()
        const uses = findUses(key, limit, at)
        const before = window === 'fixed' ? new Set<string>() : findUses(key, limit, at - limit.windowSeconds)
        calls += 1
        const name = use !== undefined && limit.max <= LISTED_USES ? use : `call ${calls}`
        if (uses.has(name) || before.has(name)) return 'renewed'
        if (uses.size >= slidingMax(limit, before.size, at)) return false
        uses.add(name)
        return true
      }),
    release: (key, limit, signal, use) =>
      run('release', signal, () => {
        const uses = findUses(key, limit, seconds())
        if (limit.max <= LISTED_USES) uses.delete(use)
        else uses.delete([...uses].at(-1) ?? '')
      }),
  }
}
