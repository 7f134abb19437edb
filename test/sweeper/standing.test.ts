import { describe, expect, it } from 'vitest'
import type { Effects } from '../../src/shared/ledger/dynamo-effects.ts'
import { countParked } from '../../src/sweeper/standing.ts'

const { signal } = new AbortController()

/** Counts in these parts, and fails after them where there is an error. */
const holding = (failed: readonly (number | Error)[], unknown: readonly (number | Error)[]): Pick<Effects, 'count'> => ({
  async *count(state) {
    for (const part of state === 'failed' ? failed : unknown) {
      if (part instanceof Error) throw part
      yield part
    }
  },
})

describe('what waits for a person', () => {
  it('is counted by state, part by part', async () => {
    expect(await countParked(holding([3, 4], [2]), signal)).toEqual({ failed: 7, unknown: 2 })
    expect(await countParked(holding([0], [0]), signal)).toEqual({ failed: 0, unknown: 0 })
  })

  it('is counted as far as it can be read, since too few still is an alarm', async () => {
    expect(await countParked(holding([3, new Error('The time is over')], [1]), signal)).toEqual({ failed: 3, unknown: 1 })
  })

  it('is not said to be none where nothing could be read', async () => {
    expect(await countParked(holding([new Error('down')], [0, new Error('down')]), signal)).toEqual({})
  })
})
