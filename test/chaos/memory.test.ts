import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'

const CHILD = join(import.meta.dirname, 'fixtures/memory-child.ts')
const INVOCATIONS = 200_000
const EVERY = 20_000
const MOST_GROWTH = 0.05

const Readings = z.array(z.object({ rss: z.number(), heapUsed: z.number() })).length(INVOCATIONS / EVERY)
type Readings = z.infer<typeof Readings>

describe('built pre sign-up handler', () => {
  it('the handler does not leak: its memory grows by less than 5 % between 20,000 and 200,000 invocations', async () => {
    const readings = await measureReadings()
    console.info(readings.map(({ rss, heapUsed }) => `rss ${inMegabytes(rss)}, heap ${inMegabytes(heapUsed)}`).join('\n'))
    // Lambda limits the RSS. Most of it is V8's space for new objects, so this check only finds leaks of about
    // 60 bytes per invocation or more.
    expect(growth(readings.map(({ rss }) => rss))).toBeLessThan(MOST_GROWTH)
    // The heap after a garbage collection is more precise: this check finds leaks of 4 bytes per invocation.
    expect(growth(readings.map(({ heapUsed }) => heapUsed))).toBeLessThan(MOST_GROWTH)
  }, 120_000)
})

/** Returns the growth from the lowest to the last reading. The first reading may be higher, because V8 later drops unused compiled code. */
function growth(readings: readonly number[]): number {
  return Number(readings.at(-1)) / Math.min(...readings) - 1
}

async function measureReadings(): Promise<Readings> {
  const child = fork(CHILD, [`${INVOCATIONS}`, `${EVERY}`], {
    env: { PATH: process.env.PATH, ALLOWED_EMAIL_DOMAINS: 'example.com,*.example.org' },
    // Gives V8's space for new objects its full size at the start. Otherwise V8 enlarges it later, which looks like a leak.
    execArgv: ['--expose-gc', '--min-semi-space-size=16', '--max-semi-space-size=16'],
    // Discards log lines. In a pipe that is read too slowly, they would pile up in the measured memory.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  let readings: unknown
  child.on('message', (message) => {
    readings = message
  })
  await once(child, 'close')
  return Readings.parse(readings)
}

function inMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
