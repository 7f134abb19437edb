import type { Clock } from '../../src/shared/rules/invocation.ts'

/** A clock for tests that jumps to the next timer as soon as nothing else is left to do, so that a hang takes no time. */
export interface AutoClock extends Clock {
  /** Timers that were armed and neither fired nor cancelled. */
  readonly pending: () => number
  /** Lets time pass that a rule spends without waiting. */
  readonly spend: (ms: number) => void
}

export function autoClock(): AutoClock {
  const timers = new Map<object, { readonly at: number; readonly callback: () => void }>()
  let time = 0
  let jumping = false
  const fireNext = (): void => {
    const [next] = [...timers].sort(([, a], [, b]) => a.at - b.at)
    if (next === undefined) return
    const [timer, { at, callback }] = next
    timers.delete(timer)
    time = Math.max(time, at)
    callback()
  }
  // Promises settle before the next turn of the event loop: whatever still waits then, waits for time.
  const jump = (): void => {
    if (jumping) return
    jumping = true
    setImmediate(() => {
      jumping = false
      fireNext()
      if (timers.size > 0) jump()
    })
  }
  return {
    now: () => time,
    after(ms, callback) {
      const timer = {}
      timers.set(timer, { at: time + ms, callback })
      jump()
      return () => timers.delete(timer)
    },
    pending: () => timers.size,
    spend: (ms) => {
      time += ms
    },
  }
}
