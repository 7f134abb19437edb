import { randomUUID } from 'node:crypto'
import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { PostConfirmation } from '../../src/post-confirmation/trigger.ts'
import { emailDomainIn } from '../../src/shared/email/email-domain-in.ts'
import { MAX_ATTEMPTS } from '../../src/shared/ledger/back-off.ts'
import { effectPk } from '../../src/shared/ledger/effect-item.ts'
import { chain, failOpen, parallel, when } from '../../src/shared/rules/combinators.ts'
import { and, defineCondition, fromAppClient, hasAttribute, not, triggeredBy } from '../../src/shared/rules/condition.ts'
import { decide } from '../../src/shared/rules/engine.ts'
import { NotDoneError } from '../../src/shared/rules/errors.ts'
import { processClock, startDeadline } from '../../src/shared/rules/invocation.ts'
import { once } from '../../src/shared/rules/once.ts'
import { done } from '../../src/shared/rules/outcome.ts'
import { defineRule, type Rule } from '../../src/shared/rules/rule.ts'
import { sweptRules } from '../../src/sweeper/swept-rules.ts'
import { ann, postConfirmationEvent } from '../support/events.ts'
import { SAMPLES } from '../support/samples.ts'
import { startWorld, type World } from '../support/sweeper-world.ts'

const signal = new AbortController().signal
const LONGEST_PAUSE_MS = 6 * 60 * 60_000
let world: World
let mail: Rule<PostConfirmation>

beforeEach(async () => {
  world = await startWorld()
  mail = world.rule('at-most-once')
})
afterEach(() => world.stop())

const inbox = () => world.services.ses.inbox()
const sweepRule = (rule: Rule<PostConfirmation>) => world.sweep({ rules: sweptRules({ PostConfirmation: rule }) })

/** Runs the rule as the trigger does, while SES rejects every email, so that the effect stays pending. */
async function runWhileSesFails(rule: Rule<PostConfirmation>, event: PostConfirmation['event'] = postConfirmationEvent()): Promise<void> {
  world.services.ses.fault('throttling')
  const deadline = startDeadline(4000, processClock)
  await decide(chain(rule), event, { contract: SAMPLES.working, deadline })
  deadline.close()
  world.services.ses.fault(undefined)
  world.wait(30_000)
}

/** Sets the attributes of the user ann in the pool. */
function annIs(attributes: Readonly<Record<string, string>>): void {
  world.cognito.addPool(ann.userPoolId, {
    userName: ann.userName,
    attributes: { sub: ann.sub, email: ann.email, email_verified: 'true', ...attributes },
  })
}

const unlessExcluded = (rule: Rule<PostConfirmation>) => when(not(hasAttribute('custom:excluded', 'yes')), rule)

