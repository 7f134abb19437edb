/** Measures how long a process did not run. */
export interface StallMeter {
  /** Call this function every `BEAT_MS`. Returns the total stall so far, in milliseconds. */
  readonly beat: () => number
}

/** The clocks to use, in milliseconds: a monotonic clock, and the CPU time that this process has used. */
export interface StallMeterOptions {
  readonly now: () => number
  readonly processorMs: () => number
}

/** Milliseconds between two calls of `beat`. */
export const BEAT_MS = 20

// Shorter stalls are ignored, because timers are a few milliseconds late even on an idle machine.
const LEAST_MS = 25

/**
 * Creates a meter that separates delays of the machine from delays of a handler. If a beat is late, the process either did not run or
 * was busy. Only the time without CPU usage counts as a stall, so the seconds in which a handler computes still count against its
 * deadline.
 *
 * @example
 * const meter = stallMeter({ now: () => performance.now(), processorMs })
 * setInterval(meter.beat, BEAT_MS).unref()
 */
export function stallMeter({ now, processorMs }: StallMeterOptions): StallMeter {
  let stalledMs = 0
  let last = { at: now(), used: processorMs() }
  return {
    beat() {
      const next = { at: now(), used: processorMs() }
      const stalled = next.at - last.at - BEAT_MS - (next.used - last.used)
      last = next
      if (stalled > LEAST_MS) stalledMs += stalled
      return stalledMs
    },
  }
}

/** Returns the CPU time of all threads of this process, in milliseconds. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
