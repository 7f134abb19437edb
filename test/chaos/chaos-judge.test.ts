import { describe, expect, it } from 'vitest'
import type { Evidence } from '../../chaos/evidence.ts'
import { judge } from '../../chaos/judge.ts'
import type { Attempt } from '../../chaos/pool.ts'
import type { Ending } from '../../chaos/process.ts'
import type { Passed } from '../../chaos/proxy.ts'
import type { Row } from '../../chaos/stage.ts'
import { POOL, type User } from '../../chaos/users.ts'
import { canonicalEmailPk } from '../../src/shared/canonical/dynamo-canonical-emails.ts'
import { parseEmailAddress } from '../../src/shared/email/address.ts'
import { toHolderId } from '../../src/shared/invites/invites.ts'

const ann: User = { index: 0, kind: 'member', sub: '6c4a1d9e-2b57-4f80-9a3c-71e05d8b24f6', email: 'ann@example.com', code: 'invited-0' }
const vera: User = { index: 1, kind: 'veteran', sub: 'b0f7e3d2-91c4-4a65-8d1e-3f2a7c5906eb', email: 'vera@example.com', code: 'invited-0' }

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
const wasStopped = { frozen: true, ending: returned(9000, 6000) } satisfies Partial<Attempt>
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

const holder = ({ index }: User): string => toHolderId({ userPoolId: POOL, userName: `user-${index}` })
const createEmail = (state: string): Row => ({ sub: ann.sub, effect: 'send-welcome-email', state })
const createInvite = (holds: Record<string, number>): Row => ({ pk: 'code#0', uses: 7, holds })

const sweeper = (startedAt: number, endedAt: number, more: Partial<Attempt> = {}): Attempt => ({
  ...attempt(startedAt, endedAt, more),
  name: 'sweeper',
  sub: 'sweeper',
})

/** Creates the evidence of a run without errors, with a new and an existing user. `more` replaces parts of the evidence. */
const evidence = (more: Partial<Evidence> = {}): Evidence => ({
  delivery: 'at-least-once',
  handlers: 'deployed',
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
  eventBridge: [],
  webhook: [],
  grouped: new Set(),
  profiles: [createProfile(ann), createProfile(vera)],
  effects: [createEmail('done')],
  invites: [createInvite({ [holder(ann)]: 0 })],
  mailboxes: [],
  ...more,
})
const listBroken = (more: Partial<Evidence>) =>
  judge(evidence(more))
    .promises.filter(({ broken }) => broken > 0)
    .map(({ name }) => name)
const listReasons = (more: Partial<Evidence>) => [...judge(evidence(more)).mails.unknown.keys()]
const listExcuses = (more: Partial<Evidence>) => [...judge(evidence({ ses: [mail(50), mail(500)], ...more })).mails.twice.keys()]