describe('conditions of a swept effect', () => {
  it.each([
    ['condition directly around the effect', unlessExcluded],
    ['condition around other combinators', (rule: Rule<PostConfirmation>) => unlessExcluded(chain(parallel(failOpen(rule))))],
    [
      'one of several nested conditions',
      (rule: Rule<PostConfirmation>) => when(triggeredBy('PostConfirmation_ConfirmSignUp'), chain(unlessExcluded(rule))),
    ],
    [
      'a part of an `and` condition',
      (rule: Rule<PostConfirmation>) => when(and(emailDomainIn('example.com'), not(hasAttribute('custom:excluded'))), rule),
    ],
  ])('sends no email to a user whom a condition excludes: %s', async (_, around) => {
    const rule = around(mail)
    annIs({ 'custom:excluded': 'yes' })
    await world.pendingEffects.enqueue(world.welcome(), signal)
    expect(await sweepRule(rule)).toEqual({ swept: { skipped: 1 }, reasons: { 'condition-false': 1 }, lost: [] })
    expect(inbox()).toEqual([])
    // The row is removed, so a later event evaluates the condition again.
    expect(await world.rows()).toEqual([])

    annIs({})
    await world.pendingEffects.enqueue(world.welcome(), signal)
    expect((await sweepRule(rule)).swept).toEqual({ done: 1 })
    expect(inbox()).toHaveLength(1)
  })

  it('evaluates a condition with the current user in the pool, not with the user of the event', async () => {
    const rule = unlessExcluded(mail)
    await runWhileSesFails(rule)
    expect(await world.open()).toMatchObject([{ state: 'pending', attempt: 1 }])
    annIs({ 'custom:excluded': 'yes' })
    expect((await sweepRule(rule)).swept).toEqual({ skipped: 1 })
    expect(inbox()).toEqual([])
  })

  it('evaluates conditions on the user status and on attributes that the effect does not read', async () => {
    annIs({ 'custom:plan': 'trial' })
    const confirmed = defineCondition(({ user }) => user.status === 'CONFIRMED', { reads: ['cognito:user_status'] })
    await world.pendingEffects.enqueue(world.welcome(), signal)
    expect((await sweepRule(when(and(confirmed, hasAttribute('custom:plan', 'trial')), mail))).swept).toEqual({ done: 1 })
  })

  it.each([
    ['the app client', fromAppClient('web'), { callerContext: { awsSdkVersion: 'x', clientId: 'web' } }],
    ['the trigger source', triggeredBy('PostConfirmation_ConfirmSignUp'), {}],
  ] as const)('evaluates a condition on %s of the event, also after an operator retries the effect', async (_, condition, change) => {
    const rule = when(condition, mail)
    const event = postConfirmationEvent(undefined, change)
    await runWhileSesFails(rule, event)
    const [item] = await world.open()
    expect(item && (await world.effects.giveUp(item, 'failed', 'Throttling', signal))).toBe(true)
    expect(await world.open()).toMatchObject([{ state: 'failed', event: undefined }])
    await world.effects.retry(world.welcome(), ['failed'], signal)
    expect((await sweepRule(rule)).swept).toEqual({ done: 1 })
    expect(inbox()).toHaveLength(1)
  })

  it.each([
    ['the trigger source', triggeredBy('PostConfirmation_ConfirmForgotPassword')],
    ['the app client', fromAppClient('web')],
  ] as const)('reads %s from the stored event if the row lacks that attribute, also after a retry', async (_, condition) => {
    let failing = true
    const notice = defineRule<PostConfirmation>(
      'notice',
      () => (failing ? Promise.reject(new NotDoneError(new RangeError('down'))) : done()),
      {
        reads: [],
      },
    )
    const rule = when(condition, once(world.ledger, notice, { delivery: 'at-most-once' }))
    const key = { ...world.welcome(), effect: 'notice' }
    const strip = { TableName: 'effects', Key: { pk: effectPk(key) }, UpdateExpression: 'REMOVE triggerSource, appClient' }
    const triggerSource = 'PostConfirmation_ConfirmForgotPassword'
    await runWhileSesFails(
      rule,
      postConfirmationEvent(undefined, { triggerSource, callerContext: { awsSdkVersion: 'x', clientId: 'web' } }),
    )

    await world.documents.send(new UpdateCommand(strip))
    expect(await sweepRule(rule)).toMatchObject({ swept: { 'rule-error': 1 }, reasons: { RangeError: 1 } })

    await world.documents.send(new UpdateCommand(strip))
    const [item] = await world.open()
    expect(item && (await world.effects.giveUp(item, 'failed', 'RangeError', signal))).toBe(true)
    await world.effects.retry(key, ['failed'], signal)
    failing = false
    expect((await sweepRule(rule)).swept).toEqual({ done: 1 })
  })

  it('skips the effect if a condition excludes the app client of the event', async () => {
    const rule = when(not(fromAppClient('batch')), mail)
    const event = postConfirmationEvent(undefined, { callerContext: { awsSdkVersion: 'x', clientId: 'batch' } })
    await runWhileSesFails(mail, event)
    expect((await sweepRule(rule)).swept).toEqual({ skipped: 1 })
  })

  it.each([
    ['throws', () => Promise.reject(new RangeError('down')), 'RangeError'],
    ['hangs', () => new Promise<boolean>(() => undefined), 'deadline-exceeded'],
    ['returns a non-boolean', () => Object('yes'), 'TypeError'],
  ])('postpones the effect and counts an attempt if a condition %s', async (_, answer, reason) => {
    let failing = true
    const condition = defineCondition(() => (failing ? answer() : true), { reads: [] })
    const rule = when(condition, mail)
    await world.pendingEffects.enqueue(world.welcome(), signal)
    expect(await sweepRule(rule)).toEqual({ swept: { 'rule-error': 1 }, reasons: { [reason]: 1 }, lost: [] })
    expect(await world.open()).toMatchObject([{ state: 'pending', attempt: 1, reason }])
    expect((await sweepRule(rule)).swept).toEqual({})
    failing = false
    world.wait(30_000)
    expect((await sweepRule(rule)).swept).toEqual({ done: 1 })
  })

  it('makes the effect a dead letter if a condition throws at every attempt', async () => {
    const rule = when(
      defineCondition(() => Promise.reject(new RangeError('down')), { reads: [] }),
      mail,
    )
    await world.pendingEffects.enqueue(world.welcome(), signal)
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      await sweepRule(rule)
      world.wait(LONGEST_PAUSE_MS)
    }
    expect(await world.open()).toMatchObject([{ state: 'failed', reason: 'RangeError' }])
    expect(inbox()).toEqual([])
  })

  it('runs an effect if the conditions around one of its several places in the composition hold', async () => {
    const excluded = when(hasAttribute('custom:excluded'), mail)
    const throwing = when(
      defineCondition(() => Promise.reject(new RangeError('down')), { reads: [] }),
      mail,
    )
    await world.pendingEffects.enqueue(world.welcome(), signal)
    expect((await sweepRule(chain(excluded, throwing))).swept).toEqual({ 'rule-error': 1 })
    world.wait(30_000)
    expect((await sweepRule(chain(excluded, throwing, unlessExcluded(mail)))).swept).toEqual({ done: 1 })
  })

  it('evaluates no condition for a deleted user or a cut-off at-most-once effect', async () => {
    const evaluate = vi.fn(() => true)
    const rule = when(defineCondition(evaluate, { reads: [] }), mail)
    await world.pendingEffects.enqueue(world.welcome(randomUUID()), signal)
    await world.ledger.claim(world.welcome(), randomUUID(), signal)
    world.wait(60_000)
    expect((await sweepRule(rule)).swept).toEqual({ gone: 1, unknown: 1 })
    expect(evaluate).not.toHaveBeenCalled()
  })

  it('leaves an effect to the next sweep if its row has changed since the sweeper read it', async () => {
    await world.pendingEffects.enqueue(world.welcome(), signal)
    const rules = sweptRules({ PostConfirmation: when(hasAttribute('custom:excluded'), mail) })
    const effects: World['effects'] = { ...world.effects, remove: async () => false, postpone: async () => false }
    expect((await world.sweep({ rules, effects })).swept).toEqual({ waiting: 1 })
  })
})
