// Measures if the time of an answer reveals that a user, an address or a code exists. Writes bench/TIMING.md.
import { randomInt } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { describeMachine } from '../machine.ts'
import { startServicesApart } from '../services.ts'
import { shuffle } from '../shuffle.ts'
import { type Case, createCases } from './cases.ts'
import { describeTimes, formatTimes, type Times, timesToMarkdown } from './report.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '1000' }, seed: { type: 'string' } } })
const rounds = Number(values.rounds)
const seed = Number(values.seed ?? randomInt(2 ** 31))
const WARM_UP = 50

interface MeasuredCase {
  readonly case: Case
  readonly times: Times
}

const services = await startServicesApart()
try {
  const loadBefore = loadavg()[0] ?? 0
  const cases = await createCases(services)
  const measured = cases.map((each): MeasuredCase => ({ case: each, times: { known: [], unknown: [], outcomes: new Set() } }))
  for (let round = -WARM_UP; round < rounds; round += 1)
    for (const each of shuffle(measured, seed, 'case', round)) await measurePair(each, round)
  const machine = describeMachine(undefined)
  const load = `load ${loadBefore.toFixed(1)} at the start and ${(loadavg()[0] ?? 0).toFixed(1)} at the end`
  const where = `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.system}, node ${process.versions.node}; ${load}`
  const rows = measured.map(({ case: each, times }) => describeTimes(each, times))
  const results = { rows, run: `${rounds} rounds, seed ${seed}`, where }
  process.stdout.write(`${formatTimes(results).join('\n')}\n`)
  await writeFile(new URL('../TIMING.md', import.meta.url), timesToMarkdown(results))
} finally {
  services.stop()
}

/** Measures both requests of a case, in random order. A negative round warms up. */
async function measurePair({ case: each, times }: MeasuredCase, round: number): Promise<void> {
  for (const side of shuffle(['known', 'unknown'] as const, seed, each.rule, each.known, round)) {
    const request = side === 'known' ? each.prepareKnown() : each.prepareUnknown()
    const start = performance.now()
    const { outcome, reason, error } = await request()
    const ms = performance.now() - start
    if (outcome === 'failed') throw new Error(`${each.rule}, ${each[side]}: failed with ${reason}`, { cause: error })
    if (round < 0) continue
    times[side].push(ms)
    times.outcomes.add(`${side} ${outcome}`)
  }
}
