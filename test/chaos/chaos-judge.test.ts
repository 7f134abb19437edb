import { describe, expect, it } from 'vitest'
import type { Evidence } from '../../chaos/evidence.ts'
import { judge } from '../../chaos/judge.ts'
import type { Attempt } from '../../chaos/pool.ts'
import type { Ending } from '../../chaos/process.ts'
import type { Passed } from '../../chaos/proxy.ts'
import type { Row } from '../../chaos/stage.ts'
import { POOL, type User } from '../../chaos/users.ts'

const ann: User = { index: 0, kind: 'member', sub: '6c4a1d9e-2b57-4f80-9a3c-71e05d8b24f6', email: 'ann@example.com' }
const vera: User = { index: 1, kind: 'veteran', sub: 'b0f7e3d2-91c4-4a65-8d1e-3f2a7c5906eb', email: 'vera@example.com' }

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
const returned = (ms: number, stalledMs = 0): Ending => ({ kind: 'returned', json: '{}', took: { ms, stalledMs } })
const stoodStill = { frozen: true, ending: returned(9000, 6000) } satisfies Partial<Attempt>
const attempt = (startedAt: number, endedAt: number, more: Partial<Attempt> = {}): Attempt => ({
  name: 'post-confirmation',
  sub: ann.sub,
  startedAt,
  endedAt,
  ending: returned(endedAt - startedAt),
  frozen: false,
  ...more,
})

const createProfile = ({ sub }: User): Row => ({ pk: `${POOL}#${sub}`, sub })

const sweeper = (startedAt: number, endedAt: number, more: Partial<Attempt> = {}): Attempt => ({
  ...attempt(startedAt, endedAt, more),
  name: 'sweeper',
  sub: 'sweeper',
})

/** A member and somebody from before, with whom all went well, but for what is given. */
const evidence = (more: Partial<Evidence> = {}): Evidence => ({
  delivery: 'at-least-once',
  journeys: [
    { user: ann, confirmed: true, wronglyApproved: 0, turnedAway: false },
    { user: vera, confirmed: false, wronglyApproved: 0, turnedAway: false },
  ],
  gone: new Map(),
  attempts: [attempt(0, 100)],
  crashes: 0,
  dynamodb: [mark(5), mark(60)],
  ses: [mail(50)],
  cognito: [],
  profiles: [createProfile(ann), createProfile(vera)],
  effects: [{ sub: ann.sub, state: 'done' }],
  ...more,
})
const listBroken = (more: Partial<Evidence>) =>
  judge(evidence(more))
    .promises.filter(({ broken }) => broken > 0)
    .map(({ name }) => name)
const listReasons = (more: Partial<Evidence>) => [...judge(evidence(more)).mails.unknown.keys()]
const listExcuses = (more: Partial<Evidence>) => [...judge(evidence({ ses: [mail(50), mail(500)], ...more })).mails.twice.keys()]

