import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sendWelcomeEmail } from '../../src/post-confirmation/send-welcome-email.ts'
import { mailTemplate } from '../../src/post-confirmation/template.ts'
import { mailTemplateByLocale } from '../../src/post-confirmation/template-by-locale.ts'
import { postConfirmation } from '../../src/post-confirmation/trigger.ts'
import { MAX_ATTEMPTS } from '../../src/shared/ledger/back-off.ts'
import { sesMailer } from '../../src/shared/mail/ses-mailer.ts'
import { chain } from '../../src/shared/rules/combinators.ts'
import { decide } from '../../src/shared/rules/engine.ts'
import { NotDoneError } from '../../src/shared/rules/errors.ts'
import { processClock, startDeadline } from '../../src/shared/rules/invocation.ts'
import { type Ledger, once } from '../../src/shared/rules/once.ts'
import { done } from '../../src/shared/rules/outcome.ts'
import { defineRule } from '../../src/shared/rules/rule.ts'
import type { Working } from '../../src/shared/rules/trigger.ts'
import { sweptRules } from '../../src/sweeper/swept-rules.ts'
import { ann, postConfirmationEvent } from '../support/events.ts'
import { sesClient } from '../support/local-clients.ts'
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

/** Claims an effect and reports no result, like a holder that is killed. */
const claimAndAbandon = async (...effect: Parameters<World['welcome']>): Promise<void> => {
  expect(await world.ledger.claim(world.welcome(...effect), randomUUID(), signal)).toHaveProperty('kind', 'claimed')
}

