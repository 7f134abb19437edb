import { describe, expect, test, vi } from 'vitest'
import { chain, failClosed, failOpen, parallel, when } from '../../../src/shared/rules/combinators.ts'
import { and, type Condition, defineCondition, not, perInvocation, triggeredBy } from '../../../src/shared/rules/condition.ts'
import { DeadlineExceededError, EffectLostError, NotDoneError } from '../../../src/shared/rules/errors.ts'
import { type Clock, processClock } from '../../../src/shared/rules/invocation.ts'
import { type OnceOptions, once } from '../../../src/shared/rules/once.ts'
import { done, respond, skip } from '../../../src/shared/rules/outcome.ts'
import { defineRule, type Rule } from '../../../src/shared/rules/rule.ts'
import type { RuleContext } from '../../../src/shared/rules/trigger.ts'
import { autoClock } from '../../support/auto-clock.ts'
import { type MemoryLedger, memoryLedger } from '../../support/memory-ledger.ts'
import { run, type SampleAnswer, type SampleWorking, sampleEvent } from '../../support/samples.ts'

const event: SampleWorking['event'] = {
  ...sampleEvent,
  request: { userAttributes: { sub: 'sub-1', email: 'mary@example.com', phone_number: '+15555550100' } },
}
const atMostOnce: OnceOptions = { delivery: 'at-most-once' }
const atLeastOnce: OnceOptions = { delivery: 'at-least-once' }
const never = new Promise<never>(() => {})

/** Makes a rule that adds `run` to the log of the test ledger. */
function effect(ledger: MemoryLedger, evaluate: Rule<SampleWorking>['evaluate'] = () => done(), reads: readonly string[] = []) {
  return defineRule<SampleWorking>(
    'mail',
    (ctx, engine) => {
      ledger.log.push('run')
      return evaluate(ctx, engine)
    },
    { reads },
  )
}

const failing = (error: unknown): Rule<SampleWorking>['evaluate'] => {
  return () => {
    throw error
  }
}

/** Runs a rule inside a chain, so that it has a trace entry, and returns the trace. */
const runForTrace = async (rule: Rule<SampleWorking>, input: SampleWorking['event'] = event, clock: Clock = autoClock(), ms = 4000) =>
  (await run('working', chain(rule), input, clock, ms)).trace
/** Runs a rule and returns its outcome and reason, such as `skip: effect-done`. */
const runForOutcome = async (rule: Rule<SampleWorking>, input: SampleWorking['event'] = event, clock: Clock = autoClock(), ms = 4000) => {
  const [line] = await runForTrace(rule, input, clock, ms)
  return `${line?.outcome}${line?.reason === undefined ? '' : `: ${line.reason}`}`
}

