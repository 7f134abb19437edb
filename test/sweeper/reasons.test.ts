import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PostConfirmation } from '../../src/post-confirmation/trigger.ts'
import { chain, when } from '../../src/shared/rules/combinators.ts'
import { defineCondition } from '../../src/shared/rules/condition.ts'
import { decide } from '../../src/shared/rules/engine.ts'
import { NotDoneError } from '../../src/shared/rules/errors.ts'
import { processClock, startDeadline } from '../../src/shared/rules/invocation.ts'
import { once } from '../../src/shared/rules/once.ts'
import { done, skip } from '../../src/shared/rules/outcome.ts'
import { defineRule, type Rule } from '../../src/shared/rules/rule.ts'
import { sweptRules } from '../../src/sweeper/swept-rules.ts'
import { ann, postConfirmationEvent } from '../support/events.ts'
import { SAMPLES } from '../support/samples.ts'
import { startWorld, type World } from '../support/sweeper-world.ts'

const { signal } = new AbortController()
// These values start with a letter, so that they are valid reasons. An invalid reason would become `error`.
const SUB = 'c0ffee00-0000-4000-8000-000000000001'
const NAME = 'Wilhelmina'
const USER_NAME = 'mina.smith'
let world: World

beforeEach(async () => {
  world = await startWorld()
  poolHas({ given_name: NAME })
})
afterEach(() => world.stop())

function poolHas(attributes: Readonly<Record<string, string>>): void {
  world.cognito.addPool(ann.userPoolId, { userName: USER_NAME, attributes: { sub: SUB, ...attributes } })
}

const withCode = (code: unknown): Error => Object.assign(new Error('refused'), { code })
const notice = (run: Parameters<typeof defineRule<PostConfirmation>>[1]): Rule<PostConfirmation> =>
  once(world.ledger, defineRule<PostConfirmation>('notice', run, { reads: ['given_name'] }), { delivery: 'at-most-once' })
const enqueue = () => world.pendingEffects.enqueue({ ...world.welcome(SUB), effect: 'notice' }, signal)
const sweepRule = (rule: Rule<PostConfirmation>, options: Parameters<World['sweep']>[0] = {}) =>
  world.sweep({ rules: sweptRules({ PostConfirmation: rule }), ...options })

describe('reasons in the report of a sweep', () => {
  it.each([
    ['an attribute', NAME],
    ['an attribute in upper case', NAME.toUpperCase()],
    ['a string that contains an attribute', `no-${NAME}`],
    ['the user name', USER_NAME],
    ['the sub', SUB],
  ])('hides %s in the report and in the ledger if a condition throws it as an error code', async (_, code) => {
    await enqueue()
    const condition = defineCondition(() => Promise.reject(withCode(code)), { reads: [] })

    const report = await sweepRule(
      when(
        condition,
        notice(() => done()),
      ),
    )

    expect(report).toEqual({ swept: { 'rule-error': 1 }, reasons: { hidden: 1 }, lost: [] })
    expect(await world.open()).toMatchObject([{ state: 'pending', reason: 'hidden' }])
  })

  it('hides an attribute value if a rule throws it as an error code', async () => {
    await enqueue()
    const report = await sweepRule(notice(({ user }) => Promise.reject(new NotDoneError(withCode(user.attributes.given_name)))))
    expect(report).toEqual({ swept: { 'rule-error': 1 }, reasons: { hidden: 1 }, lost: [] })
  })

  it('hides an attribute value if a rule returns it as the reason of a skip', async () => {
    await enqueue()
    const report = await sweepRule(notice(({ user }) => skip(String(user.attributes.given_name))))
    expect(report).toEqual({ swept: { skipped: 1 }, reasons: { hidden: 1 }, lost: [] })
  })

  it('hides an attribute value that the stored event still has, but the pool no longer has', async () => {
    const rule = notice(({ user }) => Promise.reject(new NotDoneError(withCode(user.attributes.given_name))))
    const deadline = startDeadline(4000, processClock)
    const event = postConfirmationEvent({ sub: SUB, given_name: NAME })
    await decide(chain(rule), event, { contract: SAMPLES.working, deadline })
    deadline.close()
    poolHas({ given_name: 'Mina' })
    world.wait(60_000)

    expect(await sweepRule(rule)).toEqual({ swept: { 'rule-error': 1 }, reasons: { hidden: 1 }, lost: [] })
  })

  it('hides the sub in the report and in the ledger if a user look-up throws it as an error code', async () => {
    await enqueue()
    const users: World['users'] = { find: (_, sub) => Promise.reject(withCode(sub)) }

    const report = await sweepRule(
      notice(() => done()),
      { users },
    )

    expect(report).toMatchObject({ swept: { error: 1 }, reasons: { hidden: 1 } })
    expect(await world.open()).toMatchObject([{ state: 'pending', reason: 'hidden' }])
  })

  it('hides the sub if the ledger throws it as an error code', async () => {
    await enqueue()
    const effects: World['effects'] = { ...world.effects, remove: ({ sub }) => Promise.reject(withCode(sub)) }
    const never = defineCondition(() => false, { reads: [] })

    const report = await sweepRule(
      when(
        never,
        notice(() => done()),
      ),
      { effects },
    )

    expect(report).toEqual({ swept: { error: 1 }, reasons: { hidden: 1 }, lost: [] })
  })

  it.each(['constructor', 'toString', 'valueOf', 'hasOwnProperty'])(
    'counts an error code that equals the name of an inherited property: %s',
    async (code) => {
      await enqueue()
      const report = await sweepRule(notice(() => Promise.reject(new NotDoneError(withCode(code)))))
      expect(JSON.stringify(report.reasons)).toBe(JSON.stringify({ [code]: 1 }))
    },
  )
})
