import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MAX_ATTEMPTS } from '../../src/shared/ledger/dynamo-transitions.ts'
import { chain } from '../../src/shared/rules/combinators.ts'
import { decide } from '../../src/shared/rules/engine.ts'
import { NotDoneError } from '../../src/shared/rules/errors.ts'
import { processClock, startDeadline } from '../../src/shared/rules/invocation.ts'
import { type Ledger, once } from '../../src/shared/rules/once.ts'
import { onceRules } from '../../src/shared/rules/once-rules.ts'
import { done } from '../../src/shared/rules/outcome.ts'
import { defineRule } from '../../src/shared/rules/rule.ts'
import type { Working } from '../../src/shared/rules/trigger.ts'
import { ann, postConfirmationEvent } from '../support/events.ts'
import { SAMPLES } from '../support/samples.ts'
import { ANN_CREATED_AT, EFFECT, startWorld, type World } from '../support/sweeper-world.ts'

const SIGN_UP = 'PostConfirmation_ConfirmSignUp'
const signal = new AbortController().signal
const LEASE_MS = 10_000
const LONGEST_PAUSE_MS = 6 * 60 * 60_000

let world: World

beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.stop())

const inbox = () => world.services.ses.inbox()

/** Somebody claims it and is never heard of again. */
const delivery = async (...effect: Parameters<World['welcome']>): Promise<void> => {
  expect(await world.ledger.claim(world.welcome(...effect), randomUUID(), signal)).toHaveProperty('kind', 'claimed')
}

