import { describe, expect, it } from 'vitest'
import type { Evidence } from '../../chaos/evidence.ts'
import { judge } from '../../chaos/judge.ts'
import type { Attempt } from '../../chaos/pool.ts'
import type { Passed } from '../../chaos/proxy.ts'
import { POOL, type User } from '../../chaos/users.ts'

const ann: User = { index: 0, kind: 'member', sub: '6c4a1d9e-2b57-4f80-9a3c-71e05d8b24f6', email: 'ann@example.com' }

const mail = (at: number, more: Partial<Passed> = {}): Passed => ({
  action: 'SendEmail',
  about: ann.email,
  at,
  fault: undefined,
  status: 200,
  actedAt: at + 1,
  answered: 'whole',
  ...more,
})
const mark = (at: number, more: Partial<Passed> = {}): Passed => ({
  ...mail(at, more),
  action: 'UpdateItem',
  about: `chaos-effects ${POOL}#${ann.sub}#send-welcome-email`,
})
const attempt = (startedAt: number, endedAt: number, more: Partial<Attempt> = {}): Attempt => ({
  name: 'post-confirmation',
  sub: ann.sub,
  startedAt,
  endedAt,
  ending: { kind: 'returned', json: '{}', ms: endedAt - startedAt },
  frozen: false,
  ...more,
})

/** One user with whom all went well, but for what is given. */
const evidence = (more: Partial<Evidence> = {}): Evidence => ({
  cutOff: 'at-least-once',
  journeys: [{ user: ann, confirmed: true, wronglyApproved: 0, turnedAway: false }],
  gone: new Map(),
  attempts: [attempt(0, 100)],
  crashes: 0,
  dynamodb: [mark(5), mark(60)],
  ses: [mail(50)],
  profiles: [{ pk: `${POOL}#${ann.sub}`, sub: ann.sub }],
  effects: [{ sub: ann.sub, state: 'done' }],
  ...more,
})
const brokenIn = (more: Partial<Evidence>) =>
  judge(evidence(more))
    .promises.filter(({ broken }) => broken > 0)
    .map(({ name }) => name)
const excusesIn = (more: Partial<Evidence>) => [...judge(evidence({ ses: [mail(50), mail(500)], ...more })).mails.twice.keys()]

describe('the judgement of a run', () => {
  it.each(['at-least-once', 'at-most-once'] as const)('finds nothing where all went well, with %s', (cutOff) => {
    expect(brokenIn({ cutOff })).toEqual([])
  })

  it('finds a profile that is missing', () => {
    expect(brokenIn({ profiles: [] })).toEqual(['profiles missing'])
  })

  it('finds an event of which nothing is left', () => {
    expect(brokenIn({ profiles: [], effects: [], ses: [] })).toEqual(['profiles missing', 'mails missing', 'events lost'])
  })

  it('finds a mail that is missing although the ledger says it is done', () => {
    expect(brokenIn({ ses: [] })).toEqual(['mails missing'])
    expect(brokenIn({ ses: [], cutOff: 'at-most-once' })).toEqual(['mails not sent and not on record'])
  })

  it.each(['unknown', 'failed'])('takes a mail that was not sent for on record when it is %s, with at-most-once', (state) => {
    expect(brokenIn({ ses: [], cutOff: 'at-most-once', effects: [{ sub: ann.sub, state }] })).toEqual([])
  })

  it('does not take a mail that SES refused for one that it accepted', () => {
    expect(brokenIn({ ses: [mail(50, { status: 400 })] })).toEqual(['mails missing'])
  })

  it('finds any second mail with at-most-once', () => {
    const ses = [mail(50, { answered: 'none' }), mail(500)]
    expect(brokenIn({ ses, cutOff: 'at-most-once' })).toEqual(['mails twice'])
  })

  it('finds a second mail without an excuse with at-least-once', () => {
    expect(brokenIn({ ses: [mail(50), mail(500)] })).toEqual(['mails twice without an excuse'])
  })

  it.each([
    ['the answer to the first was lost', { ses: [mail(50, { answered: 'none' }), mail(500)] }],
    ['the answer to the first was lost', { ses: [mail(50, { answered: 'left' }), mail(500)] }],
    ['the process was killed after the first', { attempts: [attempt(0, 100, { ending: { kind: 'crashed' } })] }],
    ['the process stood still after the first', { attempts: [attempt(0, 9000, { frozen: true })] }],
    ['the mark of the first was lost', { dynamodb: [mark(60, { fault: 'status500', status: undefined })] }],
  ] satisfies readonly (readonly [string, Partial<Evidence>])[])('excuses a second mail with at-least-once when %s', (because, more) => {
    expect(excusesIn(more)).toEqual([because])
    expect(brokenIn({ ses: [mail(50), mail(500)], ...more })).toEqual([])
  })

  it('does not excuse it by a process that was killed before the first, nor by a slow mark', () => {
    expect(excusesIn({ attempts: [attempt(0, 40, { ending: { kind: 'crashed' } }), attempt(45, 100)] })).toEqual([])
    expect(excusesIn({ dynamodb: [mark(60, { fault: 'latency' })] })).toEqual([])
  })

  it('tells apart a mail that was lost with the only process that knew of it', () => {
    const killed = { attempts: [attempt(0, 100, { ending: { kind: 'crashed' } })], ses: [], effects: [] } satisfies Partial<Evidence>
    expect(brokenIn(killed)).toEqual([])
    expect(judge(evidence(killed)).killedBefore).toBe(1)
    expect(brokenIn({ ...killed, attempts: [...killed.attempts, attempt(200, 300)] })).toEqual(['mails missing'])
  })

  it('finds an invocation past the deadline, but not in a process that stood still', () => {
    const slow = { ending: { kind: 'returned', json: '{}', ms: 5001 } } satisfies Partial<Attempt>
    expect(brokenIn({ attempts: [attempt(0, 5001, slow)] })).toEqual(['invocations past the deadline'])
    expect(brokenIn({ attempts: [attempt(0, 9000, { ...slow, frozen: true })] })).toEqual([])
  })

  it('finds mails to users who were gone, and to somebody who was denied', () => {
    expect(brokenIn({ gone: new Map([[ann.sub, 40]]) })).toEqual(['mails to users who were gone'])
    expect(brokenIn({ gone: new Map([[ann.sub, 60]]) })).toEqual([])
    const journeys = [{ user: ann, confirmed: false, wronglyApproved: 1, turnedAway: false }]
    expect(brokenIn({ journeys })).toEqual(['mails to somebody who was denied', 'approvals that a rule had denied'])
  })

  it('finds what is pending still, what is kept in vain, and a process that ended by itself', () => {
    expect(brokenIn({ effects: [{ sub: ann.sub, state: 'pending' }] })).toEqual(['effects left pending'])
    expect(brokenIn({ effects: [{ sub: ann.sub, state: 'done', event: '{}' }] })).toEqual(['personal data kept of what is done'])
    expect(brokenIn({ crashes: 1 })).toEqual(['processes that ended by themselves'])
  })
})
