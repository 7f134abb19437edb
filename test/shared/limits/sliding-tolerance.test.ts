import { describe, expect, it } from 'vitest'
import { memoryCounter } from '../../../src/testing/memory-counter.ts'

const { signal } = new AbortController()
const MAX = 100
const WINDOW = 3600

/** Returns the highest number of admitted uses in any interval of a window's length. */
async function findPeak(window: 'fixed' | 'sliding', times: readonly number[]): Promise<number> {
  let now = 0
  const counter = memoryCounter({ window, now: () => new Date(now * 1000) })
  const admitted: number[] = []
  for (now of times) if (await counter.count('key', { max: MAX, windowSeconds: WINDOW }, signal)) admitted.push(now)
  let peak = 0
  for (let first = 0, last = 0; last < admitted.length; last += 1) {
    while ((admitted[last] ?? 0) - (admitted[first] ?? 0) >= WINDOW) first += 1
    peak = Math.max(peak, last - first + 1)
  }
  return peak
}

/** Returns random times of 30 windows, `rate` per window on average. The generator is seeded, so that a failure can be repeated. */
function randomTimes(rate: number, seed: number): readonly number[] {
  const times: number[] = []
  let state = seed
  const random = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return (state + 1) / 2_147_483_649
  }
  for (let now = 0; now < 30 * WINDOW; now += (-Math.log(random()) * WINDOW) / rate) times.push(now)
  return times
}

describe('the tolerance of a sliding window', () => {
  it.each([
    [1.1, 1.2],
    [2, 1.1],
    [10, 1.05],
  ])('admits at a random load of %d times the limit at most %d times the limit in any interval', async (load, most) => {
    const peaks = await Promise.all([1, 2, 3, 4, 5].map((seed) => findPeak('sliding', randomTimes(load * MAX, seed))))
    expect(Math.max(...peaks)).toBeLessThanOrEqual(most * MAX)
    expect(Math.max(...peaks)).toBeGreaterThanOrEqual(MAX)
  })

  it('admits at the change of the window no second burst, as a fixed window does', async () => {
    const burst = Array.from({ length: 2 * MAX }, (_, each) => WINDOW - MAX + each)
    expect(await findPeak('fixed', burst)).toBe(2 * MAX)
    expect(await findPeak('sliding', burst)).toBeLessThanOrEqual(1.03 * MAX)
  })

  it('admits never more than twice the limit, after a burst at the end of a window', async () => {
    const attack = Array.from({ length: 3 * WINDOW }, (_, second) => WINDOW - 1 + second)
    const times = [...Array.from({ length: MAX }, () => WINDOW - 1), ...attack]
    const peak = await findPeak('sliding', times)
    expect(peak).toBeGreaterThan(1.9 * MAX)
    expect(peak).toBeLessThan(2 * MAX)
  })
})
