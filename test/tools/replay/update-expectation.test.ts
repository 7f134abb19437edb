import { describe, expect, it } from 'vitest'
import { type Actual, compare } from '../../../src/tools/replay/compare.ts'
import type { SideEffects } from '../../../src/tools/replay/embedded.ts'
import type { Expectation } from '../../../src/tools/replay/expectation.ts'
import { updateExpectation } from '../../../src/tools/replay/update-expectation.ts'

const mail = {
  messageId: '0100-random',
  at: '2026-01-01T00:00:00.000Z',
  from: '"Example" <welcome@example.com>',
  to: ['mary@example.com'],
  cc: [],
  bcc: [],
  replyTo: ['help@example.com', 'desk@example.com'],
  subject: 'Welcome',
  html: '<p>Hello Mary</p>',
}
const mary = { pk: 'random', userName: 'mary', signInCount: 2, attributes: { email: 'mary@example.com', locale: 'en' } }
const effects: SideEffects = {
  tables: new Map([
    ['profiles', [mary]],
    ['effects', [{ pk: 'welcome' }]],
    ['orders', [{ id: 1 }, { id: 2 }]],
  ]),
  names: { blocks: 'blocks', profiles: 'profiles', effects: 'effects', limits: 'limits' },
  mails: [mail],
  texts: [],
}
const actual: Actual = { outcome: 'proceed', decidedBy: null, reason: null, response: {}, failedRules: [], effects }

describe('updateExpectation', () => {
  it('writes the decision and the effects into a new expectation, without ids and times', () => {
    expect(updateExpectation(undefined, actual)).toEqual({
      outcome: 'proceed',
      decidedBy: null,
      reason: null,
      effects: { profiles: 1, mails: [{ to: 'mary@example.com', subject: 'Welcome' }], rows: { orders: 2 } },
    })
  })

  it('leaves out the effects of an event that has none, and the rules of a handler that logs no decision', () => {
    const none = { ...effects, tables: new Map(), mails: [] }
    expect(updateExpectation(undefined, { ...actual, effects: none, failedRules: null })).toEqual({ outcome: 'proceed' })
  })

  it('changes only the values of the keys that an existing expectation has', () => {
    const existing: Expectation = { reason: 'other', outcome: 'denied', effects: { mails: 0 } }
    const updated = updateExpectation(existing, actual)
    expect(updated).toEqual({ reason: null, outcome: 'proceed', effects: { mails: 1 } })
    expect(Object.keys(updated ?? {})).toEqual(['reason', 'outcome', 'effects'])
  })

  it('writes and updates text messages', () => {
    const text = { messageId: '1', to: '+491701234567', text: 'Your code is 123456', at: '2026-01-01T00:00:00.000Z' }
    const sent = { ...actual, effects: { ...effects, texts: [text] } }
    expect(updateExpectation(undefined, sent)?.effects?.texts).toEqual([{ to: text.to, text: text.text }])
    expect(updateExpectation({ effects: { texts: 0 } }, sent)).toEqual({ effects: { texts: 1 } })
    expect(updateExpectation({ effects: { texts: [] } }, sent)).toEqual({ effects: { texts: [{ to: text.to, text: text.text }] } })
  })

  it('keeps the fields that expected emails and rows name', () => {
    const existing: Expectation = {
      effects: {
        mails: [{ replyTo: 'help@example.com', subject: 'Hello' }],
        profiles: [{ signInCount: 1, attributes: { locale: 'de', gone: true } }],
        rows: { orders: [{ id: 1 }], invoices: 3 },
      },
    }
    const updated = updateExpectation(existing, actual)
    expect(updated).toEqual({
      effects: {
        mails: [{ replyTo: ['help@example.com', 'desk@example.com'], subject: 'Welcome' }],
        profiles: [{ signInCount: 2, attributes: { locale: 'en' } }],
        rows: { orders: [{ id: 1 }, { id: 2 }], invoices: 0 },
      },
    })
    expect(compare(updated ?? {}, actual)).toEqual([])
  })

  it('keeps a list that the result meets in another order', () => {
    const existing: Expectation = { effects: { rows: { orders: [{ id: 2 }, { id: 1 }] } } }
    expect(updateExpectation(existing, actual)).toEqual(existing)
  })

  it('keeps an excerpt, because only a person can choose one', () => {
    const existing: Expectation = { effects: { mails: [{ subject: 'Hello', html: 'Hello Eve' }] } }
    const updated = updateExpectation(existing, actual)
    expect(updated).toEqual({ effects: { mails: [{ subject: 'Welcome', html: 'Hello Eve' }] } })
    expect(compare(updated ?? {}, actual)).toEqual(['expected mails[0].html to contain Hello Eve, got <p>Hello Mary</p>'])
  })

  it('keeps expected effects and rules that are unknown', () => {
    const existing: Expectation = { outcome: 'denied', decidedBy: 'a', effects: { mails: 2 } }
    const { effects: _, ...unknown } = actual
    expect(updateExpectation(existing, { ...unknown, failedRules: null })).toEqual({ ...existing, outcome: 'proceed' })
  })

  it.each<readonly [string, Expectation | undefined, Partial<Actual>]>([
    ['a handler that did not run', undefined, { outcome: null }],
    ['a failure', undefined, { outcome: 'failed' }],
    ['a failure of a handler that was expected to proceed', { outcome: 'proceed' }, { outcome: 'failed' }],
    ['a failed rule', { outcome: 'proceed' }, { failedRules: ['sync-profile'] }],
    ['a second failed rule', { failedRules: ['sync-profile'] }, { failedRules: ['send-welcome-email', 'sync-profile'] }],
  ])('does not record %s', (_, existing, result) => {
    expect(updateExpectation(existing, { ...actual, ...result })).toBeUndefined()
  })

  it('records a failure that is expected already', () => {
    const failed = { ...actual, outcome: 'failed', reason: 'TypeError', failedRules: ['a'] } as const
    expect(updateExpectation({ outcome: 'failed', reason: 'Error' }, failed)).toEqual({ outcome: 'failed', reason: 'TypeError' })
    expect(updateExpectation({ failedRules: ['a', 'b'] }, { ...actual, failedRules: ['a'] })).toEqual({ failedRules: ['a'] })
  })
})