describe('a sweep', () => {
  it('finds nothing to do in an empty ledger', async () => {
    expect(await world.sweep()).toEqual({ swept: {}, reasons: {}, lost: [] })
  })

  it('runs what is due, once, and forgets what it kept of the user', async () => {
    await world.pendingEffects.enqueue(world.welcome(), signal)
    expect(await world.sweep()).toEqual({ swept: { done: 1 }, reasons: {}, lost: [] })
    expect(await world.sweep()).toEqual({ swept: {}, reasons: {}, lost: [] })
    expect(inbox()).toMatchObject([{ to: [ann.email], subject: 'Welcome' }])
    expect(await world.open()).toEqual([])
  })

  it('leaves a claim alone until its lease is over', async () => {
    await delivery(ann.sub, 'at-least-once')
    expect(await world.sweep()).toEqual({ swept: {}, reasons: {}, lost: [] })
    world.wait(LEASE_MS)
    expect((await world.sweep({ rules: onceRules(world.rule('at-least-once')) })).swept).toEqual({ done: 1 })
    expect(inbox()).toHaveLength(1)
  })

  it('puts on record as unknown what was cut off and must not happen twice, without an attribute', async () => {
    await delivery()
    world.wait(LEASE_MS)
    expect(await world.sweep()).toEqual({ swept: { unknown: 1 }, reasons: { 'cut-off': 1 }, lost: [] })
    expect(await world.open()).toMatchObject([{ state: 'unknown', reason: 'cut-off', event: undefined }])
    expect(inbox()).toEqual([])
  })

  it('forgets the effect of a user who is gone, and sends nothing', async () => {
    await world.pendingEffects.enqueue(world.welcome(randomUUID()), signal)
    world.wait(60_000)
    expect((await world.sweep()).swept).toEqual({ gone: 1 })
    expect(await world.open()).toEqual([])
    expect(inbox()).toEqual([])
  })

  it('does not believe at once that a user is gone, whom Cognito may not find yet', async () => {
    await world.pendingEffects.enqueue(world.welcome(randomUUID()), signal)
    expect((await world.sweep()).swept).toEqual({ waiting: 1 })
    expect(await world.open()).toMatchObject([{ state: 'pending', attempt: 0 }])
    expect(inbox()).toEqual([])
  })

  it('tries a refused mail again later and later, parks it at last, and sends it when a person asks for it', async () => {
    world.services.ses.fault('throttling')
    await world.pendingEffects.enqueue(world.welcome(), signal)
    const due: number[] = []
    for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt += 1) {
      expect(await world.sweep()).toEqual({ swept: { 'rule-error': 1 }, reasons: { Throttling: 1 }, lost: [] })
      const [item] = await world.open()
      expect(item).toMatchObject({ state: 'pending', attempt, reason: 'Throttling', token: undefined })
      due.push(Math.round((Number(item?.dueAt) - world.now().getTime()) / 60_000))
      expect((await world.sweep()).swept).toEqual({})
      world.wait(LONGEST_PAUSE_MS)
    }
    expect(due).toEqual(due.toSorted((a, b) => a - b))
    await world.sweep()
    expect(await world.open()).toMatchObject([{ state: 'failed', attempt: MAX_ATTEMPTS, reason: 'Throttling' }])
    world.wait(LONGEST_PAUSE_MS)
    expect((await world.sweep()).swept).toEqual({})

    world.services.ses.fault(undefined)
    expect(await world.effects.retry(world.welcome(), ['failed'], signal)).toBe(true)
    expect((await world.sweep()).swept).toEqual({ done: 1 })
    expect(inbox()).toHaveLength(1)
  })

  it('parks what was cut off too often', async () => {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      await delivery(ann.sub, 'at-least-once')
      world.wait(LEASE_MS)
    }
    expect(await world.sweep()).toEqual({ swept: { failed: 1 }, reasons: { 'too-many-attempts': 1 }, lost: [] })
    expect(await world.open()).toMatchObject([{ state: 'failed', reason: 'too-many-attempts' }])
    expect(inbox()).toEqual([])
  })

  it('parks what no rule of the handler runs, and what belongs to an unknown pool', async () => {
    await world.pendingEffects.enqueue({ ...world.welcome(), effect: 'send-a-gift' }, signal)
    await world.pendingEffects.enqueue({ ...world.welcome(), userPoolId: 'eu-west-1_Elsewhere' }, signal)
    expect(await world.sweep()).toEqual({ swept: { failed: 2 }, reasons: { 'no-rule': 1, 'pool-not-found': 1 }, lost: [] })
    expect((await world.open()).map(({ state }) => state)).toEqual(['failed', 'failed'])
    expect(inbox()).toEqual([])
  })

  it('tries a user again later and later who cannot be looked up, and parks the effect at last', async () => {
    world.cognito.fault('AccessDeniedException')
    await world.pendingEffects.enqueue(world.welcome(), signal)
    for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt += 1) {
      expect(await world.sweep()).toEqual({ swept: { error: 1 }, reasons: { AccessDeniedException: 1 }, lost: [] })
      expect(await world.open()).toMatchObject([{ state: 'pending', attempt, reason: 'AccessDeniedException' }])
      expect((await world.sweep()).swept).toEqual({})
      world.wait(LONGEST_PAUSE_MS)
    }
    expect(await world.sweep()).toEqual({ swept: { failed: 1 }, reasons: { AccessDeniedException: 1 }, lost: [] })
    expect(await world.open()).toMatchObject([{ state: 'failed', reason: 'AccessDeniedException' }])
  })

  it('runs with the event that was kept, or else with what the pool knows of the user', async () => {
    const newcomer = randomUUID()
    const attributes = { sub: newcomer, email: 'new@example.com', email_verified: 'true', name: 'Newcomer', phone_number: '+15550100' }
    world.cognito.addPool(ann.userPoolId, { userName: 'newcomer', attributes })
    await world.pendingEffects.enqueue(world.welcome(newcomer), signal)
    expect((await world.sweep()).swept).toEqual({ done: 1 })
    expect(inbox()).toMatchObject([{ to: ['new@example.com'] }])
  })

  it('owes nothing to a user who was created before', async () => {
    const since = (ms: number) => ({ ...world.welcome(), createdSince: new Date(ANN_CREATED_AT.getTime() + ms) })
    await world.pendingEffects.enqueue(since(1), signal)
    expect((await world.sweep()).swept).toEqual({ 'not-due': 1 })
    expect(await world.open()).toEqual([])
    await world.pendingEffects.enqueue(since(0), signal)
    expect((await world.sweep()).swept).toEqual({ done: 1 })
    expect(inbox()).toHaveLength(1)
  })

  it('owes nothing where nobody knows when the user was created', async () => {
    const ageless = randomUUID()
    world.cognito.addPool(ann.userPoolId, { userName: 'ageless', attributes: { sub: ageless, email: ann.email, email_verified: 'true' } })
    await world.pendingEffects.enqueue({ ...world.welcome(ageless), createdSince: ANN_CREATED_AT }, signal)
    expect((await world.sweep()).swept).toEqual({ 'not-due': 1 })
  })

  it('tells of a claim that may have been written although its answer was lost', async () => {
    await world.pendingEffects.enqueue(world.welcome(), signal)
    const ledger: Ledger = { ...world.ledger, claim: () => Promise.reject(new RangeError('cut off')) }
    const rule = once(
      ledger,
      defineRule<Working>('send-welcome-email', () => done(), { reads: [] }),
      { delivery: 'at-most-once' },
    )
    const { swept, lost } = await world.sweep({ rules: onceRules(rule) })
    expect(swept).toEqual({ 'rule-error': 1 })
    expect(lost).toEqual([{ userPoolId: ann.userPoolId, sub: ann.sub, effect: EFFECT, token: expect.any(String), triggerSource: SIGN_UP }])
    // It is not the first of the next sweep: that could go on for ever.
    expect(await world.open()).toMatchObject([{ attempt: 1, reason: 'effect-lost' }])
  })

  it('counts nothing as settled that somebody has changed since it was read', async () => {
    await delivery()
    world.wait(LEASE_MS)
    const effects: World['effects'] = { ...world.effects, giveUp: async () => false }
    expect((await world.sweep({ effects })).swept).toEqual({ waiting: 1 })
    await world.effects.retry(world.welcome(), ['failed'], signal)
    await world.pendingEffects.enqueue(world.welcome(randomUUID()), signal)
    world.wait(60_000)
    expect((await world.sweep({ effects: { ...effects, remove: async () => false } })).swept).toEqual({ waiting: 2 })
  })

  it('skips a user for whom there is nothing to do, as the trigger would', async () => {
    const unproven = randomUUID()
    world.cognito.addPool(ann.userPoolId, { userName: 'unproven', attributes: { sub: unproven, email: ann.email } })
    await world.pendingEffects.enqueue(world.welcome(unproven), signal)
    expect(await world.sweep()).toEqual({ swept: { skipped: 1 }, reasons: { 'email-not-verified': 1 }, lost: [] })
    expect(await world.open()).toEqual([])
  })

  it('goes on with the others when one fails, and comes back to what it could not look up', async () => {
    const others = Array.from({ length: 12 }, () => randomUUID())
    world.cognito.addPool(ann.userPoolId, ...others.map((sub) => ({ userName: sub, attributes: { sub } })))
    for (const sub of others) await world.pendingEffects.enqueue(world.welcome(sub), signal)
    const [first, second] = others
    const rule = once(
      world.ledger,
      defineRule<Working>(
        'send-welcome-email',
        ({ user }) => {
          if (user.sub === first) throw new NotDoneError(new RangeError('refused'))
          return done()
        },
        { reads: [] },
      ),
      { delivery: 'at-most-once' },
    )
    const users: World['users'] = {
      find: (pool, sub, aborted) => (sub === second ? Promise.reject(new TypeError('down')) : world.users.find(pool, sub, aborted)),
    }
    const report = await world.sweep({ rules: onceRules(rule), users })
    expect(report).toEqual({ swept: { done: 10, 'rule-error': 1, error: 1 }, reasons: { RangeError: 1, TypeError: 1 }, lost: [] })
    expect((await world.open()).map(({ sub, attempt }) => [sub, attempt]).toSorted()).toEqual(
      [
        [first, 1],
        [second, 1],
      ].toSorted(),
    )
    world.wait(30_000)
    const again = await world.sweep({ rules: onceRules(rule) })
    expect(again).toEqual({ swept: { done: 1, 'rule-error': 1 }, reasons: { RangeError: 1 }, lost: [] })
  })

  it('goes on with the others when one cannot be settled, and comes back to it', async () => {
    await world.pendingEffects.enqueue({ ...world.welcome(), effect: 'send-a-gift' }, signal)
    await world.pendingEffects.enqueue(world.welcome(), signal)
    const effects: World['effects'] = { ...world.effects, giveUp: () => Promise.reject(new RangeError('no table')) }
    expect(await world.sweep({ effects })).toEqual({ swept: { error: 1, done: 1 }, reasons: { RangeError: 1 }, lost: [] })
    expect((await world.sweep()).swept).toEqual({ failed: 1 })
  })

  it('reads page after page', async () => {
    const subs = Array.from({ length: 130 }, () => randomUUID())
    world.cognito.addPool(
      ann.userPoolId,
      ...subs.map((sub) => ({ userName: sub, attributes: { sub, email: ann.email, email_verified: 'true' } })),
    )
    await Promise.all(subs.map((sub) => world.pendingEffects.enqueue(world.welcome(sub), signal)))
    expect((await world.sweep()).swept).toEqual({ done: 130 })
    expect(inbox()).toHaveLength(130)
  })

  it('starts nothing when the time is nearly over, not even in the middle of a page', async () => {
    for (const sub of [ann.sub, randomUUID(), randomUUID()]) await world.pendingEffects.enqueue(world.welcome(sub), signal)
    expect(await world.sweep({ remainingMs: () => 4000 })).toEqual({ swept: {}, reasons: {}, lost: [], tooShort: true })
    const times = [30_000, 30_000]
    expect((await world.sweep({ remainingMs: () => times.shift() ?? 0 })).swept).toEqual({ done: 1 })
  })

  it('runs an effect once where two sweeps meet', async () => {
    await world.pendingEffects.enqueue(world.welcome(), signal)
    await Promise.all([world.sweep(), world.sweep()])
    expect(inbox()).toHaveLength(1)
  })

  it('says that the ledger cannot be read, and why', async () => {
    await world.services.dynamodb.stop()
    expect(await world.sweep()).toEqual({ swept: {}, reasons: {}, lost: [], unread: 'ECONNREFUSED' })
  })

  it('leaves nothing to run where the trigger comes to its end', async () => {
    const deadline = startDeadline(4000, processClock)
    const contract = SAMPLES.working
    await decide(chain(world.rule('at-most-once')), postConfirmationEvent(), { contract, deadline })
    deadline.close()
    world.wait(LEASE_MS)
    expect((await world.sweep()).swept).toEqual({})
    expect(inbox()).toHaveLength(1)
    expect(EFFECT).toBe('send-welcome-email')
  })
})
