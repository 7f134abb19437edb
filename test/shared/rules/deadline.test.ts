import { describe, expect, test } from 'vitest'
import { DeadlineExceededError } from '../../../src/shared/rules/errors.ts'
import { processClock, startDeadline } from '../../../src/shared/rules/invocation.ts'
import { autoClock } from '../../support/auto-clock.ts'

const never = new Promise<never>(() => {})

describe('a deadline', () => {
  test('race returns the result or error of work that ends before the deadline, and leaves no timer', async () => {
    const clock = autoClock()
    const deadline = startDeadline(100, clock)
    expect(await deadline.race(Promise.resolve('done'))).toBe('done')
    await expect(deadline.race(Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    deadline.close()
    expect(clock.pending()).toBe(0)
  })

  test('a deadline that expires during the work aborts its signal, and race rejects', async () => {
    const clock = autoClock()
    const deadline = startDeadline(100, clock)
    const signal = deadline.signal()
    await expect(deadline.race(never)).rejects.toThrow(DeadlineExceededError)
    expect(signal.aborted).toBe(true)
    expect(signal.reason).toBeInstanceOf(DeadlineExceededError)
    expect(clock.now()).toBe(100)
    expect(deadline.remainingMs()).toBe(0)
  })

  test('a deadline starts no timer before the first wait', () => {
    const clock = autoClock()
    startDeadline(100, clock)
    expect(clock.pending()).toBe(0)
  })

  test('signal() returns the same signal each time, and after the deadline it returns an aborted signal', () => {
    const clock = autoClock()
    const deadline = startDeadline(100, clock)
    expect(deadline.signal()).toBe(deadline.signal())
    const late = startDeadline(100, clock)
    clock.spend(100)
    expect(late.signal().aborted).toBe(true)
  })

  test('a closed deadline starts no timer', () => {
    const clock = autoClock()
    const deadline = startDeadline(100, clock)
    deadline.close()
    void deadline.race(never)
    expect(clock.pending()).toBe(0)
  })

  test('nested deadlines end no later than the outer deadline, and are closed with it', async () => {
    const clock = autoClock()
    const deadline = startDeadline(100, clock)
    expect(deadline.within(500).remainingMs()).toBe(100)
    const part = deadline.within(30)
    void part.race(never).catch(() => {})
    expect(clock.pending()).toBe(1)
    deadline.close()
    expect(clock.pending()).toBe(0)
  })

  test('race() rejects immediately if the deadline has already expired', async () => {
    const deadline = startDeadline(100, autoClock())
    await expect(deadline.race(never)).rejects.toThrow(DeadlineExceededError)
    await expect(deadline.race(never)).rejects.toThrow(DeadlineExceededError)
  })

  test('a deadline does not call an onExpiry callback that was cancelled', async () => {
    const clock = autoClock()
    const deadline = startDeadline(100, clock)
    const called: string[] = []
    deadline.onExpiry(() => called.push('kept'))
    deadline.onExpiry(() => called.push('cancelled'))()
    await expect(deadline.race(never)).rejects.toThrow(DeadlineExceededError)
    expect(called).toEqual(['kept'])
  })

  test('a deadline works with the clock of the process', async () => {
    const before = processClock.now()
    await expect(startDeadline(5, processClock).race(never)).rejects.toThrow('The rule timed out')
    expect(processClock.now()).toBeGreaterThan(before)
    const cancelled = processClock.after(0, () => {
      throw new Error('fired')
    })
    cancelled()
    await new Promise((resolve) => setTimeout(resolve, 5))
  })
})
