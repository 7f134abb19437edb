import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { LastSeenStore, SeenUser } from '../../../src/shared/seen/last-seen-store.ts'

const { signal } = new AbortController()
const HOUR = 3_600_000
const noon = Date.parse('2026-05-01T12:00:00.000Z')

/** Creates a new user for each test, because the tests share the table. */
export const newSeenUser = (userPoolId = 'eu-west-1_Example'): SeenUser => ({ userPoolId, sub: randomUUID() })

/** Defines the tests that every store of times passes. */
export function describeLastSeen(create: () => LastSeenStore): void {
  it('writes the first time of a user, and again only when a period is over', async () => {
    const store = create()
    const user = newSeenUser()
    const written: boolean[] = []
    for (const hours of [0, 1, 23.999, 24, 25, 48]) written.push(await store.record(user, new Date(noon + hours * HOUR), 24 * HOUR, signal))
    expect(written).toEqual([true, false, false, true, false, true])
  })

  it('keeps the times of equal subs in different pools apart', async () => {
    const store = create()
    const user = newSeenUser()
    expect(await store.record(user, new Date(noon), HOUR, signal)).toBe(true)
    expect(await store.record({ ...user, userPoolId: 'eu-west-1_Another' }, new Date(noon), HOUR, signal)).toBe(true)
    expect(await store.record(user, new Date(noon + 1), HOUR, signal)).toBe(false)
  })

  it('writes once for parallel calls', async () => {
    const store = create()
    const user = newSeenUser()
    const written = await Promise.all(Array.from({ length: 20 }, (_, ms) => store.record(user, new Date(noon + ms), HOUR, signal)))
    expect(written.filter(Boolean)).toHaveLength(1)
  })
}