describe('judge', () => {
  it.each(['at-least-once', 'at-most-once'] as const)('finds no broken guarantee in a run without errors, with %s', (delivery) => {
    expect(listBroken({ delivery })).toEqual([])
  })

  it('finds a missing profile of a confirmed user', () => {
    expect(listBroken({ profiles: [createProfile(vera)] })).toEqual(['missing profiles', 'lost events'])
  })

  it('reports the missing profile of an existing user, but does not count it as a lost event', () => {
    expect(listBroken({ profiles: [createProfile(ann)] })).toEqual(['missing profiles'])
  })

  it('finds a lost event if neither a profile nor an email exists', () => {
    expect(listBroken({ profiles: [createProfile(vera)], effects: [], ses: [] })).toEqual([
      'missing profiles',
      'missing emails',
      'lost events',
    ])
  })

  it('finds a lost event if a profile exists but no email, with both delivery modes', () => {
    expect(listBroken({ effects: [], ses: [] })).toEqual(['missing emails', 'lost events'])
    expect(listBroken({ effects: [], ses: [], delivery: 'at-most-once' })).toEqual(['emails neither sent nor recorded', 'lost events'])
  })

  it('finds a missing email even if the process was killed, because the next sign-in must send the email', () => {
    const killed = { attempts: [attempt(0, 100, { ending: { kind: 'crashed' } })], ses: [], effects: [] } satisfies Partial<Evidence>
    expect(listBroken(killed)).toEqual(['missing emails', 'lost events'])
    expect(listBroken({ ...killed, delivery: 'at-most-once' })).toEqual(['emails neither sent nor recorded', 'lost events'])
  })

  it('finds a missing email although the effect has the state done', () => {
    expect(listBroken({ ses: [] })).toEqual(['missing emails', 'lost events'])
    expect(listBroken({ ses: [], delivery: 'at-most-once' })).toEqual(['emails neither sent nor recorded', 'lost events'])
  })

  it('accepts an unsent email if its effect is in state failed, or with at-most-once in state unknown', () => {
    const deadLetter = { ses: [], effects: [createEmail('failed')] }
    expect(listBroken(deadLetter)).toEqual([])
    expect(listBroken({ ...deadLetter, delivery: 'at-most-once' })).toEqual([])
    const unknown = { ses: [mail(50, { status: undefined })], effects: [createEmail('unknown')] }
    expect(listBroken(unknown)).toEqual(['missing emails'])
    expect(listBroken({ ...unknown, delivery: 'at-most-once' })).toEqual([])
  })

  it('finds a missing email if SES rejected the email', () => {
    expect(listBroken({ ses: [mail(50, { status: 400 })] })).toEqual(['missing emails', 'lost events'])
  })

  it('finds every duplicate email with at-most-once', () => {
    const ses = [mail(50, { answered: 'none' }), mail(500)]
    expect(listBroken({ ses, delivery: 'at-most-once' })).toEqual(['duplicate emails'])
  })

  it('with at-least-once, finds a duplicate email that no fault explains', () => {
    expect(listBroken({ ses: [mail(50), mail(500)] })).toEqual(['duplicate emails without an explanation'])
  })

  it.each([
    ['the response to the first email was lost', { ses: [mail(50, { answered: 'none' }), mail(500)] }],
    ['the response to the first email was lost', { ses: [mail(50, { answered: 'left' }), mail(500)] }],
    ['the process was killed after the first email', { attempts: [attempt(0, 100, { ending: { kind: 'crashed' } })] }],
    ['the process was stopped after the first email', { attempts: [attempt(0, 9000, wasStopped)] }],
    ['the ledger write after the first email failed', { dynamodb: [mark(60, { fault: 'status500', status: undefined })] }],
  ] satisfies readonly (readonly [string, Partial<Evidence>])[])(
    'accepts a duplicate email with at-least-once when %s',
    (because, more) => {
      expect(listExcuses(more)).toEqual([because])
      expect(listBroken({ ses: [mail(50), mail(500)], ...more })).toEqual([])
    },
  )

  it('does not explain a duplicate email by a process that was killed before the first email, or by a slow ledger write', () => {
    expect(listExcuses({ attempts: [attempt(0, 40, { ending: { kind: 'crashed' } }), attempt(45, 100)] })).toEqual([])
    expect(listExcuses({ dynamodb: [mark(60, { fault: 'latency' })] })).toEqual([])
  })

  it('does not explain a duplicate email by a failed write of the profile', () => {
    const profile = { ...mark(60, { fault: 'status500', status: undefined }), about: `chaos-profiles ${POOL}#${ann.sub}` } satisfies Passed
    expect(listExcuses({ dynamodb: [profile] })).toEqual([])
  })

  it('finds an email with state unknown that no fault explains', () => {
    const unexplained = {
      delivery: 'at-most-once',
      ses: [],
      effects: [createEmail('unknown')],
    } satisfies Partial<Evidence>
    expect(listBroken(unexplained)).toEqual(['unknown emails without an explanation'])
    expect(listReasons(unexplained)).toEqual(['no explanation'])
    const elsewhere = [
      attempt(0, 100, { sub: vera.sub, ending: { kind: 'crashed' } }),
      attempt(0, 100, { name: 'pre-auth', ending: { kind: 'crashed' } }),
      sweeper(0, 70, { ending: returned(70) }),
      sweeper(200, 300, { ending: { kind: 'crashed' } }),
    ]
    expect(listBroken({ ...unexplained, attempts: elsewhere })).toEqual(['unknown emails without an explanation'])
  })

  it('a killed sweep does not explain state unknown if its last write got a response, or if a newer sweep had started', () => {
    const crashed = sweeper(40, 55, { ending: { kind: 'crashed' } })
    const unexplained = {
      delivery: 'at-most-once',
      ses: [],
      effects: [createEmail('unknown')],
    } satisfies Partial<Evidence>
    expect(listReasons({ ...unexplained, attempts: [crashed], dynamodb: [mark(60)] })).toEqual(['no explanation'])
    const attempts = [crashed, sweeper(57, 70, { ending: returned(70) })]
    expect(listReasons({ ...unexplained, attempts, dynamodb: [mark(60, { answered: 'left' })] })).toEqual(['no explanation'])
  })

  it.each([
    ['SES did not answer', { ses: [mail(50, { fault: 'hang', status: undefined, answered: 'none' })] }],
    [
      'SES did not answer',
      { ses: [mail(50, { fault: 'throttling', status: undefined }), mail(90, { fault: 'reset', status: undefined })] },
    ],
    ['SES accepted it', { ses: [mail(50, { fault: 'reset', status: undefined }), mail(90)] }],
    ['SES rejected it', { ses: [mail(50, { fault: 'throttling', status: undefined })] }],
    ['the process that handled the event was killed or stopped', { attempts: [attempt(0, 100, { ending: { kind: 'crashed' } })] }],
    ['the process that handled the event was killed or stopped', { attempts: [attempt(0, 9000, wasStopped)] }],
    ['the sweeping process was killed or stopped', { attempts: [attempt(0, 20), sweeper(40, 70, { ending: { kind: 'crashed' } })] }],
    ['the sweeping process was killed or stopped', { attempts: [attempt(0, 20), sweeper(40, 9000, wasStopped)] }],
    [
      'the sweeping process was killed or stopped',
      { attempts: [attempt(0, 20), sweeper(40, 55, { ending: { kind: 'crashed' } })], dynamodb: [mark(5), mark(60, { answered: 'left' })] },
    ],
  ] satisfies readonly (readonly [string, Partial<Evidence>])[])('explains an email in the state unknown: %s', (because, more) => {
    const unknown: Partial<Evidence> = {
      delivery: 'at-most-once',
      ses: [],
      effects: [createEmail('unknown')],
      ...more,
    }
    expect(listBroken(unknown)).toEqual([])
    expect(listReasons(unknown)).toEqual([because])
  })

  it('finds an email to an existing user', () => {
    expect(listBroken({ ses: [mail(50), mail(500, { about: vera.email })] })).toEqual(['emails to existing users'])
    expect(listBroken({ ses: [mail(50), mail(500, { about: vera.email, status: undefined })] })).toEqual([])
  })

  it.each([
    ['a handler that exceeded its deadline plus the margin', [attempt(0, 4501)]],
    ['a late handler whose process stall does not explain the delay', [attempt(0, 9000, { ending: returned(9000, 4499) })]],
    ['a late handler without a measured stall, although its process was stopped', [attempt(0, 9000, { frozen: true })]],
    ['a handler that never answered', [attempt(0, 65_000, { ending: { kind: 'hung' } })]],
    ['a sweeper that exceeded its Lambda timeout', [sweeper(0, 60_001, { ending: returned(60_001) })]],
  ] satisfies readonly (readonly [string, readonly Attempt[]])[])('finds %s', (_, attempts) => {
    expect(listBroken({ attempts })).toEqual(['invocations past the deadline'])
  })

  it.each([
    ['a handler that answered in time', [attempt(0, 4500)]],
    ['time in which the process did not run', [attempt(0, 9000, { ending: returned(9000, 4500) })]],
    ['an invocation whose process was killed', [attempt(0, 9000, { ending: { kind: 'crashed' } })]],
    ['a sweeper that took longer than a handler may', [sweeper(0, 50_000, { ending: returned(50_000) })]],
  ] satisfies readonly (readonly [string, readonly Attempt[]])[])('does not count %s against the deadline', (_, attempts) => {
    expect(listBroken({ attempts })).toEqual([])
  })

  it('counts an invocation as excused if it was late only because its process did not run', () => {
    const attempts = [attempt(0, 9000, { ending: returned(9000, 4500) }), attempt(0, 4500), attempt(0, 4501)]
    expect(judge(evidence({ attempts })).excused).toBe(1)
  })

  it('finds emails to deleted and to denied users, and approvals of denied users', () => {
    expect(listBroken({ gone: new Map([[ann.sub, 40]]) })).toEqual(['emails to deleted users'])
    expect(listBroken({ gone: new Map([[ann.sub, 60]]) })).toEqual([])
    const journeys = [{ user: ann, confirmed: false, wronglyApproved: 1, turnedAway: false }]
    expect(listBroken({ journeys })).toEqual(['emails to denied users', 'approvals of denied users'])
  })

  it('finds an invitation that may be used again, unless its effect is recorded as failed or unknown', () => {
    const broken = ['confirmed users whose invitation may be used again']
    expect(listBroken({ invites: [createInvite({ [holder(ann)]: 1_900_000_000 })] })).toEqual(broken)
    expect(listBroken({ invites: [createInvite({})] })).toEqual(broken)
    const effects = [createEmail('done'), { sub: ann.sub, effect: 'keep-invite', state: 'failed' }]
    expect(listBroken({ invites: [createInvite({})], effects })).toEqual([])
  })

  it('finds an invitation that admits too many users, or that a denied user holds', () => {
    const many = Array.from({ length: 8 }, (_, index): User => ({ ...ann, index: index + 10 }))
    const journeys = many.map((user) => ({ user, confirmed: true, wronglyApproved: 0, turnedAway: false }))
    const invites = [createInvite(Object.fromEntries(many.map((user) => [holder(user), 0])))]
    expect(listBroken({ journeys, invites })).toEqual(['invitations used too often'])
    const stranger: User = { ...vera, kind: 'stranger' }
    const refused = [
      { user: ann, confirmed: true, wronglyApproved: 0, turnedAway: false },
      { user: stranger, confirmed: false, wronglyApproved: 0, turnedAway: false },
    ]
    expect(listBroken({ journeys: refused, invites: [createInvite({ [holder(ann)]: 0, [holder(stranger)]: 0 })] })).toEqual([
      'invitations held by denied users',
    ])
  })

  describe('with more effects', () => {
    const post: Passed = { ...mail(50), action: 'post', about: 'user-0' }
    const address = parseEmailAddress(ann.email)
    const pk = address && canonicalEmailPk(POOL, address)
    const extended = {
      ...{ handlers: 'extended', delivery: 'at-most-once' },
      ...{ webhook: [post], eventBridge: [post], grouped: new Set(['user-0']), mailboxes: [{ pk }] },
    } satisfies Partial<Evidence>

    it('finds no broken guarantee if each effect happened once', () => {
      expect(listBroken(extended)).toEqual([])
    })

    it('finds each effect that did not happen', () => {
      expect(
        listBroken({
          ...extended,
          webhook: [{ ...post, status: 500 }],
          eventBridge: [],
          grouped: new Set(),
          mailboxes: [{ pk, expiresAt: 1 }],
        }),
      ).toEqual([
        'missing messages to the webhook',
        'missing events on the bus',
        'confirmed users without their group',
        'confirmed users whose mailbox may be taken',
      ])
    })

    it('finds a second message with at-most-once, and accepts it with at-least-once', () => {
      const twice = { ...extended, webhook: [post, post], eventBridge: [post, post] }
      expect(listBroken(twice)).toEqual(['duplicate messages to the webhook', 'duplicate events on the bus'])
      expect(listBroken({ ...twice, delivery: 'at-least-once' })).toEqual([])
    })
  })

  it('finds effects left pending, personal data in finished effects, and crashed processes', () => {
    expect(listBroken({ effects: [createEmail('pending')] })).toEqual(['effects left pending'])
    expect(listBroken({ effects: [{ ...createEmail('done'), event: '{}' }] })).toEqual(['personal data kept in finished effects'])
    expect(listBroken({ crashes: 1 })).toEqual(['crashed processes'])
  })
})
