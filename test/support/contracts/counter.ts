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

  it('counts a named use once', async () => {
    const counter = create(at(7200))
    const key = randomUUID()
    const limit = { max: 1, windowSeconds: 3600 }
    expect(await counter.count(key, limit, signal, 'one')).toBe(true)
    expect(await counter.count(key, limit, signal, 'one')).toBe(true)
    expect(await counter.count(key, limit, signal, 'two')).toBe(false)
  })

  it.each([2, 60])('a released use does not count towards a limit of %i', async (max) => {
    const counter = create(at(7200))
    const key = randomUUID()
    const limit = { max, windowSeconds: 3600 }
    await counter.release(key, limit, signal, 'use-0')
    for (let use = 0; use < max; use += 1) expect(await counter.count(key, limit, signal, `use-${use}`)).toBe(true)
    expect(await counter.count(key, limit, signal, 'more')).toBe(false)
    await counter.release(key, limit, signal, 'use-0')
    expect(await counter.count(key, limit, signal, 'more')).toBe(true)
    expect(await counter.count(key, limit, signal, 'another')).toBe(false)
  })

  it('starts again in the next window', async () => {
    const key = randomUUID()
    const limit = { max: 1, windowSeconds: 3600 }
    let seconds = 7200
    const counter = create(() => at(seconds)())
    expect(await counter.count(key, limit, signal)).toBe(true)
    seconds = 10_799
    expect(await counter.count(key, limit, signal)).toBe(false)
    seconds = 10_800
    expect(await counter.count(key, limit, signal)).toBe(true)
  })
}
