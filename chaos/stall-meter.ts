/** Measures for how long a process was kept from running. */
export interface StallMeter {
  /** To be called often: what happens between two calls is one stall at most. Tells the milliseconds so far. */
  readonly beat: () => number
}

/** What it measures with, in milliseconds: a monotonic clock, and the processor time that this process has used. */
export interface StallMeterOptions {
  readonly now: () => number
  readonly processorMs: () => number
}

/** How often to call. */
export const BEAT_MS = 20

// Timers are late by a few milliseconds on an idle machine, too.
const LEAST_MS = 25

/**
 * Tells what the machine did from what a handler did: where a beat is late the process did not run, or it was busy. Only the
 * part in which it used no processor time counts as a stall, so that a handler which computes for seconds is not excused.
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

/** What this process has used on all its threads. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
