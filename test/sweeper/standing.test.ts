import { describe, expect, it } from 'vitest'
import type { Effects } from '../../src/shared/ledger/dynamo-effects.ts'
import type { EffectItem } from '../../src/shared/ledger/effect-item.ts'
import { countParked } from '../../src/sweeper/standing.ts'

const item: EffectItem = {
  userPoolId: 'eu-west-1_Example',
  sub: 'sub',
  effect: 'mail',
  state: 'failed',
  cutOff: 'at-most-once',
  token: undefined,
  attempt: 8,
  dueAt: undefined,
  event: undefined,
  reason: undefined,
}
const holding = (failed: number, unknown: number): Pick<Effects, 'list'> => ({
  async *list(state) {
    for (let left = state === 'failed' ? failed : unknown; left > 0; left -= 1) yield item
  },
})

describe('what waits for a person', () => {
  it('is counted by state', async () => {
    expect(await countParked(holding(3, 2), () => 1000)).toEqual({ failed: 3, unknown: 2 })
  })

  it('is not counted at all where the time is too short for all of it', async () => {
    const times = [1, 1, 0]
    expect(await countParked(holding(3, 2), () => times.shift() ?? 0)).toBeUndefined()
  })
})
