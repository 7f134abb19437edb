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

describe('the built pre sign-up handler', () => {
  it('holds on to nothing: after the first 20,000 of 200,000 invocations its memory grows by less than 5 %', async () => {
    const readings = await measureReadings()
    console.info(readings.map(({ rss, heapUsed }) => `rss ${inMegabytes(rss)}, heap ${inMegabytes(heapUsed)}`).join('\n'))
    // What the kernel counts is what Lambda bills and ends a function for. Most of it is room that V8 keeps for new objects, so
    // a leak has to be large to be seen in it: 5 % of it are some 60 bytes an invocation.
    expect(growth(readings.map(({ rss }) => rss))).toBeLessThan(MOST_GROWTH)
    // What is left after a collection does not hang on when the last one was, and tells of 4 bytes an invocation.
    expect(growth(readings.map(({ heapUsed }) => heapUsed))).toBeLessThan(MOST_GROWTH)
  }, 120_000)
})

/** Up to the last reading, from the lowest: V8 drops compiled code that is no longer used, under which a leak could hide. */
function growth(readings: readonly number[]): number {
  return Number(readings.at(-1)) / Math.min(...readings) - 1
}

async function measureReadings(): Promise<Readings> {
  const child = fork(CHILD, [`${INVOCATIONS}`, `${EVERY}`], {
    env: { PATH: process.env.PATH, ALLOWED_EMAIL_DOMAINS: 'example.com,*.example.org' },
    // The room for new objects has its full size from the start. V8 would widen it now and then for a minute, and that is no leak.
    execArgv: ['--expose-gc', '--min-semi-space-size=16', '--max-semi-space-size=16'],
    // Log lines go nowhere. In a pipe that is read too slowly they would pile up, and be measured as the handler's.
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
