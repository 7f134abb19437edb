import { describe, expect, it } from 'vitest'
import { runLoad } from '../../support/pool-load/run-load.ts'
import { runs } from '../../support/runs.ts'

const MB = 1024 * 1024
// `LIFEGUARD_RUNS` is the length of the load in seconds.
const seconds = runs(5)
const TIMEOUT_MS = 180_000 + seconds * 5000

describe('a pool under the load of 50 clients whose connections are cut at times', () => {
  it('loses no user, gives no token for a wrong password, doubles no effect, and does not grow', { timeout: TIMEOUT_MS }, async () => {
    const { violations, memory, ...figures } = await runLoad({ clients: 50, seconds, cutShare: 0.05, seed: 20_261_127 })

    const rss = memory.map((each) => Math.round(each.rss / MB))
    const heap = memory.map((each) => Math.round((each.heapUsed / MB) * 10) / 10)
    const cpuSeconds = Math.round((memory.at(-1)?.cpuMs ?? 0) / 1000)
    process.stdout.write(`load: ${JSON.stringify({ seconds, ...figures, rss, heap, cpuSeconds })}\n`)
    expect(violations).toEqual([])
    expect(figures.journeys).toBeGreaterThan(50)
    expect(figures.cut).toBeGreaterThan(0)
    expect(Math.max(...rss)).toBeLessThan(300)
    // The first third fills the users that each client keeps, the journal and the inbox.
    expect((heap[3] ?? Number.NaN) - (heap[2] ?? Number.NaN)).toBeLessThan(12)
  })
})
