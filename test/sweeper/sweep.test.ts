import { randomUUID } from 'node:crypto'
import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MAX_ATTEMPTS } from '../../src/shared/ledger/back-off.ts'
import { effectPk } from '../../src/shared/ledger/effect-item.ts'
import { chain } from '../../src/shared/rules/chain.ts'
import { processClock, startDeadline } from '../../src/shared/rules/deadline.ts'
import { decide } from '../../src/shared/rules/decide.ts'
import { NotDone } from '../../src/shared/rules/not-done.ts'
import { once } from '../../src/shared/rules/once.ts'
import { done } from '../../src/shared/rules/outcome.ts'
import { defineRule } from '../../src/shared/rules/rule.ts'
import type { PostTrigger } from '../../src/shared/rules/trigger.ts'
import { onceRules } from '../../src/sweeper/once-rules.ts'
import { ann, postConfirmationEvent } from '../support/events.ts'
import { EFFECT, startWorld, type World } from './world.ts'

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
const cutOff = async (...effect: Parameters<World['welcome']>): Promise<void> => {
  expect(await world.ledger.claim(world.welcome(...effect), signal)).toHaveProperty('kind', 'claimed')
}

describe('a sweep', () => {
  it('finds nothing to do in an empty ledger', async () => {
    expect(await world.sweep()).toEqual({ swept: {}, reasons: {} })
  })

  it('runs what is due, once, and forgets what it kept of the user', async () => {
    await world.effects.enqueue(world.welcome(), signal)
    expect(await world.sweep()).toEqual({ swept: { done: 1 }, reasons: {} })
    expect(await world.sweep()).toEqual({ swept: {}, reasons: {} })
    expect(inbox()).toMatchObject([{ to: [ann.email], subject: 'Welcome' }])
    expect(await world.open()).toEqual([])
  })

  it('leaves a claim alone until its lease is over', async () => {
    await cutOff(ann.sub, 'at-least-once')
    expect(await world.sweep()).toEqual({ swept: {}, reasons: {} })
    world.wait(LEASE_MS)
    expect((await world.sweep({ rules: onceRules(world.rule('at-least-once')) })).swept).toEqual({ done: 1 })
    expect(inbox()).toHaveLength(1)
  })

  it('puts on record as unknown what was cut off and must not happen twice, without an attribute', async () => {
    await cutOff()
    world.wait(LEASE_MS)
    expect(await world.sweep()).toEqual({ swept: { unknown: 1 }, reasons: { 'cut-off': 1 } })
    expect(await world.open()).toMatchObject([{ state: 'unknown', reason: 'cut-off', event: undefined }])
    expect(inbox()).toEqual([])
  })

  it('forgets the effect of a user who is gone, and sends nothing', async () => {
    await world.effects.enqueue(world.welcome(randomUUID()), signal)
    world.wait(60_000)
    expect((await world.sweep()).swept).toEqual({ gone: 1 })
    expect(await world.open()).toEqual([])
    expect(inbox()).toEqual([])
  })

  it('does not believe at once that a user is gone, whom Cognito may not find yet', async () => {
    await world.effects.enqueue(world.welcome(randomUUID()), signal)
    expect((await world.sweep()).swept).toEqual({ waiting: 1 })
    expect(await world.open()).toMatchObject([{ state: 'pending', attempt: 0 }])
    expect(inbox()).toEqual([])
  })

  it('tries a refused mail again later and later, parks it at last, and sends it when a person asks for it', async () => {
    world.services.ses.fault('throttling')
    await world.effects.enqueue(world.welcome(), signal)
    const due: number[] = []
    for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt += 1) {
      expect(await world.sweep()).toEqual({ swept: { broken: 1 }, reasons: { Throttling: 1 } })
      const [item] = await world.open()
      expect(item).toMatchObject({ state: 'pending', attempt, reason: 'Throttling', token: undefined })
      due.push(Number(item?.dueAt) - world.now().getTime())
      expect((await world.sweep()).swept).toEqual({})
      world.wait(LONGEST_PAUSE_MS)
    }
    expect(due).toEqual(due.toSorted((a, b) => a - b))
    await world.sweep()
    expect(await world.open()).toMatchObject([{ state: 'failed', attempt: MAX_ATTEMPTS, reason: 'Throttling' }])
    world.wait(LONGEST_PAUSE_MS)
    expect((await world.sweep()).swept).toEqual({})

    world.services.ses.fault(undefined)
    expect(await world.effects.retry(world.welcome(), signal)).toBe(true)
    expect((await world.sweep()).swept).toEqual({ done: 1 })
    expect(inbox()).toHaveLength(1)
  })

  it('parks what was cut off too often', async () => {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      await cutOff(ann.sub, 'at-least-once')
      world.wait(LEASE_MS)
    }
    expect(await world.sweep()).toEqual({ swept: { failed: 1 }, reasons: { 'too-many-attempts': 1 } })
    expect(await world.open()).toMatchObject([{ state: 'failed', reason: 'too-many-attempts' }])
    expect(inbox()).toEqual([])
  })

  it('parks what no rule of the handler runs, what has no event, and what belongs to an unknown pool', async () => {
    await world.effects.enqueue({ ...world.welcome(), effect: 'send-a-gift' }, signal)
    await world.effects.enqueue(world.welcome(), signal)
    await world.documents.send(
      new UpdateCommand({
        TableName: 'effects',
        Key: { pk: effectPk(world.welcome()) },
        UpdateExpression: 'REMOVE #event',
        ExpressionAttributeNames: { '#event': 'event' },
      }),
    )
    await world.effects.enqueue({ ...world.welcome(), userPoolId: 'eu-west-1_Elsewhere' }, signal)
    expect(await world.sweep()).toEqual({ swept: { failed: 3 }, reasons: { 'no-rule': 1, 'no-event': 1, 'pool-not-found': 1 } })
    expect((await world.open()).map(({ state }) => state)).toEqual(['failed', 'failed', 'failed'])
    expect(inbox()).toEqual([])
  })

  it('skips a user for whom there is nothing to do, as the trigger would', async () => {
    const effect = world.welcome()
    await world.effects.enqueue({ ...effect, event: postConfirmationEvent({ sub: ann.sub, email: ann.email }) }, signal)
    expect(await world.sweep()).toEqual({ swept: { skipped: 1 }, reasons: { 'email-not-verified': 1 } })
    expect(await world.open()).toEqual([])
  })

  it('goes on with the others when one fails, and comes back to what it could not look up', async () => {
    const others = Array.from({ length: 12 }, () => randomUUID())
    world.cognito.addPool(ann.userPoolId, ...others.map((sub) => ({ userName: sub, attributes: { sub } })))
    for (const sub of others) await world.effects.enqueue(world.welcome(sub), signal)
    const [first, second] = others
    const rule = once(
      world.ledger,
      defineRule<PostTrigger>('send-welcome-email', ({ user }) => {
        if (user.sub === first) throw new NotDone(new RangeError('refused'))
        return done()
      }),
      { cutOff: 'at-most-once' },
    )
    const users: World['users'] = {
      find: (pool, sub, aborted) => (sub === second ? Promise.reject(new TypeError('down')) : world.users.find(pool, sub, aborted)),
    }
    const report = await world.sweep({ rules: onceRules(rule), users })
    expect(report).toEqual({ swept: { done: 10, broken: 1, error: 1 }, reasons: { RangeError: 1, TypeError: 1 } })
    expect((await world.open()).map(({ sub, attempt }) => [sub, attempt]).toSorted()).toEqual(
      [
        [first, 1],
        [second, 0],
      ].toSorted(),
    )
    expect((await world.sweep({ rules: onceRules(rule) })).swept).toEqual({ done: 1 })
  })

  it('reads page after page', async () => {
    const subs = Array.from({ length: 130 }, () => randomUUID())
    world.cognito.addPool(ann.userPoolId, ...subs.map((sub) => ({ userName: sub, attributes: { sub } })))
    await Promise.all(subs.map((sub) => world.effects.enqueue(world.welcome(sub), signal)))
    expect((await world.sweep()).swept).toEqual({ done: 130 })
    expect(inbox()).toHaveLength(130)
  })

  it('starts nothing when the time is nearly over, not even in the middle of a page', async () => {
    for (const sub of [ann.sub, randomUUID(), randomUUID()]) await world.effects.enqueue(world.welcome(sub), signal)
    expect(await world.sweep({ remainingMs: () => 4000 })).toEqual({ swept: {}, reasons: {} })
    const times = [30_000, 30_000]
    expect((await world.sweep({ remainingMs: () => times.shift() ?? 0 })).swept).toEqual({ done: 1 })
  })

  it('runs an effect once where two sweeps meet', async () => {
    await world.effects.enqueue(world.welcome(), signal)
    await Promise.all([world.sweep(), world.sweep()])
    expect(inbox()).toHaveLength(1)
  })

  it('says that the ledger cannot be read, and why', async () => {
    await world.services.dynamodb.stop()
    expect(await world.sweep()).toEqual({ swept: {}, reasons: {}, unread: 'ECONNREFUSED' })
  })

  it('leaves nothing to run where the trigger comes to its end', async () => {
    const deadline = startDeadline(4000, processClock)
    const allowed = { phase: 'post', responseFields: {} } as const
    await decide(chain(world.rule('at-most-once')), postConfirmationEvent(), { allowed, deadline })
    deadline.close()
    world.wait(LEASE_MS)
    expect((await world.sweep()).swept).toEqual({})
    expect(inbox()).toHaveLength(1)
    expect(EFFECT).toBe('send-welcome-email')
  })
})
