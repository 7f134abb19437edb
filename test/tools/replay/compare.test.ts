import { describe, expect, it } from 'vitest'
import { type Actual, compare, findFailedRules } from '../../../src/tools/replay/compare.ts'
import type { SideEffects } from '../../../src/tools/replay/embedded.ts'
import type { TracedRule } from '../../../src/tools/replay/rule-trace.ts'

const welcome = {
  messageId: '1',
  at: '2026-01-01T00:00:00.000Z',
  from: '"Example" <welcome@example.com>',
  to: ['mary@example.com'],
  cc: [],
  bcc: [],
  replyTo: [],
  subject: 'Welcome to Example',
  text: 'Hello Mary',
  html: '<p>Hello Mary</p>',
}
const mary = { pk: 'pool#mary', userName: 'mary', attributes: { email: 'mary@example.com', locale: 'en' } }
const effects: SideEffects = {
  tables: new Map([
    ['profiles', [mary]],
    ['orders', [{ id: 1 }, { id: 2, tags: ['a', 'b'] }]],
  ]),
  names: { blocks: 'blocks', profiles: 'profiles', effects: 'effects', limits: 'limits' },
  mails: [welcome],
  texts: [{ messageId: '1', to: '+491701234567', text: 'Your code is 123456', at: '2026-01-01T00:00:00.000Z' }],
}
const actual: Actual = {
  outcome: 'proceed',
  decidedBy: null,
  reason: null,
  response: { autoConfirmUser: false },
  failedRules: [],
  effects,
}

describe('compare', () => {
  it('checks only the keys that the expectation contains', () => {
    expect(compare({}, actual)).toEqual([])
    expect(compare({ outcome: 'proceed', decidedBy: null, response: { autoConfirmUser: false } }, actual)).toEqual([])
  })

  it('returns a line for each difference', () => {
    const expected = { outcome: 'denied', decidedBy: 'a', reason: 'b', response: {}, effects: { profiles: 2, mails: 1 } } as const
    expect(compare(expected, actual)).toEqual([
      'expected outcome denied, got proceed',
      'expected decidedBy a, got null',
      'expected reason b, got null',
      'expected response {}, got {"autoConfirmUser":false}',
      'expected profiles 2, got 1',
    ])
  })

  it('ignores decidedBy, reason and failedRules if the handler logged no decision', () => {
    const untraced = { ...actual, failedRules: null }
    expect(compare({ outcome: 'proceed', decidedBy: 'a', reason: 'b', failedRules: ['c'] }, untraced)).toEqual([])
    expect(compare({ outcome: 'denied', decidedBy: 'a' }, untraced)).toEqual(['expected outcome denied, got proceed'])
  })

  it('ignores the expected effects if the actual effects are unknown', () => {
    const { effects: _, ...unknown } = actual
    expect(compare({ effects: { mails: 3 } }, unknown)).toEqual([])
  })

  it('reports a failed rule unless the expectation names it', () => {
    const failed = { ...actual, failedRules: ['send-welcome-email'] }
    expect(compare({ outcome: 'proceed' }, failed)).toEqual(['expected no rule to fail, got send-welcome-email'])
    expect(compare({ failedRules: [] }, failed)).toEqual(['expected failedRules [], got ["send-welcome-email"]'])
    expect(compare({ failedRules: ['send-welcome-email'] }, failed)).toEqual([])
    expect(compare({ failedRules: ['send-welcome-email'] }, actual)).toEqual(['expected failedRules ["send-welcome-email"], got []'])
  })

  it('does not report the failed rule of a handler that failed as expected', () => {
    expect(compare({ outcome: 'failed' }, { ...actual, outcome: 'failed', failedRules: ['block-users'] })).toEqual([])
  })
})

describe('compare with expected text messages', () => {
  it.each([
    [1, []],
    [[{ to: '+491701234567', text: '123456' }], []],
    [[{ to: '+12065550100' }], ['expected texts[0].to +12065550100, got +491701234567']],
    [[{ text: '654321' }], ['expected texts[0].text 654321, got Your code is 123456']],
    [[], ['expected no other item in texts, got "Your code is 123456" to +491701234567']],
  ])('compares %j', (texts, differences) => {
    expect(compare({ effects: { texts } }, actual)).toEqual(differences)
  })
})

