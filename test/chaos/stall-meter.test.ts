import { describe, expect, it } from 'vitest'
import { BEAT_MS, processorMs, stallMeter } from '../../chaos/stall-meter.ts'

describe('stallMeter', () => {
  const metered = () => {
    const at = { now: 0, used: 0 }
    const meter = stallMeter({ now: () => at.now, processorMs: () => at.used })
    const beatAfter = (ms: number, usedMs: number): number => {
      at.now += ms
      at.used += usedMs
      return meter.beat()
    }
    return beatAfter
  }

  it('counts no stall while beats are on time or a little late', () => {
    const beatAfter = metered()
    expect([beatAfter(BEAT_MS, 1), beatAfter(BEAT_MS + 5, 0), beatAfter(BEAT_MS + 20, 0)]).toEqual([0, 0, 0])
  })

  it('counts the time in which the process did not run as a stall', () => {
    const beatAfter = metered()
    expect(beatAfter(BEAT_MS + 6000, 0)).toBe(6000)
    expect(beatAfter(BEAT_MS, 0)).toBe(6000)
    expect(beatAfter(BEAT_MS + 100, 0)).toBe(6100)
  })

  it('does not count the time in which the process used the CPU as a stall', () => {
    const beatAfter = metered()
    expect(beatAfter(BEAT_MS + 3000, 3000)).toBe(0)
    expect(beatAfter(BEAT_MS + 1000, 400)).toBe(600)
  })

  it('processorMs returns the CPU time of this process, which grows while the process computes', () => {
    const before = processorMs()
    for (let round = 0; round < 1_000_000; round += 1) JSON.stringify(round)
    expect(processorMs()).toBeGreaterThan(before)
  })
})
