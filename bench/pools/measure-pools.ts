import { setTimeout as sleep } from 'node:timers/promises'
import { shuffle } from '../shuffle.ts'
import { CONTESTANTS, type Contestant, type RunningPool, type StartOptions, startContestant } from './contestants.ts'
import { createIds, createPoolClient, type Ids, runFlow } from './flow.ts'

/** The measured values, in the order of the table. `more` is true if a larger figure is better. */
export const MEASURES = [
  { key: 'startMs', title: 'start of the process to its first answer', unit: 'ms', more: false },
  { key: 'idleMb', title: 'resident memory, idle', unit: 'MB', more: false },
  { key: 'oneClient', title: 'flows per second, 1 client', unit: '1/s', more: true },
  { key: 'tenClients', title: 'flows per second, 10 clients', unit: '1/s', more: true },
  { key: 'usedMb', title: 'resident memory after the flows', unit: 'MB', more: false },
] as const

export type PoolFigures = Record<(typeof MEASURES)[number]['key'], number>

/** The figures of each pool, one element for each round. */
export type PoolRounds = Readonly<Record<Contestant, readonly PoolFigures[]>>

export interface PoolRunOptions {
  readonly rounds: number
  readonly seed: number
  readonly start: StartOptions
  readonly signal: AbortSignal
  readonly onProgress: (text: string) => void
}

/** The flows of a round: those before the measurement, and those of 1 and of 10 clients. */
export const FLOWS = { warmUp: 30, one: 100, ten: 300 } as const
// The time after which a process that starts, or has answered everything, uses no more memory.
const SETTLE_MS = 500

/** Measures both pools in each round, in random order, one after the other. */
export async function measurePools({ rounds, seed, start, signal, onProgress }: PoolRunOptions): Promise<PoolRounds> {
  const figures: Record<Contestant, PoolFigures[]> = { Lifeguard: [], 'cognito-local': [] }
  for (let round = 0; round < rounds; round++) {
    for (const name of shuffle([...CONTESTANTS], seed, 'pools', round)) {
      signal.throwIfAborted()
      onProgress(`local user pools, round ${round + 1} of ${rounds}: ${name}`)
      figures[name].push(await measurePool(name, start))
    }
  }
  return figures
}

async function measurePool(name: Contestant, start: StartOptions): Promise<PoolFigures> {
  const pool = await startContestant(name, start)
  try {
    await sleep(SETTLE_MS)
    const idleMb = pool.residentMb()
    const client = createPoolClient(pool.endpoint)
    const ids = await createIds(client)
    client.close()
    await runFlows(pool, ids, 'warm', FLOWS.warmUp, 1)
    const oneClient = await runFlows(pool, ids, 'one', FLOWS.one, 1)
    const tenClients = await runFlows(pool, ids, 'ten', FLOWS.ten, 10)
    await sleep(SETTLE_MS)
    return { startMs: pool.startMs, idleMb, oneClient, tenClients, usedMb: pool.residentMb() }
  } finally {
    await pool.stop()
  }
}

/** Runs flows with some clients at once. Returns the flows per second. */
async function runFlows(pool: RunningPool, ids: Ids, prefix: string, count: number, clients: number): Promise<number> {
  let next = 0
  const startedAt = performance.now()
  await Promise.all(
    Array.from({ length: clients }, async () => {
      const client = createPoolClient(pool.endpoint)
      try {
        while (next < count) await runFlow(client, pool, ids, `${prefix}-${next++}`)
      } finally {
        client.close()
      }
    }),
  )
  return (count / (performance.now() - startedAt)) * 1000
}
