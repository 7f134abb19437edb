import { seededRandom } from '../fuzz/fuzz-random.ts'
import { type Caller, createCaller, type Traffic } from './caller.ts'
import { checkUser, type KnownUser, type LoadClient, runJourney } from './journey.ts'
import type { Memory } from './messages.ts'
import { type PoolProcess, startPoolProcess } from './pool-process.ts'
import { createSrpClient } from './srp-client.ts'

export interface LoadOptions {
  readonly clients: number
  readonly seconds: number
  /** The share of requests whose connection is cut, from 0 to 1. */
  readonly cutShare: number
  readonly seed: number
}

/** The result of a run. */
export interface LoadResult {
  /** The violated invariants. */
  readonly violations: readonly string[]
  readonly journeys: number
  readonly requests: number
  readonly cut: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** The memory of the pool's process before the run, and after each third of it. */
  readonly memory: readonly Memory[]
}

// Each client keeps so many users in the pool, so that the memory of a pool that leaks nothing stays the same.
const KEPT_USERS = 10
// The share of the users who never confirm.
const UNCONFIRMED_SHARE = 0.1
const THIRDS = 3

/** Runs the clients against a pool in a process of its own, and checks the invariants. */
export async function runLoad({ clients: count, seconds, cutShare, seed }: LoadOptions): Promise<LoadResult> {
  const pool = await startPoolProcess()
  const traffic: Traffic = { requests: 0, cut: 0, latencies: [] }
  const violations: string[] = []
  const report = (violation: string): void => void violations.push(violation)
  const clients = Array.from({ length: count }, (_, index) => ({ index, ...startClient(pool, traffic, report, cutShare, seed, index) }))
  try {
    const memory = [await pool.measure()]
    const known = clients.map((): KnownUser[] => [])
    let journeys = 0
    for (let third = 0; third < THIRDS; third++) {
      const endsAt = performance.now() + (seconds * 1000) / THIRDS
      await Promise.all(
        clients.map(async ({ index, client, random }) => {
          const users = known[index] ?? []
          for (let turn = 0; performance.now() < endsAt; turn++) {
            const name = `user-${third}-${index}-${turn}`
            users.push(await runJourney(client, name, (index + turn) % 2 === 0, !random.chance(UNCONFIRMED_SHARE)))
            journeys += 1
            const oldest = users.length > KEPT_USERS ? users.shift() : undefined
            if (oldest !== undefined) await removeUser(client, pool, oldest)
          }
        }),
      )
      memory.push(await pool.measure())
    }
    await Promise.all(clients.map(({ index, client }) => checkAll(client, known[index] ?? [])))
    const [first] = clients
    if (first !== undefined) await checkTotal(first.client, known.flat().length)
    const sorted = traffic.latencies.toSorted((one, two) => one - two)
    const quantile = (part: number): number => sorted[Math.floor(sorted.length * part)] ?? 0
    const { requests, cut } = traffic
    return { violations, journeys, requests, cut, p50Ms: quantile(0.5), p99Ms: quantile(0.99), memory }
  } finally {
    for (const { caller } of clients) caller.close()
    await pool.stop()
  }
}

function startClient(
  pool: PoolProcess,
  traffic: Traffic,
  report: LoadClient['report'],
  cutShare: number,
  seed: number,
  index: number,
): { readonly client: LoadClient; readonly caller: Caller; readonly random: ReturnType<typeof seededRandom> } {
  const random = seededRandom(seed, index)
  const caller = createCaller(pool, () => random.below(1e6) / 1e6, traffic, cutShare)
  return { client: { caller, pool, report, srp: createSrpClient(), password: `Correct-horse-${index}` }, caller, random }
}

async function removeUser(client: LoadClient, { poolId }: PoolProcess, user: KnownUser): Promise<void> {
  await checkUser(client, user)
  const { reply, requests } = await client.caller.sendUntilAnswered('AdminDeleteUser', { UserPoolId: poolId, Username: user.name })
  const isRepeated = requests > 1 && reply.error === 'UserNotFoundException'
  if (reply.status !== 200 && !isRepeated) client.report(`AdminDeleteUser ${user.name}: ${reply.error}`)
}

async function checkAll(client: LoadClient, users: readonly KnownUser[]): Promise<void> {
  for (const user of users) await checkUser(client, user)
}

/** Checks that the pool holds no other users. */
async function checkTotal({ caller, pool, report }: LoadClient, expected: number): Promise<void> {
  const { body } = await caller.sendSafely('DescribeUserPool', { UserPoolId: pool.poolId })
  const count: unknown = Object(body.UserPool).EstimatedNumberOfUsers
  if (count !== expected) report(`the pool has ${count} users; expected ${expected}`)
}