describe('sweep', () => {
  it('does nothing with an empty ledger', async () => {
    expect(await world.sweep()).toEqual({ swept: {}, reasons: {}, lost: [] })
  })

  it('runs a due effect once, and deletes its user data', async () => {
    await world.pendingEffects.enqueue(world.welcome(), signal)
    expect(await world.sweep()).toEqual({ swept: { done: 1 }, reasons: {}, lost: [] })
    expect(await world.sweep()).toEqual({ swept: {}, reasons: {}, lost: [] })
    expect(inbox()).toMatchObject([{ to: [ann.email], subject: 'Welcome' }])
    expect(await world.open()).toEqual([])
  })

  it('finishes an email in the language of the user, from the stored event and from the pool', async () => {
    const texts = (text: string) => mailTemplate({ subject: text, text, html: text }, {})
    const byLocale = mailTemplateByLocale({ en: texts('Welcome'), de: texts('Willkommen') }, { fallback: 'en' })
    const ses = sesClient(world.services.ses.endpoint)
    const mail = sendWelcomeEmail(sesMailer({ ses: () => ses, from: 'Zoë <welcome@example.com>' }), byLocale)
    const rule = once(world.ledger, mail, { delivery: 'at-most-once' })
    const attributes = { sub: ann.sub, email: ann.email, email_verified: 'true', locale: 'de-AT', phone_number: '+15555550100' }

    world.services.ses.fault('throttling')
    await postConfirmation(rule).decide(postConfirmationEvent(attributes))
    expect((await world.open())[0]?.event?.request.userAttributes).toHaveProperty('locale', 'de-AT')
    expect((await world.open())[0]?.event?.request.userAttributes).not.toHaveProperty('phone_number')
    world.services.ses.fault(undefined)
    world.wait(LONGEST_PAUSE_MS)
    expect((await world.sweep({ rules: sweptRules({ PostConfirmation: rule }) })).swept).toEqual({ done: 1 })

    world.cognito.addPool(ann.userPoolId, {
      userName: 'bo',
      attributes: { ...attributes, sub: 'bo', locale: 'de' },
      createdAt: ANN_CREATED_AT,
    })
    await world.pendingEffects.enqueue(world.welcome('bo'), signal)
    expect((await world.sweep({ rules: sweptRules({ PostConfirmation: rule }) })).swept).toEqual({ done: 1 })
    expect(inbox()).toMatchObject([{ subject: 'Willkommen' }, { subject: 'Willkommen' }])
    ses.destroy()
  })

  it('does not touch a claimed effect before its lease expires', async () => {
    await claimAndAbandon(ann.sub, 'at-least-once')
    expect(await world.sweep()).toEqual({ swept: {}, reasons: {}, lost: [] })
    world.wait(LEASE_MS)
    expect((await world.sweep({ rules: sweptRules({ PostConfirmation: world.rule('at-least-once') }) })).swept).toEqual({ done: 1 })
    expect(inbox()).toHaveLength(1)
  })

  it('sets a cut-off at-most-once effect to unknown, and deletes its user data', async () => {
    await claimAndAbandon()
    world.wait(LEASE_MS)
    expect(await world.sweep()).toEqual({ swept: { unknown: 1 }, reasons: { 'cut-off': 1 }, lost: [] })
    expect(await world.open()).toMatchObject([{ state: 'unknown', reason: 'cut-off', event: undefined }])
    expect(inbox()).toEqual([])
  })

  it('removes the effect of a deleted user, and sends no email', async () => {
    await world.pendingEffects.enqueue(world.welcome(randomUUID()), signal)
    world.wait(60_000)
    expect((await world.sweep()).swept).toEqual({ gone: 1 })
    expect(await world.open()).toEqual([])
    expect(inbox()).toEqual([])
  })

  it('keeps the effect of a missing user for a minute, because Cognito may not find a new user at once', async () => {
    await world.pendingEffects.enqueue(world.welcome(randomUUID()), signal)
    expect((await world.sweep()).swept).toEqual({ waiting: 1 })
    expect(await world.open()).toMatchObject([{ state: 'pending', attempt: 0 }])
    expect(inbox()).toEqual([])
  })

  it('retries an effect with growing delays while SES rejects the email, then makes the effect a dead letter', async () => {
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

  it('makes an effect a dead letter if it was cut off too often', async () => {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      await claimAndAbandon(ann.sub, 'at-least-once')
      world.wait(LEASE_MS)
    }
    expect(await world.sweep()).toEqual({ swept: { failed: 1 }, reasons: { 'too-many-attempts': 1 }, lost: [] })
    expect(await world.open()).toMatchObject([{ state: 'failed', reason: 'too-many-attempts' }])
    expect(inbox()).toEqual([])
  })

  it('makes an effect a dead letter if no rule has its name, or if its pool does not exist', async () => {
    await world.pendingEffects.enqueue({ ...world.welcome(), effect: 'send-a-gift' }, signal)
    await world.pendingEffects.enqueue({ ...world.welcome(), userPoolId: 'eu-west-1_Elsewhere' }, signal)
    expect(await world.sweep()).toEqual({ swept: { failed: 2 }, reasons: { 'no-rule': 1, 'pool-not-found': 1 }, lost: [] })
    expect((await world.open()).map(({ state }) => state)).toEqual(['failed', 'failed'])
    expect(inbox()).toEqual([])
  })

  it('retries a failed user look-up with growing delays, then makes the effect a dead letter', async () => {
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

  it('runs an effect that was enqueued without an event, with the user data of the pool', async () => {
    const newcomer = randomUUID()
    const attributes = { sub: newcomer, email: 'new@example.com', email_verified: 'true', name: 'Newcomer', phone_number: '+15550100' }
    world.cognito.addPool(ann.userPoolId, { userName: 'newcomer', attributes })
    await world.pendingEffects.enqueue(world.welcome(newcomer), signal)
    expect((await world.sweep()).swept).toEqual({ done: 1 })
    expect(inbox()).toMatchObject([{ to: ['new@example.com'] }])
  })

  it('removes the effect of a user who was created before `createdSince`', async () => {
    const since = (ms: number) => ({ ...world.welcome(), createdSince: new Date(ANN_CREATED_AT.getTime() + ms) })
    await world.pendingEffects.enqueue(since(1), signal)
    expect((await world.sweep()).swept).toEqual({ 'not-due': 1 })
    expect(await world.open()).toEqual([])
    await world.pendingEffects.enqueue(since(0), signal)
    expect((await world.sweep()).swept).toEqual({ done: 1 })
    expect(inbox()).toHaveLength(1)
  })

  it('removes the effect of a user without a creation date if `createdSince` is set', async () => {
    const ageless = randomUUID()
    world.cognito.addPool(ann.userPoolId, { userName: 'ageless', attributes: { sub: ageless, email: ann.email, email_verified: 'true' } })
    await world.pendingEffects.enqueue({ ...world.welcome(ageless), createdSince: ANN_CREATED_AT }, signal)
    expect((await world.sweep()).swept).toEqual({ 'not-due': 1 })
  })

  it('reports an effect as lost if its claim failed, because DynamoDB may have written the claim', async () => {
    await world.pendingEffects.enqueue(world.welcome(), signal)
    const ledger: Ledger = { ...world.ledger, claim: () => Promise.reject(new RangeError('cut off')) }
    const rule = once(
      ledger,
      defineRule<Working>('send-welcome-email', () => done(), { reads: [] }),
      { delivery: 'at-most-once' },
    )
    const { swept, lost } = await world.sweep({ rules: sweptRules({ PostConfirmation: rule }) })
    expect(swept).toEqual({ 'rule-error': 1 })
    expect(lost).toEqual([{ userPoolId: ann.userPoolId, sub: ann.sub, effect: EFFECT, token: expect.any(String), triggerSource: SIGN_UP }])
    // The sweeper counts an attempt and postpones the effect. Otherwise it would come first in every sweep.
    expect(await world.open()).toMatchObject([{ attempt: 1, reason: 'effect-lost' }])
  })

  it('reports an effect as waiting if it has changed since the sweeper read it', async () => {
    await claimAndAbandon()
    world.wait(LEASE_MS)
    const effects: World['effects'] = { ...world.effects, giveUp: async () => false }
    expect((await world.sweep({ effects })).swept).toEqual({ waiting: 1 })
    await world.effects.retry(world.welcome(), ['failed'], signal)
    await world.pendingEffects.enqueue(world.welcome(randomUUID()), signal)
    world.wait(60_000)
    expect((await world.sweep({ effects: { ...effects, remove: async () => false } })).swept).toEqual({ waiting: 2 })
  })

  it('removes the effect of a user whom the rule skips', async () => {
    const unproven = randomUUID()
    world.cognito.addPool(ann.userPoolId, { userName: 'unproven', attributes: { sub: unproven, email: ann.email } })
    await world.pendingEffects.enqueue(world.welcome(unproven), signal)
    expect(await world.sweep()).toEqual({ swept: { skipped: 1 }, reasons: { 'email-not-verified': 1 }, lost: [] })
    expect(await world.open()).toEqual([])
  })

  it('runs the other effects if a rule or a user look-up fails, and retries the failed effects later', async () => {
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
    const report = await world.sweep({ rules: sweptRules({ PostConfirmation: rule }), users })
    expect(report).toEqual({ swept: { done: 10, 'rule-error': 1, error: 1 }, reasons: { RangeError: 1, TypeError: 1 }, lost: [] })
    expect((await world.open()).map(({ sub, attempt }) => [sub, attempt]).toSorted()).toEqual(
      [
        [first, 1],
        [second, 1],
      ].toSorted(),
    )
    world.wait(30_000)
    const again = await world.sweep({ rules: sweptRules({ PostConfirmation: rule }) })
    expect(again).toEqual({ swept: { done: 1, 'rule-error': 1 }, reasons: { RangeError: 1 }, lost: [] })
  })

  it('runs the other effects if the row of one effect cannot be updated, and updates that row in the next sweep', async () => {
    await world.pendingEffects.enqueue({ ...world.welcome(), effect: 'send-a-gift' }, signal)
    await world.pendingEffects.enqueue(world.welcome(), signal)
    const effects: World['effects'] = { ...world.effects, giveUp: () => Promise.reject(new RangeError('no table')) }
    expect(await world.sweep({ effects })).toEqual({ swept: { error: 1, done: 1 }, reasons: { RangeError: 1 }, lost: [] })
    expect((await world.sweep()).swept).toEqual({ failed: 1 })
  })

  it('runs the due effects of all pages', async () => {
    const subs = Array.from({ length: 130 }, () => randomUUID())
    world.cognito.addPool(
      ann.userPoolId,
      ...subs.map((sub) => ({ userName: sub, attributes: { sub, email: ann.email, email_verified: 'true' } })),
    )
    await Promise.all(subs.map((sub) => world.pendingEffects.enqueue(world.welcome(sub), signal)))
    expect((await world.sweep()).swept).toEqual({ done: 130 })
    expect(inbox()).toHaveLength(130)
  })

  it('starts no effect once the time is nearly over, even in the middle of a page', async () => {
    for (const sub of [ann.sub, randomUUID(), randomUUID()]) await world.pendingEffects.enqueue(world.welcome(sub), signal)
    expect(await world.sweep({ remainingMs: () => 4000 })).toEqual({ swept: {}, reasons: {}, lost: [], tooShort: true })
    const times = [30_000, 30_000]
    expect((await world.sweep({ remainingMs: () => times.shift() ?? 0 })).swept).toEqual({ done: 1 })
  })

  it('runs an effect once if two sweeps overlap', async () => {
    await world.pendingEffects.enqueue(world.welcome(), signal)
    await Promise.all([world.sweep(), world.sweep()])
    expect(inbox()).toHaveLength(1)
  })

  it('reports why the ledger cannot be read', async () => {
    await world.services.dynamodb.stop()
    expect(await world.sweep()).toEqual({ swept: {}, reasons: {}, lost: [], unread: 'ECONNREFUSED' })
  })

  it('runs nothing if the trigger has already completed the effect', async () => {
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
