import { DeadlineExceededError } from './errors.ts'

/** Where time comes from; the default is the process's own monotonic clock. */
export interface Clock {
  /** Milliseconds since some fixed moment. */
  readonly now: () => number
  /** Calls back once after that many milliseconds; the returned function cancels. */
  readonly after: (ms: number, callback: () => void) => () => void
}

/** The process's monotonic clock: a change of the wall clock must not lengthen a deadline. */
export const processClock: Clock = {
  now: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}

/** A moment by which work must have ended. Work that has not ended then is given up; its signal tells it so. */
export interface Deadline {
  /** Aborted at the deadline. Made when first asked for. */
  readonly signal: () => AbortSignal
  readonly remainingMs: () => number
  /** Settles as the work does, or rejects with {@link DeadlineExceededError} when the time is over. */
  readonly race: <V>(work: PromiseLike<V>) => Promise<V>
  /** A deadline that is no later than this one. */
  readonly within: (ms: number) => Deadline
  /** Calls back at the deadline; the returned function cancels. */
  readonly onExpiry: (callback: () => void) => () => void
  /** Stops the timer, when the work is over before its time. */
  readonly close: () => void
}

/**
 * Starts a deadline that many milliseconds from now. The timer is armed when somebody first waits.
 *
 * @example
 * const deadline = startDeadline(4000, processClock)
 * await deadline.race(fetchBlocks({ signal: deadline.signal() }))
 */
export function startDeadline(ms: number, clock: Clock): Deadline {
  const expiresAt = clock.now() + ms
  // Both made when there is something to keep: most invocations wait for nothing.
  let waiting: Set<() => void> | undefined
  let parts: Deadline[] | undefined
  let controller: AbortController | undefined
  let cancel: (() => void) | undefined
  let closed = false
  let expired = false

  // Timers can fire a little early by the clock: once one has fired the time is over, whatever the clock says.
  const remainingMs = (): number => (expired ? 0 : expiresAt - clock.now())
  const expire = (): void => {
    expired = true
    controller?.abort(new DeadlineExceededError())
    for (const callback of [...(waiting ?? [])]) callback()
    waiting?.clear()
  }
  const arm = (): void => {
    if (!closed) cancel ??= clock.after(Math.max(0, Math.ceil(remainingMs())), expire)
  }
  const onExpiry = (callback: () => void): (() => void) => {
    waiting ??= new Set()
    waiting.add(callback)
    arm()
    return () => waiting?.delete(callback)
  }

  return {
    signal() {
      if (controller === undefined) {
        controller = new AbortController()
        if (remainingMs() <= 0) controller.abort(new DeadlineExceededError())
        else arm()
      }
      return controller.signal
    },
    remainingMs,
    onExpiry,
    race<V>(work: PromiseLike<V>): Promise<V> {
      const raced = new Promise<V>((resolve, reject) => {
        if (expired) reject(new DeadlineExceededError())
        const stopWaiting = onExpiry(() => reject(new DeadlineExceededError()))
        work.then(
          (value) => {
            stopWaiting()
            resolve(value)
          },
          (error) => {
            stopWaiting()
            reject(error)
          },
        )
      })
      // A rule may leave this promise behind, and a rejection that nothing waits for ends the process.
      raced.catch(() => undefined)
      return raced
    },
    within(shorterMs) {
      const part = startDeadline(Math.min(shorterMs, remainingMs()), clock)
      parts ??= []
      parts.push(part)
      return part
    },
    close() {
      closed = true
      cancel?.()
      for (const part of parts ?? []) part.close()
    },
  }
}

/**
 * A value, or the promise of one. Most rules answer at once, and a promise for each of them, with the turn that it takes, would
 * cost more than the rules do.
 */
export type Soon<V> = V | Promise<V>

/** Whether a value has to be waited for. */
export function isThenable<V>(value: Soon<V>): value is Promise<V> {
  return typeof value === 'object' && value !== null && 'then' in value
}

/** Goes on with a value: at once where it is there, later where it is not. */
export function andThen<V, W>(value: Soon<V>, next: (value: V) => Soon<W>): Soon<W> {
  return isThenable(value) ? value.then(next) : next(value)
}
