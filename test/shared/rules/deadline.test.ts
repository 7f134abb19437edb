import { describe, expect, test } from 'vitest'
import { DeadlineExceededError } from '../../../src/shared/rules/errors.ts'
import { processClock, startDeadline } from '../../../src/shared/rules/invocation.ts'
import { autoClock } from '../../support/auto-clock.ts'

const never = new Promise<never>(() => {})

describe('a deadline', () => {
  test('lets work through that ends in time, and leaves no timer behind', async () => {
    const clock = autoClock()
    const deadline = startDeadline(100, clock)
    expect(await deadline.race(Promise.resolve('done'))).toBe('done')
    await expect(deadline.race(Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    deadline.close()
    expect(clock.pending()).toBe(0)
  })

  test('gives up work that does not end, and tells it through the signal', async () => {
    const clock = autoClock()
    const deadline = startDeadline(100, clock)
    const signal = deadline.signal()
    await expect(deadline.race(never)).rejects.toThrow(DeadlineExceededError)
    expect(signal.aborted).toBe(true)
    expect(signal.reason).toBeInstanceOf(DeadlineExceededError)
    expect(clock.now()).toBe(100)
    expect(deadline.remainingMs()).toBe(0)
  })

  test('arms no timer while nobody waits', () => {
    const clock = autoClock()
    startDeadline(100, clock)
    expect(clock.pending()).toBe(0)
  })

  test('makes its signal once, and aborts it where the time is over already', () => {
    const clock = autoClock()
    const deadline = startDeadline(100, clock)
    expect(deadline.signal()).toBe(deadline.signal())
    const late = startDeadline(100, clock)
    clock.spend(100)
    expect(late.signal().aborted).toBe(true)
  })

  test('arms no timer after it was closed', () => {
    const clock = autoClock()
    const deadline = startDeadline(100, clock)
    deadline.close()
    void deadline.race(never)
    expect(clock.pending()).toBe(0)
  })

  test('has parts that end no later than itself, and close with it', async () => {
    const clock = autoClock()
    const deadline = startDeadline(100, clock)
    expect(deadline.within(500).remainingMs()).toBe(100)
    const part = deadline.within(30)
    void part.race(never).catch(() => {})
    expect(clock.pending()).toBe(1)
    deadline.close()
    expect(clock.pending()).toBe(0)
  })

  test('gives up at once what is begun after it', async () => {
    const deadline = startDeadline(100, autoClock())
    await expect(deadline.race(never)).rejects.toThrow(DeadlineExceededError)
    await expect(deadline.race(never)).rejects.toThrow(DeadlineExceededError)
  })

  test('stops waiting when asked to', async () => {
    const clock = autoClock()
    const deadline = startDeadline(100, clock)
    const called: string[] = []
    deadline.onExpiry(() => called.push('kept'))
    deadline.onExpiry(() => called.push('cancelled'))()
    await expect(deadline.race(never)).rejects.toThrow(DeadlineExceededError)
    expect(called).toEqual(['kept'])
  })

  test('runs on the clock of the process', async () => {
    const before = processClock.now()
    await expect(startDeadline(5, processClock).race(never)).rejects.toThrow('The time for this rule ran out')
    expect(processClock.now()).toBeGreaterThan(before)
    const cancelled = processClock.after(0, () => {
      throw new Error('fired')
    })
    cancelled()
    await new Promise((resolve) => setTimeout(resolve, 5))
  })
})
