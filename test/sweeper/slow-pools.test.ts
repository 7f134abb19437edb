import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startWorld, type World } from '../support/sweeper-world.ts'

const signal = new AbortController().signal
const HEALTHY = 'eu-west-1_Healthy'
let world: World

beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.stop())

/** Creates users in a pool, and enqueues an effect for each user. */
async function putEffects(userPoolId: string, count: number): Promise<readonly string[]> {
  const subs = Array.from({ length: count }, () => randomUUID())
  world.cognito.addPool(
    userPoolId,
    ...subs.map((sub) => ({ userName: sub, attributes: { sub, email: `${sub}@example.com`, email_verified: 'true' } })),
  )
  for (const sub of subs) await world.pendingEffects.enqueue({ ...world.welcome(sub), userPoolId }, signal)
  return subs
}

/** User look-ups that never end, even if the signal aborts, except in the healthy pool. */
const hanging: World['users'] = {
  find: (pool, sub, aborted) => (pool === HEALTHY ? world.users.find(pool, sub, aborted) : new Promise(() => undefined)),
}

/** Runs a sweep with a time limit of `ms`. */
const sweepFor = (ms: number, users: World['users']) => {
  const endsAt = performance.now() + ms
  return world.sweep({ users, remainingMs: () => endsAt - performance.now() })
}

describe('a pool with slow or failing look-ups', () => {
  it('runs the effects of a healthy pool in the same sweep if the look-ups of another pool hang', async () => {
    await putEffects('eu-west-1_Hanging', 70)
    await putEffects(HEALTHY, 5)
    const { swept, reasons, givenUp } = await sweepFor(20_000, hanging)
    expect(givenUp).toEqual(['eu-west-1_Hanging'])
    expect(swept.done).toBe(5)
    expect(world.services.ses.inbox()).toHaveLength(5)
    expect(reasons['pool-given-up']).toBeGreaterThan(60)
    const tried = (await world.open()).filter(({ attempt }) => attempt > 0)
    expect(tried.length).toBe(reasons['deadline-exceeded'])
    for (const { attempt, dueAt, reason } of tried) {
      expect({ attempt, reason }).toEqual({ attempt: 1, reason: 'deadline-exceeded' })
      expect(Number(dueAt)).toBeGreaterThan(Date.now())
    }
  }, 60_000)

  it('runs the effects of a healthy pool in a later sweep, even if ten other pools hang', async () => {
    for (let pool = 0; pool < 10; pool += 1) await putEffects(`eu-west-1_Hanging${pool}`, 1)
    await putEffects(HEALTHY, 5)
    let sweeps = 0
    for (; world.services.ses.inbox().length < 5 && sweeps < 10; sweeps += 1) await sweepFor(6_000, hanging)
    expect(world.services.ses.inbox()).toHaveLength(5)
    // A sweep of 6 s has time for four hanging look-ups. The next sweep must not start with the same four.
    expect(sweeps).toBeLessThan(5)
  }, 120_000)

  it('looks up the users of a failing pool again in the next sweep, and then runs their effects', async () => {
    await putEffects('eu-west-1_Slow', 10)
    let failing = true
    const users: World['users'] = {
      find: (pool, sub, aborted) => (failing ? Promise.reject(new RangeError('down')) : world.users.find(pool, sub, aborted)),
    }
    const first = await world.sweep({ users })
    expect(first.swept.error).toBeGreaterThanOrEqual(3)
    expect((first.swept.error ?? 0) + (first.swept.waiting ?? 0)).toBe(10)
    failing = false
    expect((await world.sweep({ users })).swept).toEqual({ done: first.swept.waiting })
    world.wait(30_000)
    expect((await world.sweep({ users })).swept).toEqual({ done: first.swept.error })
  })

  it('does not give up a pool if successful look-ups come between the failed ones', async () => {
    const subs = await putEffects('eu-west-1_Shaky', 40)
    const failing = new Set(subs.filter((_, index) => index % 5 === 0))
    const users: World['users'] = {
      find: (pool, sub, aborted) => (failing.has(sub) ? Promise.reject(new RangeError('down')) : world.users.find(pool, sub, aborted)),
    }
    expect(await world.sweep({ users })).toEqual({ swept: { done: 32, error: 8 }, reasons: { RangeError: 8 }, lost: [] })
  })
})