describe('the judgement of a run', () => {
  it.each(['at-least-once', 'at-most-once'] as const)('finds nothing where all went well, with %s', (delivery) => {
    expect(listBroken({ delivery })).toEqual([])
  })

  it('finds a profile that is missing', () => {
    expect(listBroken({ profiles: [createProfile(vera)] })).toEqual(['profiles missing', 'events lost'])
  })

  it('finds that the profile of somebody from before is missing, who has no event that could be lost', () => {
    expect(listBroken({ profiles: [createProfile(ann)] })).toEqual(['profiles missing'])
  })

  it('finds an event of which nothing is left', () => {
    expect(listBroken({ profiles: [createProfile(vera)], effects: [], ses: [] })).toEqual([
      'profiles missing',
      'mails missing',
      'events lost',
    ])
  })

  it('finds an event of which a profile alone is left, with either way of a cut-off', () => {
    expect(listBroken({ effects: [], ses: [] })).toEqual(['mails missing', 'events lost'])
    expect(listBroken({ effects: [], ses: [], delivery: 'at-most-once' })).toEqual(['mails not sent and not on record', 'events lost'])
  })

  it('excuses no mail that is missing by a process that was killed: the next sign-in heals it', () => {
    const killed = { attempts: [attempt(0, 100, { ending: { kind: 'crashed' } })], ses: [], effects: [] } satisfies Partial<Evidence>
    expect(listBroken(killed)).toEqual(['mails missing', 'events lost'])
    expect(listBroken({ ...killed, delivery: 'at-most-once' })).toEqual(['mails not sent and not on record', 'events lost'])
  })

  it('finds a mail that is missing although the ledger says it is done', () => {
    expect(listBroken({ ses: [] })).toEqual(['mails missing', 'events lost'])
    expect(listBroken({ ses: [], delivery: 'at-most-once' })).toEqual(['mails not sent and not on record', 'events lost'])
  })

  it('takes a mail that was not sent for on record when it becomes a dead letter, or unknown with at-most-once', () => {
    const deadLetter = { ses: [], effects: [{ sub: ann.sub, state: 'failed' }] }
    expect(listBroken(deadLetter)).toEqual([])
    expect(listBroken({ ...deadLetter, delivery: 'at-most-once' })).toEqual([])
    const unknown = { ses: [mail(50, { status: undefined })], effects: [{ sub: ann.sub, state: 'unknown' }] }
    expect(listBroken(unknown)).toEqual(['mails missing'])
    expect(listBroken({ ...unknown, delivery: 'at-most-once' })).toEqual([])
  })

  it('does not take a mail that SES refused for one that it accepted', () => {
    expect(listBroken({ ses: [mail(50, { status: 400 })] })).toEqual(['mails missing', 'events lost'])
  })

  it('finds any second mail with at-most-once', () => {
    const ses = [mail(50, { answered: 'none' }), mail(500)]
    expect(listBroken({ ses, delivery: 'at-most-once' })).toEqual(['mails twice'])
  })

  it('finds a second mail without an excuse with at-least-once', () => {
    expect(listBroken({ ses: [mail(50), mail(500)] })).toEqual(['mails twice without an excuse'])
  })

  it.each([
    ['the answer to the first was lost', { ses: [mail(50, { answered: 'none' }), mail(500)] }],
    ['the answer to the first was lost', { ses: [mail(50, { answered: 'left' }), mail(500)] }],
    ['the process was killed after the first', { attempts: [attempt(0, 100, { ending: { kind: 'crashed' } })] }],
    ['the process stood still after the first', { attempts: [attempt(0, 9000, stoodStill)] }],
    ['the mark of the first was lost', { dynamodb: [mark(60, { fault: 'status500', status: undefined })] }],
  ] satisfies readonly (readonly [string, Partial<Evidence>])[])('excuses a second mail with at-least-once when %s', (because, more) => {
    expect(listExcuses(more)).toEqual([because])
    expect(listBroken({ ses: [mail(50), mail(500)], ...more })).toEqual([])
  })

  it('does not excuse it by a process that was killed before the first, nor by a slow mark', () => {
    expect(listExcuses({ attempts: [attempt(0, 40, { ending: { kind: 'crashed' } }), attempt(45, 100)] })).toEqual([])
    expect(listExcuses({ dynamodb: [mark(60, { fault: 'latency' })] })).toEqual([])
  })

  it('does not excuse it by the profile that met with a fault, which is no mark', () => {
    const profile = { ...mark(60, { fault: 'status500', status: undefined }), about: `chaos-profiles ${POOL}#${ann.sub}` } satisfies Passed
    expect(listExcuses({ dynamodb: [profile] })).toEqual([])
  })

  it('finds a mail on record as unknown that nothing explains', () => {
    const unexplained = { delivery: 'at-most-once', ses: [], effects: [{ sub: ann.sub, state: 'unknown' }] } satisfies Partial<Evidence>
    expect(listBroken(unexplained)).toEqual(['mails unknown without a reason'])
    expect(listReasons(unexplained)).toEqual(['without a reason'])
    const elsewhere = [
      attempt(0, 100, { sub: vera.sub, ending: { kind: 'crashed' } }),
      attempt(0, 100, { name: 'pre-auth', ending: { kind: 'crashed' } }),
      sweeper(0, 70, { ending: returned(70) }),
      sweeper(200, 300, { ending: { kind: 'crashed' } }),
    ]
    expect(listBroken({ ...unexplained, attempts: elsewhere })).toEqual(['mails unknown without a reason'])
  })

  it('does not explain it by a late write of which somebody had the answer, nor by a sweep before the last', () => {
    const crashed = sweeper(40, 55, { ending: { kind: 'crashed' } })
    const unexplained = { delivery: 'at-most-once', ses: [], effects: [{ sub: ann.sub, state: 'unknown' }] } satisfies Partial<Evidence>
    expect(listReasons({ ...unexplained, attempts: [crashed], dynamodb: [mark(60)] })).toEqual(['without a reason'])
    const attempts = [crashed, sweeper(57, 70, { ending: returned(70) })]
    expect(listReasons({ ...unexplained, attempts, dynamodb: [mark(60, { answered: 'left' })] })).toEqual(['without a reason'])
  })

  it.each([
    ['SES did not say', { ses: [mail(50, { fault: 'hang', status: undefined, answered: 'none' })] }],
    ['SES did not say', { ses: [mail(50, { fault: 'throttling', status: undefined }), mail(90, { fault: 'reset', status: undefined })] }],
    ['SES accepted it', { ses: [mail(50, { fault: 'reset', status: undefined }), mail(90)] }],
    ['SES refused it', { ses: [mail(50, { fault: 'throttling', status: undefined })] }],
    ['the process that had the event was killed or stood still', { attempts: [attempt(0, 100, { ending: { kind: 'crashed' } })] }],
    ['the process that had the event was killed or stood still', { attempts: [attempt(0, 9000, stoodStill)] }],
    ['the process that swept was killed or stood still', { attempts: [attempt(0, 20), sweeper(40, 70, { ending: { kind: 'crashed' } })] }],
    ['the process that swept was killed or stood still', { attempts: [attempt(0, 20), sweeper(40, 9000, stoodStill)] }],
    [
      'the process that swept was killed or stood still',
      { attempts: [attempt(0, 20), sweeper(40, 55, { ending: { kind: 'crashed' } })], dynamodb: [mark(5), mark(60, { answered: 'left' })] },
    ],
  ] satisfies readonly (readonly [string, Partial<Evidence>])[])('takes it for a reason that %s', (because, more) => {
    const unknown: Partial<Evidence> = { delivery: 'at-most-once', ses: [], effects: [{ sub: ann.sub, state: 'unknown' }], ...more }
    expect(listBroken(unknown)).toEqual([])
    expect(listReasons(unknown)).toEqual([because])
  })

  it('finds a mail to somebody from before', () => {
    expect(listBroken({ ses: [mail(50), mail(500, { about: vera.email })] })).toEqual(['mails to users from before'])
    expect(listBroken({ ses: [mail(50), mail(500, { about: vera.email, status: undefined })] })).toEqual([])
  })

  it.each([
    ['a handler that took longer than its own deadline and a margin', [attempt(0, 4501)]],
    ['a handler that took longer, by more than its process was kept from running', [attempt(0, 9000, { ending: returned(9000, 4499) })]],
    ['a handler that took longer, though its process stood still for a while', [attempt(0, 9000, { frozen: true })]],
    ['a handler that never answered', [attempt(0, 65_000, { ending: { kind: 'hung' } })]],
    ['a sweeper that took longer than Lambda lets it', [sweeper(0, 60_001, { ending: returned(60_001) })]],
  ] satisfies readonly (readonly [string, readonly Attempt[]])[])('finds %s', (_, attempts) => {
    expect(listBroken({ attempts })).toEqual(['invocations past the deadline'])
  })

  it.each([
    ['a handler that answered in time', [attempt(0, 4500)]],
    ['the time in which its process was kept from running', [attempt(0, 9000, { ending: returned(9000, 4500) })]],
    ['a process that was killed', [attempt(0, 9000, { ending: { kind: 'crashed' } })]],
    ['a sweeper with more to do than a handler', [sweeper(0, 50_000, { ending: returned(50_000) })]],
  ] satisfies readonly (readonly [string, readonly Attempt[]])[])('does not count %s against the deadline', (_, attempts) => {
    expect(listBroken({ attempts })).toEqual([])
  })

  it('counts apart what would have been past the deadline, had its process not been kept from running', () => {
    const attempts = [attempt(0, 9000, { ending: returned(9000, 4500) }), attempt(0, 4500), attempt(0, 4501)]
    expect(judge(evidence({ attempts })).excused).toBe(1)
  })

  it('finds mails to users who were gone, and to somebody who was denied', () => {
    expect(listBroken({ gone: new Map([[ann.sub, 40]]) })).toEqual(['mails to users who were gone'])
    expect(listBroken({ gone: new Map([[ann.sub, 60]]) })).toEqual([])
    const journeys = [{ user: ann, confirmed: false, wronglyApproved: 1, turnedAway: false }]
    expect(listBroken({ journeys })).toEqual(['mails to somebody who was denied', 'approvals that a rule had denied'])
  })

  it('finds what is pending still, what is kept in vain, and a process that ended by itself', () => {
    expect(listBroken({ effects: [{ sub: ann.sub, state: 'pending' }] })).toEqual(['effects left pending'])
    expect(listBroken({ effects: [{ sub: ann.sub, state: 'done', event: '{}' }] })).toEqual(['personal data kept of what is done'])
    expect(listBroken({ crashes: 1 })).toEqual(['processes that ended by themselves'])
  })
})
