import { describe, expect, it } from 'vitest'
import { effectPk, readEffectItem } from '../../../src/shared/ledger/effect-item.ts'

describe('readEffectItem', () => {
  it('reads what stands in the table', () => {
    const event = { userPoolId: 'pool' }
    const item = {
      ...{ pk: 'pool#sub#mail', userPoolId: 'pool', sub: 'sub', effect: 'mail', state: 'pending', cutOff: 'at-least-once' },
      ...{ token: 'token', attempt: 3, dueAt: '2026-05-01T12:00:00.000Z', event: JSON.stringify(event), reason: 'Throttling' },
    }
    expect(readEffectItem(item)).toEqual({
      ...{ userPoolId: 'pool', sub: 'sub', effect: 'mail', state: 'pending', cutOff: 'at-least-once' },
      ...{ token: 'token', attempt: 3, dueAt: new Date('2026-05-01T12:00:00.000Z'), event, reason: 'Throttling' },
    })
  })

  it.each(['done', 'unknown', 'failed'])('reads what is settled: %s', (state) => {
    const item = readEffectItem({ userPoolId: 'pool', sub: 'sub', effect: 'mail', state, cutOff: 'at-most-once' })
    expect(item).toMatchObject({ state, cutOff: 'at-most-once', attempt: 0 })
    expect([item.token, item.dueAt, item.event, item.reason]).toEqual([undefined, undefined, undefined, undefined])
  })

  it('reads the rest of an item whose event was spoilt by hand', () => {
    expect(readEffectItem({ effect: 'mail', event: '{' })).toMatchObject({ effect: 'mail', event: undefined })
  })

  it('takes what it does not know for what is not done, and must not happen twice', () => {
    expect(readEffectItem({ state: 'new', cutOff: 'sometimes' })).toMatchObject({ state: 'pending', cutOff: 'at-most-once' })
  })
})

describe('effectPk', () => {
  it('keeps pools, users and effects apart', () => {
    expect(effectPk({ userPoolId: 'pool', sub: 'sub', effect: 'mail:birthday' })).toBe('pool#sub#mail:birthday')
  })
})