describe('compare with expected emails', () => {
  const compareMails = (mails: number | readonly object[], got: SideEffects['mails'] = [welcome]): readonly string[] =>
    compare({ effects: { mails } }, { ...actual, effects: { ...effects, mails: got } })

  it.each([
    [{ to: 'mary@example.com', subject: 'Welcome to Example' }],
    [{ to: ['mary@example.com'], replyTo: [], from: 'welcome@example.com' }],
    [{ from: '"Example" <welcome@example.com>', html: '<p>Hello', text: 'Mary' }],
    [{}],
  ])('accepts the fields %j', (fields) => {
    expect(compareMails([fields])).toEqual([])
  })

  it.each([
    [{ to: 'eve@example.com' }, ['expected mails[0].to eve@example.com, got mary@example.com']],
    [
      { to: ['mary@example.com', 'eve@example.com'] },
      ['expected mails[0].to ["mary@example.com","eve@example.com"], got ["mary@example.com"]'],
    ],
    [{ from: 'come@example.com' }, ['expected mails[0].from come@example.com, got "Example" <welcome@example.com>']],
    [{ replyTo: 'help@example.com' }, ['expected mails[0].replyTo help@example.com, got []']],
    [
      { subject: 'Welcome', html: 'Eve' },
      ['expected mails[0].subject Welcome, got Welcome to Example', 'expected mails[0].html to contain Eve, got <p>Hello Mary</p>'],
    ],
  ])('names the fields of %j that differ', (fields, lines) => {
    expect(compareMails([fields])).toEqual(lines)
  })

  it('reports an email that is missing and an email that is not expected', () => {
    expect(compareMails([{ subject: 'Hello' }], [])).toEqual(['expected mails[0] {"subject":"Hello"}, got none'])
    expect(compareMails([])).toEqual(['expected no other item in mails, got "Welcome to Example" to mary@example.com'])
  })

  it('matches emails in any order, and each email only once', () => {
    const [toAnn, toBob] = ['ann', 'bob'].map((name) => ({ ...welcome, to: [`${name}@example.com`] }))
    if (toAnn === undefined || toBob === undefined) throw new Error('unreachable')
    const both = [{ subject: 'Welcome to Example' }, { to: 'ann@example.com' }]
    expect(compareMails(both, [toAnn, toBob])).toEqual([])
    expect(compareMails(both, [toBob, toAnn])).toEqual([])
    expect(compareMails([{ to: 'ann@example.com' }, { to: 'ann@example.com' }], [toAnn, toBob])).toEqual([
      'expected mails[1].to ann@example.com, got bob@example.com',
    ])
  })
})

describe('compare with expected rows', () => {
  it('compares only the expected fields, at any depth', () => {
    expect(compare({ effects: { profiles: [{ userName: 'mary', attributes: { locale: 'en' } }] } }, actual)).toEqual([])
    expect(compare({ effects: { profiles: [{ attributes: { locale: 'de', name: 'Mary' } }] } }, actual)).toEqual([
      'expected profiles[0].attributes.locale de, got en',
      'expected profiles[0].attributes.name Mary, got nothing',
    ])
  })

  it('compares the rows of any table', () => {
    expect(compare({ effects: { rows: { orders: 2, invoices: 0 } } }, actual)).toEqual([])
    expect(compare({ effects: { rows: { orders: [{ id: 2, tags: ['a', 'b'] }, { id: 1 }] } } }, actual)).toEqual([])
    expect(compare({ effects: { rows: { orders: [{ id: 2 }], invoices: 1 } } }, actual)).toEqual([
      'expected no other item in rows.orders, got {"id":1}',
      'expected rows.invoices 1, got 0',
    ])
  })
})

describe('findFailedRules', () => {
  const logged = (path: string, rule: string, outcome: string, more: Partial<TracedRule> = {}): TracedRule => ({
    rule,
    path,
    outcome,
    reason: null,
    ms: 1,
    ...more,
  })

  it('names the innermost rule that failed, also inside `failOpen`', () => {
    const trace = [
      logged('0', 'parallel', 'error'),
      logged('0.0', 'sync-profile', 'done'),
      logged('0.1', 'send-welcome-email', 'error'),
      logged('1', 'fail-open', 'skip'),
      logged('1.0', 'audit', 'error'),
    ]
    expect(findFailedRules(trace)).toEqual(['audit', 'send-welcome-email'])
  })

  it('leaves out rules in `shadow`', () => {
    expect(findFailedRules([logged('0', 'shadow', 'skip'), logged('0.0', 'new-rule', 'error', { shadow: true })])).toEqual([])
  })
})
