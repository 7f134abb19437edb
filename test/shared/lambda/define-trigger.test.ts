import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import middy from '@middy/core'
import { describe, expect, it } from 'vitest'
import { type Announced, HANDLER_CREATED } from '../../../src/shared/lambda/announce.ts'
import { chain, failOpen } from '../../../src/shared/rules/combinators.ts'
import { respond } from '../../../src/shared/rules/outcome.ts'
import { defineRule } from '../../../src/shared/rules/rule.ts'
import {
  collector,
  confirm,
  crash,
  manualClock,
  noOpinion,
  type Pre,
  post,
  pre,
  preEvent,
  refuse,
  unchecked,
  work,
} from '../../support/harness.ts'
import { lambdaContext } from '../../support/lambda-context.ts'

describe('a trigger factory', () => {
  it('throws without rules, because the handler would allow every user', () => {
    expect(() => pre()).toThrow(TypeError)
    expect(() => pre({})).toThrow(TypeError)
    expect(() => post()).toThrow(/at least one rule/)
  })

  it.each(['mary@example.com', 'a rule', '', '-x', 'x'.repeat(73), undefined, 7])('rejects a rule with the invalid name %j', (name) => {
    const rule = { ...noOpinion, name: unchecked<string>(name) }
    for (const whole of [rule, chain(rule), failOpen(chain(rule))])
      expect(() => pre(whole)).toThrow(/^A rule's name must be an identifier of at most 72 characters/)
  })

  it.each([0, -1, 0.5, 5001, Number.NaN, Number.POSITIVE_INFINITY])('rejects a deadline of %d milliseconds', (deadlineMs) => {
    expect(() => pre({ deadlineMs }, noOpinion)).toThrow(RangeError)
    expect(() => pre({ deadlineMs }, noOpinion)).toThrow(`deadlineMs is ${deadlineMs}; expected 1 to 5000 milliseconds`)
  })

  it.each([1, 4000, 5000])('accepts a deadline of %d milliseconds', (deadlineMs) => {
    expect(pre({ deadlineMs }, noOpinion)).toBeTypeOf('function')
  })

  it.each(['verbose', 'INFO', ''])('rejects the log level %j', (logLevel) => {
    expect(() => pre({ logLevel: unchecked(logLevel) }, noOpinion)).toThrow(TypeError)
    expect(() => pre({ logLevel: unchecked(logLevel) }, noOpinion)).toThrow(
      `logLevel is '${logLevel}'; expected one of debug, info, warn, error, silent`,
    )
  })

  it.each(['', 'fifteen letters'])('rejects the short hash key %j with a message that does not contain the key', (logHashKey) => {
    expect(() => pre({ logHashKey }, noOpinion)).toThrow(
      new RangeError('logHashKey is too short; expected a random string of at least 16 characters'),
    )
  })

  it('creates handlers with the properties composition and trigger', () => {
    const handler = pre({ deadlineMs: 100 }, noOpinion, refuse)
    expect(handler.composition).toMatchObject({ kind: 'chain', children: [{ name: 'no-opinion' }, { name: 'refuse' }] })
    expect(handler.trigger).toBe('PreSignUp')
    expect(post(work).trigger).toBe('PostConfirmation')
  })
})

describe('decide', () => {
  it('returns the decision with its trace, and writes no log line', async () => {
    const out = collector()
    const settings = { write: out.write }
    expect(await pre(settings, confirm).decide(preEvent())).toMatchObject({
      kind: 'proceed',
      rule: null,
      response: { autoConfirmUser: true },
    })
    expect(await pre(settings, confirm, refuse).decide(preEvent())).toMatchObject({
      ...{ kind: 'denied', rule: 'refuse', reason: 'not-invited', message: 'You need an invitation' },
      trace: [{ rule: 'confirm' }, { rule: 'refuse' }],
    })
    expect(await pre(settings, crash).decide(preEvent())).toMatchObject({
      kind: 'failed',
      rule: 'crash',
      error: expect.any(RangeError),
    })
    expect(await post(work).decide({ ...preEvent(), response: {} })).toMatchObject({
      kind: 'proceed',
      trace: [{ rule: 'work', outcome: 'done' }],
    })
    expect(out.lines()).toEqual([])
  })

  it('neither changes nor freezes the event', async () => {
    const meddle = defineRule<Pre>('meddle', ({ event }) => {
      Reflect.set(event.request, 'userAttributes', { email: 'x@example.com' })
      return { kind: 'skip' }
    })
    const event = preEvent()
    await pre(meddle).decide(event)

    expect(event).toEqual(preEvent())
    expect(Object.assign(event.request, { edited: true })).toMatchObject({ edited: true })
  })

  it('runs no middleware', async () => {
    const middleware = [
      {
        before: () => {
          throw new Error('called')
        },
      },
    ]
    expect(await pre({ middleware }, confirm).decide(preEvent())).toMatchObject({ kind: 'proceed' })
  })

  it('measures rules with the clock in the settings, and leaves no timers', async () => {
    const clock = manualClock()
    const slow = defineRule<Pre>('slow', async () => {
      clock.advance(30)
      return { kind: 'skip' }
    })
    expect(await pre({ clock }, slow).decide(preEvent())).toMatchObject({ trace: [{ rule: 'slow', ms: 30 }] })
    expect(clock.pending()).toBe(0)
  })

  it("returns a failed decision if a rule's answer has a field that the trigger does not support", async () => {
    const wrong = defineRule<Pre>('wrong', () => respond(unchecked({ autoConfirm: true })))
    expect(await pre(wrong).decide(preEvent())).toMatchObject({ kind: 'failed', rule: 'wrong' })
  })
})

describe('observe', () => {
  it('calls the observer with the answers of rules, in an invocation and in decide', async () => {
    const handler = pre({ write: () => undefined }, confirm)
    const seen: unknown[] = []
    handler.observe({ onAnswer: ({ rule, path }) => seen.push(`${rule} ${path}`) })
    await handler(preEvent())
    await handler.decide(preEvent())
    handler.observe({})
    await handler(preEvent())

    expect(seen).toEqual([`${confirm.name} 0`, `${confirm.name} 0`])
  })
})

describe('announce', () => {
  it('publishes each handler and middleware, with its composition and a function that observes it', async () => {
    const created: Announced[] = []
    const onCreated = (made: unknown): void => void created.push(unchecked<Announced>(made))
    subscribe(HANDLER_CREATED, onCreated)
    const handler = pre({ write: () => undefined }, confirm)
    const middleware = pre.middleware({ write: () => undefined, deadlineMs: 1000 }, confirm)
    unsubscribe(HANDLER_CREATED, onCreated)
    const seen: unknown[] = []
    for (const { trigger, composition, observe } of created)
      observe({ onAnswer: ({ path }) => seen.push([trigger, composition.kind, path]) })

    await handler(preEvent())
    await middy(async (event: Pre['event']) => event).use(middleware)(preEvent(), lambdaContext)

    expect(seen).toEqual([
      [handler.trigger, 'chain', '0'],
      [handler.trigger, 'chain', '0'],
    ])
  })
})
