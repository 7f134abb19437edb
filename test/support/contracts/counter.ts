import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { Counter } from '../../../src/shared/limits/counter.ts'

const { signal } = new AbortController()

/** Defines the tests that every counter passes. `create` returns a counter whose clock is the function `now`. */
export function describeCounter(create: (now: () => Date) => Counter): void {
  const at = (seconds: number) => () => new Date(seconds * 1000)

  it.each([5, 501])('counts %i uses of a key in a window, and then no more', async (max) => {
    const counter = create(at(7200))
    const key = randomUUID()
    const limit = { max, windowSeconds: 3600 }
    const counted = await Promise.all(Array.from({ length: max }, () => counter.count(key, limit, signal)))
    expect(counted).not.toContain(false)
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
    expect(await counter.count(key, limit, signal, 'one')).toBe('renewed')
    expect(await counter.count(key, limit, signal, 'two')).toBe(false)
  })

  it.each([2, 501])('a released use does not count towards a limit of %i', async (max) => {
    const counter = create(at(7200))
    const key = randomUUID()
    const limit = { max, windowSeconds: 3600 }
    await counter.release(key, limit, signal, 'use-0')
    const counted = await Promise.all(Array.from({ length: max }, (_, use) => counter.count(key, limit, signal, `use-${use}`)))
    expect(counted).not.toContain(false)
    expect(await counter.count(key, limit, signal, 'more')).toBe(false)
    await counter.release(key, limit, signal, 'use-0')
    expect(await counter.count(key, limit, signal, 'more')).toBe(true)
    expect(await counter.count(key, limit, signal, 'another')).toBe(false)
  })
}

/** Defines the tests that every counter with fixed windows passes. */
export function describeFixedCounter(create: (now: () => Date) => Counter): void {
  const at = (seconds: number) => () => new Date(seconds * 1000)

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

/** Defines the tests that every counter with sliding windows passes. */
export function describeSlidingCounter(create: (now: () => Date) => Counter): void {
  /** Returns how many of too many parallel uses the counter permits. */
  const admit = async (counter: Counter, key: string, max: number): Promise<number> => {
    const counted = await Promise.all(Array.from({ length: max + 5 }, () => counter.count(key, { max, windowSeconds: 3600 }, signal)))
    return counted.filter(Boolean).length
  }

  it.each([10, 501])('permits in the next window only what the window before has left of %i uses, more with time', async (max) => {
    const key = randomUUID()
    let seconds = 7200
    const counter = create(() => new Date(seconds * 1000))
    const admitted: number[] = []
    for (seconds of [7200, 10_800, 10_800 + 360, 10_800 + 1800, 14_399]) admitted.push(await admit(counter, key, max))
    const [first, ...later] = admitted
    expect(first).toBe(max)
    expect(later).toEqual([0, Math.floor(max / 10), Math.floor(max / 2) - Math.floor(max / 10), max - 1 - Math.floor(max / 2)])
  })

  it('forgets a window after the next one', async () => {
    const key = randomUUID()
    let seconds = 7200
    const counter = create(() => new Date(seconds * 1000))
    expect(await admit(counter, key, 3)).toBe(3)
    seconds = 14_400
    expect(await admit(counter, key, 3)).toBe(3)
  })

  it('counts a named use once, although it is repeated in the next window', async () => {
    const key = randomUUID()
    let seconds = 10_799
    const counter = create(() => new Date(seconds * 1000))
    const limit = { max: 1, windowSeconds: 3600 }
    expect(await counter.count(key, limit, signal, 'one')).toBe(true)
    seconds = 10_801
    expect(await counter.count(key, limit, signal, 'one')).toBe('renewed')
    expect(await counter.count(key, limit, signal, 'two')).toBe(false)
  })
}
