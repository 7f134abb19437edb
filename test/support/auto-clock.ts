import type { Clock } from '../../src/shared/rules/invocation.ts'

/** A test clock that jumps to the next timer as soon as all promises have settled, so that a timeout takes no real time. */
export interface AutoClock extends Clock {
  /** Returns the number of timers that are neither fired nor cancelled. */
  readonly pending: () => number
  /** Advances the clock without firing timers, like a rule that blocks the event loop. */
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
  // Promises settle before setImmediate runs. So code that still waits in this callback can only wait for a timer.
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