describe('once', () => {
  test.each([
    ['at-most-twice', 'a string'],
    [undefined, 'undefined'],
  ])('once throws if delivery is %j', (delivery, described) => {
    const ledger = memoryLedger()
    expect(() => once(ledger, effect(ledger), { delivery: delivery as never })).toThrow(
      new TypeError(`once(): delivery is ${described}; expected 'at-least-once' or 'at-most-once'`),
    )
  })

  test('once claims the effect before it runs, and records it as done afterwards', async () => {
    const ledger = memoryLedger()
    expect(await runForOutcome(once(ledger, effect(ledger), atMostOnce))).toBe('done')
    expect(ledger.log).toEqual(['claim', 'run', 'done'])
  })

  test('once does not run the effect again when the event is repeated', async () => {
    const ledger = memoryLedger()
    const rule = once(ledger, effect(ledger), atMostOnce)
    expect(await runForOutcome(rule)).toBe('done')
    expect(await runForOutcome(rule)).toBe('skip: effect-done')
    expect(ledger.log).toEqual(['claim', 'run', 'done', 'claim'])
  })

  test('once does not run the effect if another invocation holds the claim', async () => {
    const ledger = memoryLedger()
    const outcomes: (string | undefined)[] = []
    const rule = once(
      ledger,
      effect(ledger, async () => {
        outcomes.push(await runForOutcome(rule))
        return done()
      }),
      atMostOnce,
    )
    expect(await runForOutcome(rule)).toBe('done')
    expect(outcomes).toEqual(['skip: effect-held'])
    expect(ledger.log).toEqual(['claim', 'run', 'claim', 'done'])
  })

  test.each(['done', 'unknown', 'failed'] as const)('once does not run an effect that has the state %s in the ledger', async (state) => {
    const ledger: MemoryLedger = { ...memoryLedger(), claim: async () => ({ kind: 'settled', state }) }
    expect(await runForOutcome(once(ledger, effect(ledger), atMostOnce))).toBe(`skip: effect-${state}`)
    expect(ledger.log).toEqual([])
  })

  test('once runs an effect one time for each combination of user, pool and id', async () => {
    const ledger = memoryLedger()
    const mail = effect(ledger)
    const rule = once(ledger, mail, atMostOnce)
    const another = { ...event, request: { userAttributes: { sub: 'sub-2' } } }
    for (const input of [event, another, { ...event, userPoolId: 'eu-west-1_other' }]) expect(await runForOutcome(rule, input)).toBe('done')
    expect(await runForOutcome(once(ledger, mail, { ...atMostOnce, id: 'birthday' }))).toBe('done')
    expect(ledger.effects.map(({ userPoolId, sub, effect: name }) => [userPoolId, sub, name])).toEqual([
      ['eu-west-1_sample', 'sub-1', 'mail'],
      ['eu-west-1_sample', 'sub-2', 'mail'],
      ['eu-west-1_other', 'sub-1', 'mail'],
      ['eu-west-1_sample', 'sub-1', 'mail:birthday'],
    ])
  })

  test.each([
    { what: 'no sub', input: { ...event, request: { userAttributes: { email: 'mary@example.com' } } } },
    { what: 'an empty sub', input: { ...event, request: { userAttributes: { sub: '' } } } },
    { what: 'no pool', input: { ...event, userPoolId: '' } },
  ])('once does not run the effect for an event with $what, because the user is unknown', async ({ input }) => {
    const ledger = memoryLedger()
    expect(await runForOutcome(once(ledger, effect(ledger), atMostOnce), input)).toBe('skip: no-sub')
    expect(ledger.log).toEqual([])
  })

  test('once returns the answer of its rule', async () => {
    const ledger = memoryLedger()
    const answering = effect(ledger, () => ({ ...done(), answer: { a: 1 } }))
    expect(await run('working', once(ledger, answering, atMostOnce), event)).toMatchObject({ kind: 'proceed', response: { a: 1 } })
  })

  test('once has its rule as a child, the effect name for the ledger, and the permissions of the ledger', () => {
    const permissions = [{ actions: ['dynamodb:UpdateItem'], resource: 'EFFECT_TABLE' }]
    const ledger = memoryLedger()
    const mail = effect(ledger)
    expect(once({ ...ledger, permissions }, mail, atMostOnce)).toMatchObject({
      kind: 'once',
      effect: 'mail',
      children: [mail],
      permissions,
    })
    expect(once(ledger, mail, { ...atMostOnce, id: 'birthday' })).toMatchObject({ effect: 'mail:birthday' })
    expect(once(ledger, mail, atMostOnce)).not.toHaveProperty('permissions')
  })

  test('once has an error in a refusing trigger, because a repeated event would skip a denial', async () => {
    const ledger = memoryLedger()
    const rule = effect(ledger)
    const decision = await run('refusing', once(ledger, rule, atMostOnce), event)
    expect(decision).toMatchObject({ kind: 'failed', rule: 'once' })
    expect(ledger.log).toEqual([])
  })
})

test('once throws for a composition, which may hide the error of a rule', () => {
  const ledger = memoryLedger()
  const work = defineRule<SampleWorking>('work', () => done())
  expect(() => once(ledger, { ...chain(work), reads: [] }, { delivery: 'at-most-once' })).toThrow(
    "'chain' is a composition; put once() inside it",
  )
})

describe('the effect that the ledger stores', () => {
  test('the ledger stores the delivery, and an event with only the declared attributes', async () => {
    const ledger = memoryLedger()
    await runForTrace(once(ledger, effect(ledger, undefined, ['email', 'given_name']), { delivery: 'at-least-once' }), {
      ...event,
      request: { ...event.request, ...{ clientMetadata: { secret: 'x' } } },
      response: { a: 1 },
    })
    expect(ledger.effects).toEqual([
      {
        userPoolId: 'eu-west-1_sample',
        sub: 'sub-1',
        effect: 'mail',
        delivery: 'at-least-once',
        event: {
          version: '1',
          triggerSource: 'PreSignUp_SignUp',
          region: 'eu-west-1',
          userPoolId: 'eu-west-1_sample',
          userName: 'mary',
          callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: 'client1' },
          request: { userAttributes: { sub: 'sub-1', email: 'mary@example.com' } },
          response: {},
        },
      },
    ])
  })

  test('the ledger stores only the attribute sub if the rule declares no attributes, and keeps a client id that is null', async () => {
    const ledger = memoryLedger()
    await runForTrace(once(ledger, effect(ledger), atMostOnce), { ...event, callerContext: { ...event.callerContext, clientId: null } })
    expect(ledger.effects[0]?.event).toMatchObject({
      callerContext: { clientId: null },
      request: { userAttributes: { sub: 'sub-1' } },
    })
    expect(Object.keys(ledger.effects[0]?.event.request.userAttributes ?? {})).toEqual(['sub'])
  })
})

