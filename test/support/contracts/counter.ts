import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { Counter } from '../../../src/shared/limits/counter.ts'

const { signal } = new AbortController()

/** Defines the tests that every counter passes. `create` returns a counter whose clock is the function `now`. */
export function describeCounter(create: (now: () => Date) => Counter): void {
  const at = (seconds: number) => () => new Date(seconds * 1000)

  it.each([5, 60])('counts %i uses of a key in a window, and then no more', async (max) => {
    const counter = create(at(7200))
    const key = randomUUID()
    const limit = { max, windowSeconds: 3600 }
    for (let use = 0; use < max; use += 1) expect(await counter.count(key, limit, signal)).toBe(true)
    expect(await counter.count(key, limit, signal)).toBe(false)
    expect(await counter.count(key, limit, signal)).toBe(false)
  })

  it('counts each key and each length of window on its own', async () => {
    const counter = create(at(7200))
    const key = randomUUID()
    expect(await counter.count(key, { max: 1, windowSeconds: 3600 }, signal)).toBe(true)
    expect(await counter.count(`${key}#2`, { max: 1, windowSeconds: 3600 }, signal)).toBe(true)
    expect(await counter.count(key, { max: 1, windowSeconds: 60 }, signal)).toBe(true)
    expect(await counter.count(key, { max: 1, windowSeconds: 3600 }, signal)).toBe(false)
  })

  it('starts again in the next window', async () => {
    const key = randomUUID()
    const limit = { max: 1, windowSeconds: 3600 }
    expect(await create(at(7200)).count(key, limit, signal)).toBe(true)
    expect(await create(at(10_799)).count(key, limit, signal)).toBe(false)
    expect(await create(at(10_800)).count(key, limit, signal)).toBe(true)
  })
}
