import { expect, it } from 'vitest'
import { compare } from '../../../src/tools/replay/expectation.ts'

const actual = {
  outcome: 'proceed',
  decidedBy: null,
  reason: null,
  response: { autoConfirmUser: false },
  traced: true,
  effects: { profiles: 1, mails: 0 },
}

it('compares what is expected and nothing else', () => {
  expect(compare({}, actual)).toEqual([])
  expect(compare({ outcome: 'proceed', decidedBy: null, response: { autoConfirmUser: false } }, actual)).toEqual([])
})

it('says what differs', () => {
  const expected = { outcome: 'denied', decidedBy: 'a', reason: 'b', response: {}, effects: { profiles: 2, mails: 0 } }
  expect(compare(expected, actual)).toEqual([
    'expected outcome denied, got proceed',
    'expected decidedBy a, got null',
    'expected reason b, got null',
    'expected response {}, got {"autoConfirmUser":false}',
    'expected profiles 2, got 1',
  ])
})

it('cannot compare who decided where nobody told', () => {
  expect(compare({ outcome: 'proceed', decidedBy: 'a', reason: 'b' }, { ...actual, traced: false })).toEqual([])
  expect(compare({ outcome: 'denied', decidedBy: 'a' }, { ...actual, traced: false })).toEqual(['expected outcome denied, got proceed'])
})

it('cannot compare effects that nobody counted', () => {
  const { effects: _, ...uncounted } = actual
  expect(compare({ effects: { mails: 3 } }, uncounted)).toEqual([])
})