describe('the attributes that a rule declares', () => {
  test.each([undefined, 'email', [7], ['']])(
    'once and defineRule throw for reads that are not a list of names, also in plain JavaScript: %j',
    (reads) => {
      const undeclared: unknown = { ...defineRule<SampleWorking>('mail', () => done()), reads }
      expect(() => once(memoryLedger(), undeclared as ReturnType<typeof effect>, atMostOnce)).toThrow(
        "once() needs a rule with reads; 'mail' has none: reads must be a list of attribute names",
      )
      if (reads !== undefined)
        expect(() => defineRule<SampleWorking>('mail', () => done(), { reads: reads as string[] })).toThrow(
          "defineRule('mail'): reads must be a list",
        )
    },
  )

  test('a rule inside once sees only the attributes that it declares in reads', async () => {
    const ledger = memoryLedger()
    const seen: unknown[] = []
    const looking = effect(
      ledger,
      ({ user, event: own }) => {
        seen.push({ ...user.attributes }, user.email, own.request.userAttributes, own.triggerSource, own.userName)
        return done()
      },
      ['phone_number', 'name'],
    )
    await runForTrace(once(ledger, looking, atMostOnce))
    const kept = { sub: 'sub-1', phone_number: '+15555550100' }
    expect(seen).toEqual([kept, undefined, kept, 'PreSignUp_SignUp', 'mary'])
    expect(ledger.effects[0]?.event.request.userAttributes).toEqual(kept)
  })

  test('a perInvocation lookup inside once gets the whole event, because all rules share its result', async () => {
    const ledger = memoryLedger()
    const lookUp = vi.fn(async () => 'found')
    const shared = perInvocation<SampleWorking, string>(lookUp)
    const looking = async (ctx: RuleContext<SampleWorking>) => {
      await shared(ctx)
      return done()
    }
    await runForTrace(chain(defineRule<SampleWorking>('first', looking), once(ledger, effect(ledger, looking), atMostOnce)))
    expect(lookUp).toHaveBeenCalledTimes(1)
    expect(lookUp).toHaveBeenCalledWith(expect.objectContaining({ event }))
  })
})

describe('when() around once()', () => {
  const undeclared: Condition = () => true
  const declared = defineCondition(() => true, { reads: [] })
  const message = "when() around once('mail') needs a condition that declares which attributes it reads; use defineCondition()"

  test('when throws if a once is inside and the condition does not declare its reads', () => {
    const ledger = memoryLedger()
    const mail = once(ledger, effect(ledger), atMostOnce)
    const other = defineRule<SampleWorking>('other', () => done())
    for (const inside of [mail, chain(other, mail), parallel(other, failOpen(chain(mail))), when(declared, mail)]) {
      expect(() => when(undeclared, inside)).toThrow(message)
      expect(() => when(undeclared, other, inside)).toThrow(message)
      expect(() => when(not(undeclared), inside)).toThrow(message)
      expect(() => when(and(declared, undeclared), inside)).toThrow(message)
      expect(() =>
        when(
          Object.assign(() => true, { reads: Object('email') }),
          inside,
        ),
      ).toThrow(message)
      expect(when(and(declared, triggeredBy('PreSignUp_SignUp')), inside)).toMatchObject({ kind: 'when' })
    }
  })

  test('when accepts a condition without reads if no once is inside', () => {
    expect(
      when(
        undeclared,
        defineRule<SampleWorking>('other', () => done()),
      ),
    ).toMatchObject({ kind: 'when', condition: undeclared })
  })
})

describe('an effect that had nothing to do', () => {
  test('an effect that skips is deleted from the ledger, so that it runs again at a later event', async () => {
    const ledger = memoryLedger()
    const rule = once(
      ledger,
      effect(ledger, () => skip('not-yet')),
      atMostOnce,
    )
    expect(await runForOutcome(rule)).toBe('skip: not-yet')
    expect(await runForOutcome(rule)).toBe('skip: not-yet')
    expect(ledger.log).toEqual(['claim', 'run', 'drop', 'claim', 'run', 'drop'])
  })

  test('an effect that only answers still changes the response', async () => {
    const ledger = memoryLedger()
    const shaping = effect(ledger, () => respond<SampleAnswer>({ b: 2 }))
    expect(await run('working', once(ledger, shaping, atMostOnce), event)).toMatchObject({ response: { b: 2 } })
  })

  test('an effect that skips has an error if the ledger cannot delete it', async () => {
    const ledger = memoryLedger(async (call) => {
      if (call === 'drop') throw new RangeError('no table')
    })
    expect(
      await runForOutcome(
        once(
          ledger,
          effect(ledger, () => skip()),
          atMostOnce,
        ),
      ),
    ).toBe('error: RangeError')
  })
})

describe('the write of a result to the ledger', () => {
  test('once retries the write of a result to the ledger until it succeeds', async () => {
    const ledger = memoryLedger(async (call, nth) => {
      if (call === 'done' && nth < 4) throw new RangeError('no table')
    })
    const rule = once(ledger, effect(ledger), atMostOnce)
    expect(await runForOutcome(rule, event, processClock)).toBe('done')
    expect(ledger.log).toEqual(['claim', 'run', 'done', 'done', 'done', 'done'])
    expect(await runForOutcome(rule)).toBe('skip: effect-done')
  })

  test('if the ledger cannot store a result before the deadline, once stops retrying and has an error', async () => {
    const ledger = memoryLedger(async (call) => {
      if (call === 'done') throw new RangeError('no table')
    })
    // The outcome has the error of the ledger or of the deadline: the first of the two errors.
    const outcome = await runForOutcome(once(ledger, effect(ledger), atMostOnce), event, processClock, 450)
    expect(outcome).toMatch(/^error: (RangeError|deadline-exceeded)$/)
    expect(ledger.log.slice(0, 4)).toEqual(['claim', 'run', 'done', 'done'])
    expect(ledger.setbacks).toEqual([])
  })

  test('once times out at the deadline if the write of a result hangs', async () => {
    const clock = autoClock()
    const ledger = memoryLedger(async (call) => (call === 'done' ? never : undefined))
    expect(await runForOutcome(once(ledger, effect(ledger), atMostOnce), event, clock)).toBe('error: deadline-exceeded')
    expect(clock.now()).toBe(4000)
    expect(clock.pending()).toBe(0)
  })

  test('once stops a hanging effect 600 ms before the deadline, so that time is left to write the result', async () => {
    const clock = autoClock()
    const calls: [string, number, boolean][] = []
    const ledger = memoryLedger(async (call) => {
      calls.push([call, clock.now(), ledger.signals.at(-1)?.aborted ?? true])
    })
    await runForTrace(
      once(
        ledger,
        effect(ledger, () => never),
        atLeastOnce,
      ),
      event,
      clock,
    )
    expect(calls).toEqual([
      ['claim', 0, false],
      ['fail', 3400, false],
    ])
  })

  test("if the code of an effect's error is a value of the event, the ledger stores 'hidden' instead of the code", async () => {
    const ledger = memoryLedger()
    const throwing = effect(ledger, () => {
      throw Object.assign(new Error('no'), { code: event.request.userAttributes?.sub })
    })
    await runForTrace(once(ledger, throwing, atLeastOnce), event, autoClock())
    expect(ledger.setbacks).toEqual([{ kind: 'retry', reason: 'hidden' }])
  })

  test('if too little time is left, once does not run the effect, and records in the ledger that it must be retried', async () => {
    const clock = autoClock()
    const ledger = memoryLedger(async (call) => {
      if (call === 'claim') clock.spend(3650)
    })
    expect(await runForOutcome(once(ledger, effect(ledger), atMostOnce), event, clock)).toBe('error: deadline-exceeded')
    expect(ledger.log).toEqual(['claim', 'fail'])
    expect(ledger.setbacks).toEqual([{ kind: 'retry', reason: 'deadline-exceeded' }])
  })

  test('if little time is left, once stops the effect early, so that a quarter of that time is left to write the result', async () => {
    const clock = autoClock()
    const times: number[] = []
    const ledger = memoryLedger(async (call) => {
      if (call === 'claim') clock.spend(3000)
      times.push(clock.now())
    })
    await runForTrace(
      once(
        ledger,
        effect(ledger, () => never),
        atLeastOnce,
      ),
      event,
      clock,
    )
    expect(times).toEqual([3000, 3750])
  })
})

describe('an effect that failed', () => {
  const timeout = Object.assign(new Error('mary@example.com'), { name: 'TimeoutError' })

  test.each([
    { delivery: 'at-least-once', error: timeout, failure: { kind: 'retry', reason: 'TimeoutError' } },
    { delivery: 'at-most-once', error: timeout, failure: { kind: 'unknown', reason: 'TimeoutError' } },
    { delivery: 'at-least-once', error: new NotDoneError(timeout), failure: { kind: 'retry', reason: 'TimeoutError' } },
    { delivery: 'at-most-once', error: new NotDoneError(timeout), failure: { kind: 'retry', reason: 'TimeoutError' } },
    { delivery: 'at-most-once', error: 'mary@example.com', failure: { kind: 'unknown', reason: 'error' } },
  ] as const)(
    'the ledger records an effect with $delivery and the error $error.name as $failure.kind',
    async ({ delivery, error, failure }) => {
      const ledger = memoryLedger()
      const trace = await runForTrace(once(ledger, effect(ledger, failing(error)), { delivery }))
      expect(ledger.log).toEqual(['claim', 'run', 'fail'])
      expect(ledger.setbacks).toEqual([failure])
      expect(trace).toMatchObject([
        { rule: 'once', outcome: 'error', reason: failure.reason, error },
        { rule: 'mail', outcome: 'error', reason: failure.reason },
      ])
    },
  )

  test.each([
    { delivery: 'at-least-once', failure: { kind: 'retry', reason: 'deadline-exceeded' } },
    { delivery: 'at-most-once', failure: { kind: 'unknown', reason: 'deadline-exceeded' } },
  ] as const)('the ledger records an effect with $delivery and a timeout as $failure.kind', async ({ delivery, failure }) => {
    const ledger = memoryLedger()
    await runForTrace(
      once(
        ledger,
        effect(ledger, () => never),
        { delivery },
      ),
    )
    expect(ledger.setbacks).toEqual([failure])
  })

  test.each([
    { what: 'rejects', trouble: async () => Promise.reject(new RangeError('no table')) },
    { what: 'hangs', trouble: async () => never },
  ])('a failed effect keeps its own error if the ledger $what while it records the failure', async ({ trouble }) => {
    const ledger = memoryLedger(async (call) => (call === 'fail' ? trouble() : undefined))
    expect(await runForOutcome(once(ledger, effect(ledger, failing(timeout)), atMostOnce))).toBe('error: TimeoutError')
  })

  test('a failed effect inside failClosed fails the invocation, and the decision has the name of the failed rule', async () => {
    const ledger = memoryLedger()
    const decision = await run('working', failClosed(once(ledger, effect(ledger, failing(timeout)), atLeastOnce)), event)
    expect(decision).toMatchObject({ kind: 'failed', rule: 'mail', error: timeout })
    expect(ledger.setbacks).toHaveLength(1)
  })
})

describe('an effect whose ledger is unreachable', () => {
  test.each([
    { what: 'rejects', trouble: () => Promise.reject(new RangeError('no table')), reason: 'RangeError' },
    { what: 'hangs', trouble: () => never, reason: 'deadline-exceeded' },
  ])('an effect does not run, and has an EffectLostError, if its ledger $what', async ({ trouble, reason }) => {
    const ledger = memoryLedger(trouble)
    const clock = autoClock()
    const [line, ...rest] = await runForTrace(once(ledger, effect(ledger), atMostOnce), event, clock)
    expect(ledger.log).toEqual(['claim'])
    expect(rest).toEqual([])
    expect(line).toMatchObject({ rule: 'once', outcome: 'error', reason })
    expect(line?.error).toBeInstanceOf(EffectLostError)
    expect(line?.error).toMatchObject({
      effect: { userPoolId: 'eu-west-1_sample', sub: 'sub-1', effect: 'mail', triggerSource: 'PreSignUp_SignUp', appClient: 'client1' },
    })
    expect(clock.pending()).toBe(0)
  })

  test('an EffectLostError has the timeout as its cause if the ledger hangs', async () => {
    const ledger = memoryLedger(() => never)
    const [line] = await runForTrace(once(ledger, effect(ledger), { ...atMostOnce, id: 'birthday' }))
    expect(line?.error).toMatchObject({ cause: expect.any(DeadlineExceededError), effect: { effect: 'mail:birthday' } })
    expect(ledger.signals[0]?.aborted).toBe(true)
  })

  test('an effect has an EffectLostError if its ledger throws synchronously', async () => {
    const throws: MemoryLedger['claim'] = () => {
      throw new RangeError('no table')
    }
    const ledger: MemoryLedger = { ...memoryLedger(), claim: throws }
    const [line] = await runForTrace(once(ledger, effect(ledger), atMostOnce))
    expect(line?.error).toBeInstanceOf(EffectLostError)
  })
})
