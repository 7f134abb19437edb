import { describe, expect, test } from 'vitest'
import { anyOf, chain, denyIf, failOpen, shadow, when } from '../../../src/shared/rules/combinators.ts'
import { decide } from '../../../src/shared/rules/engine.ts'
import { toErrorReason } from '../../../src/shared/rules/errors.ts'
import { startDeadline } from '../../../src/shared/rules/invocation.ts'
import { type AnyOutcome, allow, deny, done, respond, skip } from '../../../src/shared/rules/outcome.ts'
import { type Ability, compose, defineRule, type Rule } from '../../../src/shared/rules/rule.ts'
import { autoClock } from '../../support/auto-clock.ts'
import {
  run,
  SAMPLES,
  type SampleAnswer,
  type SampleKind,
  type SampleRefusing,
  type SampleWorking,
  sampleEvent,
} from '../../support/samples.ts'

const rule = (name: string, say: () => AnyOutcome<SampleRefusing>): Rule<SampleRefusing> =>
  compose<SampleRefusing>({ name, kind: 'rule', evaluate: async () => say() })

describe('the trace', () => {
  test('the trace has an entry with a path for each rule that ran, in the order in which the rules started', async () => {
    const decision = await run(
      'refusing',
      chain(
        rule('look', () => skip('seen')),
        anyOf(
          rule('first', () => deny('no', 'No', { detail: 'more for the log' })),
          rule('second', () => allow()),
          rule('third', () => allow()),
        ),
      ),
    )
    expect(decision.trace.map(({ ms: _, ...line }) => line)).toEqual([
      { rule: 'look', path: '0', outcome: 'skip', reason: 'seen' },
      { rule: 'any-of', path: '1', outcome: 'allow' },
      { rule: 'first', path: '1.0', outcome: 'deny', reason: 'no', detail: 'more for the log' },
      { rule: 'second', path: '1.1', outcome: 'allow' },
    ])
  })

  test('the trace has the duration of each rule', async () => {
    const clock = autoClock()
    const slow = rule('slow', () => {
      clock.spend(7)
      return skip()
    })
    const decision = await run(
      'refusing',
      chain(
        slow,
        when(() => true, slow),
      ),
      sampleEvent,
      clock,
    )
    expect(decision.trace.map(({ rule: name, ms }) => [name, ms])).toEqual([
      ['slow', 7],
      ['when', 7],
      ['slow', 7],
    ])
  })

  test('the trace entry of a rule in a nested chain lists the changed fields of all earlier answers', async () => {
    const nested = chain(
      rule('b', () => respond<SampleAnswer>({ b: 1 })),
      rule('a', () => respond<SampleAnswer>({ a: 2 })),
    )
    const decision = await run(
      'refusing',
      chain(
        rule('first', () => respond<SampleAnswer>({ a: 1 })),
        nested,
      ),
    )

    expect(decision.trace.find(({ rule: name }) => name === 'a')).toMatchObject({ path: '1.1', overrides: ['a'] })
  })

  test('if a rule changes fields of an earlier answer, its trace entry lists these fields', async () => {
    const answers = [
      rule('a', () => respond<SampleAnswer>({ a: 1 })),
      rule('ab', () => respond<SampleAnswer>({ a: 2, b: 2 })),
      rule('b', () => respond<SampleAnswer>({ b: 3 })),
    ]
    const decision = await run('refusing', chain(...answers))
    expect(decision.trace.map(({ overrides }) => overrides)).toEqual([undefined, ['a'], ['b']])
    expect(decision).toMatchObject({ kind: 'proceed', response: { a: 2, b: 3 } })
  })

  test('the trace has the outcome of a shadow rule, marked as shadow, and the error of a rule that threw', async () => {
    const broken = rule('broken', () => {
      throw Object.assign(new Error('secret'), { code: 'ECONNRESET' })
    })
    const decision = await run('refusing', chain(shadow(rule('tried', () => deny('no', 'No'))), failOpen(broken)))
    expect(decision).toMatchObject({
      kind: 'proceed',
      trace: [
        { rule: 'shadow', path: '0', outcome: 'skip', reason: 'shadowed' },
        { rule: 'fail-open', path: '1', outcome: 'skip', reason: 'failed-open' },
        { rule: 'broken', path: '1.0', outcome: 'error', reason: 'ECONNRESET', error: { message: 'secret' } },
        { rule: 'tried', path: '0.0', outcome: 'deny', reason: 'no', shadow: true },
      ],
    })
  })

  test('two hanging shadow rules share one time limit, so both have a timeout after 500 ms', async () => {
    const clock = autoClock()
    const hang = compose<SampleRefusing>({ name: 'hang', kind: 'rule', evaluate: () => new Promise(() => {}) })
    const decision = await run('refusing', chain(shadow(hang), shadow(hang)), sampleEvent, clock)
    expect(decision.trace.filter((line) => line.shadow)).toMatchObject([{ reason: 'deadline-exceeded' }, { reason: 'deadline-exceeded' }])
    expect(clock.now()).toBe(500)
  })

  test("the trace has 'unnamed' instead of a reason that is not an identifier, because such a reason may be an attribute", async () => {
    const decision = await run('refusing', chain(rule('look', () => skip('mary@example.com'))))
    expect(decision.trace).toMatchObject([{ rule: 'look', reason: 'unnamed' }])
  })

  test('the trace has two paths for a rule that occurs twice in a composition', async () => {
    const look = rule('look', () => skip())
    expect((await run('refusing', chain(look, chain(look, look)))).trace.map(({ path }) => path)).toEqual(['0', '1', '1.0', '1.1'])
  })

  test('the trace has a path for a rule that runs inside a custom composition', async () => {
    const inner = rule('inner', () => allow())
    const custom = defineRule<SampleRefusing>('custom', async (ctx, { evaluate }) => {
      const verdict = await evaluate(inner, ctx)
      return verdict.kind === 'allow' ? verdict : skip()
    })
    expect((await run('refusing', chain(custom))).trace).toMatchObject([
      { rule: 'custom', path: '0' },
      { rule: 'inner', path: '0.0' },
    ])
  })
})

describe('rules that a custom composition runs', () => {
  const a = rule('a', () => skip('seen'))
  const b = rule('b', () => allow())
  const both: Rule<SampleRefusing>['evaluate'] = async (ctx, { evaluate }) => {
    await evaluate(a, ctx)
    const verdict = await evaluate(b, ctx)
    return verdict.kind === 'allow' ? verdict : skip()
  }
  const runForPaths = async (custom: Rule<SampleRefusing>): Promise<readonly string[]> =>
    (await run('refusing', chain(custom))).trace.map(({ rule: name, path }) => `${name} ${path}`)

  test.each<readonly [string, Rule<SampleRefusing>]>([
    ['without declaring children', defineRule<SampleRefusing>('custom', both)],
    ['with declared children', { name: 'custom', kind: 'rule', children: [a, b], evaluate: both }],
  ])('the engine numbers the rules of a custom composition in the order in which they run: %s', async (_, custom) => {
    expect(await runForPaths(custom)).toEqual(['custom 0', 'a 0.0', 'b 0.1'])
  })

  test('the path of a rule has the index that the custom composition passes to evaluate', async () => {
    const picks = defineRule<SampleRefusing>('picks', async (ctx, { evaluate }) => {
      const verdict = await evaluate(b, ctx, { index: 1 })
      return verdict.kind === 'allow' ? verdict : skip()
    })
    expect(await runForPaths({ ...picks, children: [a, b] })).toEqual(['picks 0', 'b 0.1'])
  })

  test('a deferred rule keeps its path when it runs after the decision', async () => {
    const defers = defineRule<SampleRefusing>('defers', (ctx, { defer }) => {
      defer(a, ctx)
      defer(b, ctx)
      return skip()
    })
    expect(await runForPaths(defers)).toEqual(['defers 0', 'a 0.0', 'b 0.1'])
  })
})

describe('a modified copy of a chain', () => {
  const whole = chain(rule('a', () => skip()))

  test('if a copy of a chain has another evaluate function, the engine validates the outcome of the copy', async () => {
    const forged: Rule<SampleRefusing> = { ...whole, evaluate: () => ({ kind: 'allow', answer: { c: 1 } }) as never }
    expect(await run('refusing', chain(forged))).toMatchObject({
      kind: 'failed',
      error: { message: "unknown field 'c'" },
    })
  })

  test('if a copy of a chain has another evaluate function that hangs, the copy has a timeout at the deadline', async () => {
    const hangs: Rule<SampleRefusing> = { ...whole, evaluate: () => new Promise(() => {}) }
    expect(await run('refusing', chain(hangs))).toMatchObject({ kind: 'failed', error: { code: 'deadline-exceeded' } })
  })

  test('an anyOf that denies in a working trigger has an error', async () => {
    const misplaced = anyOf(rule('a', () => skip()))
    expect(await run('working', chain(misplaced))).toMatchObject({
      kind: 'proceed',
      trace: [
        { rule: 'any-of', outcome: 'error', error: { message: "The rule 'any-of' must return one of answer, skip, done" } },
        { rule: 'a' },
      ],
    })
  })
})

describe('the trace', () => {
  const crash = rule('crash', () => {
    throw new RangeError('secret')
  })
  const observed = async (kind: SampleKind, ...rules: readonly Rule<SampleRefusing>[]): Promise<readonly string[]> => {
    const { trace } = await run(kind, chain(...rules), sampleEvent)
    return trace.flatMap(({ rule: name, path, error, explanation }) => {
      const isInherited = trace.some((inner) => inner.path.startsWith(`${path}.`) && inner.error === error)
      return isInherited || (error ?? explanation) === undefined ? [] : [`${name} ${path} ${error ?? explanation}`]
    })
  }
  const custom = compose<SampleRefusing>({
    name: 'custom',
    kind: 'rule',
    async evaluate(ctx, { evaluate }) {
      await evaluate(crash, ctx)
      return skip()
    },
  })

  test.each<readonly [string, Rule<SampleRefusing>, string]>([
    ['directly in the chain', crash, 'crash 0'],
    ['inside compositions that fail with it', chain(anyOf(crash)), 'crash 0.0.0'],
    ['inside failOpen', failOpen(crash), 'crash 0.0'],
    ['inside shadow', shadow(crash), 'crash 0.0'],
    ['inside a custom composition', custom, 'crash 0.0'],
    ['in frozen compositions', Object.freeze(chain(Object.freeze(crash))), 'crash 0.0'],
  ])('the trace has the error of a rule: %s', async (_, whole, place) => {
    expect(await observed('refusing', whole)).toEqual([`${place} RangeError: secret`])
  })

  test('the trace has the error of a condition, of an invalid outcome and of a timeout', async () => {
    const asks = when<SampleRefusing>(() => {
      throw new TypeError('no answer')
    }, crash)
    const wrong = rule('wrong', () => done())
    const hang = compose<SampleRefusing>({ name: 'hang', kind: 'rule', evaluate: () => new Promise(() => {}) })
    expect(await observed('refusing', failOpen(asks), failOpen(wrong), failOpen(hang))).toEqual([
      'when 0.0 TypeError: no answer',
      "wrong 1.0 TypeError: The rule 'wrong' must return one of allow, answer, skip, deny",
      'hang 2.0 DeadlineExceededError: The rule timed out',
    ])
  })

  test('the trace has the explanation of a skip', async () => {
    const unverified = rule('mail', () => skip('not-verified', 'Cognito has not verified the address'))
    expect(await observed('refusing', chain(unverified))).toEqual(['mail 0.0 Cognito has not verified the address'])
  })

  test('the trace has the explanation of a denial', async () => {
    const strict = rule('strict', () => ({ ...deny('not-valid', 'Not valid'), explanation: 'name is too short' }))
    expect(
      await observed(
        'refusing',
        chain(
          anyOf(
            rule('plain', () => deny('no', 'No')),
            strict,
          ),
        ),
      ),
    ).toContain('strict 0.0.1 name is too short')
  })
})

describe('a rule that returns an invalid outcome', () => {
  const returns = (value: unknown, can: readonly Ability[] = ['allow', 'answer', 'deny']): Rule<SampleRefusing> =>
    defineRule<SampleRefusing>('wrong', () => value as never, { can })

  test.each([
    [undefined, 'must return one of allow, answer, skip, deny'],
    [null, 'must return one of'],
    [true, 'must return one of'],
    [{ kind: 'done' }, 'must return one of'],
    [{ kind: 'deny' }, 'denied without a message or a valid reason'],
    [{ kind: 'deny', reason: 'mary@example.com', message: 'No' }, 'without a message or a valid reason'],
    [{ kind: 'deny', reason: 'no', message: '' }, 'without a message or a valid reason'],
    [{ kind: 'deny', reason: 'no', message: '...' }, 'without a message or a valid reason'],
    [{ kind: 'deny', reason: 'no', message: 1 }, 'without a message or a valid reason'],
    [{ kind: 'answer', answer: { c: 1 } }, "unknown field 'c'"],
    [{ kind: 'answer', answer: { toString: 1 } }, "unknown field 'toString'"],
    [{ kind: 'answer', answer: { a: 'one' } }, "'a' is a string"],
    [{ kind: 'skip', answer: { a: 'one' } }, "'a' is a string"],
    [{ kind: 'answer' }, 'answered undefined'],
  ])('a rule that returns %j has an error', async (value, message) => {
    const decision = await run('refusing', chain(returns(value)))
    expect(decision).toMatchObject({ kind: 'failed', rule: 'wrong', error: { message: expect.stringContaining(message) } })
  })

  test.each(['deny', 'answer'] as const)('a rule that allows but declares only %s has an error', async (ability) => {
    const decision = await run('refusing', anyOf(returns({ kind: 'allow' }, [ability])))
    const message = `The rule 'wrong' returned allow, but it declares can: [${ability}]`
    expect(decision).toMatchObject({ kind: 'failed', error: { message } })
  })
})

describe('the rule name of a denial', () => {
  test.each(['wrong-client', 'Invite.expired_2', 'x'.repeat(64)])(
    'a denial has the name of the denyIf rule that denied, and not the name of a composition around that rule: %s',
    async (reason) => {
      const denying = denyIf<SampleRefusing>(() => true, reason, 'No')
      for (const whole of [chain(denying), chain(chain(denying)), when<SampleRefusing>(() => true, anyOf(denying))])
        expect(await run('refusing', chain(whole))).toMatchObject({ kind: 'denied', rule: `deny-if-${reason}` })
    },
  )
})

describe('the deadline', () => {
  test('a rule that uses all the time has a timeout, and the chain does not run the next rule', async () => {
    const clock = autoClock()
    const slow = rule('slow', () => {
      clock.spend(5000)
      return skip()
    })
    const decision = await run(
      'refusing',
      chain(
        slow,
        rule('late', () => allow()),
      ),
      sampleEvent,
      clock,
    )
    expect(decision).toMatchObject({ kind: 'failed', rule: 'slow', trace: [{ rule: 'slow', reason: 'deadline-exceeded' }] })
  })

  const late = (outcome: () => AnyOutcome<SampleRefusing>): readonly Rule<SampleRefusing>[] => [
    compose<SampleRefusing>({ name: 'at-once', kind: 'rule', evaluate: outcome }),
    rule('awaited', outcome),
  ]

  test.each<readonly [string, () => AnyOutcome<SampleRefusing>]>([
    ['allow', allow],
    ['skip', skip],
    ['answer', () => respond<SampleAnswer>({ a: 1 })],
  ])('the engine rejects the outcome %s of a rule that blocked the event loop past the deadline', async (_, outcome) => {
    const clock = autoClock()
    const blocking = (): AnyOutcome<SampleRefusing> => {
      clock.spend(5000)
      return outcome()
    }
    for (const blocked of late(blocking)) {
      const decision = await run('refusing', chain(blocked), sampleEvent, clock)
      expect(decision).toMatchObject({ kind: 'failed', trace: [{ outcome: 'error', reason: 'deadline-exceeded' }] })
    }
  })

  test('the engine rejects the result of a condition that blocked the event loop past the deadline', async () => {
    const clock = autoClock()
    const blocking = (): boolean => {
      clock.spend(5000)
      return false
    }
    for (const condition of [blocking, async () => blocking()]) {
      const decision = await run('refusing', chain(denyIf(condition, 'never', 'Never')), sampleEvent, clock)
      expect(decision).toMatchObject({ kind: 'failed', trace: [{ reason: 'deadline-exceeded' }] })
    }
  })

  test('the engine accepts the outcomes deny and done even from a rule that returns after the deadline', async () => {
    const clock = autoClock()
    const denying = rule('denying', () => {
      clock.spend(5000)
      return deny('late', 'Late')
    })
    expect(await run('refusing', chain(denying), sampleEvent, clock)).toMatchObject({ kind: 'denied', reason: 'late' })
    const working = compose<SampleWorking>({
      name: 'working',
      kind: 'rule',
      evaluate: () => {
        clock.spend(5000)
        return done()
      },
    })
    expect(await run('working', chain(working), sampleEvent, clock)).toMatchObject({ kind: 'proceed', trace: [{ outcome: 'done' }] })
  })

  test('a deadline is over once its timer has fired, even if the timer fired slightly early', async () => {
    const clock = autoClock()
    const early = { ...clock, after: (ms: number, callback: () => void) => clock.after(ms - 0.5, callback) }
    const hang = compose<SampleRefusing>({ name: 'hang', kind: 'rule', evaluate: () => new Promise(() => {}) })
    const deadline = startDeadline(4000, early)
    const decision = await decide(chain(hang, hang), sampleEvent, {
      contract: SAMPLES.working,
      deadline,
      clock: early,
    })
    expect(decision).toMatchObject({ kind: 'proceed', trace: [{ reason: 'deadline-exceeded' }, { reason: 'deadline-exceeded' }] })
  })

  test('the deadline applies to conditions', async () => {
    const decision = await run(
      'refusing',
      chain(
        when(
          () => new Promise<boolean>(() => {}),
          rule('never', () => allow()),
        ),
      ),
    )
    expect(decision).toMatchObject({ kind: 'failed', rule: 'when', trace: [{ reason: 'deadline-exceeded' }] })
  })

  test('the engine aborts the signal of a rule at the time limit of that rule', async () => {
    const clock = autoClock()
    const seen: (readonly [number, boolean])[] = []
    const waits = defineRule<SampleRefusing>('waits', ({ signal }) => {
      signal.addEventListener('abort', () => seen.push([clock.now(), signal.aborted]))
      return new Promise(() => {})
    })
    await run('refusing', chain(failOpen(waits, { withinMs: 50 }), failOpen(waits), waits), sampleEvent, clock)
    // The first rule gets the 50 ms of its withinMs. The second gets a third of the remaining 3,950 ms. The last has until the deadline.
    expect(seen).toEqual([
      [50, true],
      [1367, true],
      [4000, true],
    ])
  })

  test('decide uses the clock of the process by default', async () => {
    const deadline = startDeadline(1000, autoClock())
    const decision = await decide(chain(rule('a', () => allow())), sampleEvent, {
      contract: SAMPLES.refusing,
      deadline,
    })
    expect(decision.kind).toBe('proceed')
  })
})

describe('names and reasons', () => {
  test('defineRule rejects a name that is not kebab-case', () => {
    expect(() => defineRule<SampleRefusing>('Require Invite', () => allow())).toThrow("the name is 'Require Invite'; expected kebab-case")
  })

  test("deny requires an identifier as the reason, requires a message, and removes the message's final full stop", () => {
    expect(deny('no-invite', 'You need an invitation. ')).toEqual({ kind: 'deny', reason: 'no-invite', message: 'You need an invitation' })
    expect(() => deny('No invite!', 'No')).toThrow('must be an identifier')
    expect(() => deny('x'.repeat(65), 'No')).toThrow('at most 64 characters')
    expect(() => deny('no', ' . ')).toThrow("deny('no'): the message is empty")
    expect(() => denyIf(() => true, 'not an id', 'No')).toThrow('must be an identifier')
  })

  test('toErrorReason returns the code or name of an error, and never its message', () => {
    expect(toErrorReason(Object.assign(new Error('x'), { code: 'ETIMEDOUT' }))).toBe('ETIMEDOUT')
    expect(toErrorReason(Object.assign(new Error('x'), { code: 'not an id' }))).toBe('Error')
    expect(toErrorReason(Object.assign(new Error('x'), { name: 'mary@example.com' }))).toBe('error')
    expect(toErrorReason('thrown text')).toBe('error')
    expect(toErrorReason(null)).toBe('error')
    expect(toErrorReason({})).toBe('error')
    const hides = {
      get code() {
        throw new Error('hidden')
      },
    }
    expect(toErrorReason(hides)).toBe('error')
  })

  test('skip and respond return an outcome without undefined keys', () => {
    expect(skip()).toEqual({ kind: 'skip' })
    expect(respond<SampleAnswer>({ a: 1 })).toEqual({ kind: 'answer', answer: { a: 1 } })
    expect(respond<SampleAnswer>({ a: 1 }, 'set')).toEqual({ kind: 'answer', reason: 'set', answer: { a: 1 } })
  })
})

describe('the declarations of a rule', () => {
  test('the declarations of a rule are properties of the rule', () => {
    const permissions = [{ actions: ['dynamodb:GetItem'], resource: 'INVITE_TABLE' }]
    expect(defineRule<SampleRefusing>('invited', () => allow(), { permissions, judges: 'email-domain' })).toMatchObject({
      permissions,
      judges: 'email-domain',
    })
    expect(defineRule<SampleRefusing>('pure', () => allow(), { permissions: [] })).toMatchObject({ permissions: [] })
    const silent = defineRule<SampleRefusing>('silent', () => allow())
    expect(['permissions' in silent, 'judges' in silent]).toEqual([false, false])
  })

  test.each([
    ['a string', 'dynamodb:GetItem'],
    ['an object', { actions: ['a:B'], resource: 'T' }],
    ['null', null],
    ['a list of strings', ['dynamodb:GetItem']],
    ['no actions', [{ actions: [], resource: 'T' }]],
    ['actions that are a string', [{ actions: 'a:B', resource: 'T' }]],
    ['an action that is a number', [{ actions: [7], resource: 'T' }]],
    ['no resource', [{ actions: ['a:B'] }]],
    ['an index that is a list', [{ actions: ['a:B'], resource: 'T', index: ['i'] }]],
    ['the key on instead of resource', [{ actions: ['a:B'], on: 'T' }]],
  ])('defineRule throws for invalid permissions: %s', (_, permissions) => {
    expect(() => defineRule<SampleRefusing>('wrong', () => allow(), { permissions: permissions as never })).toThrow(
      new TypeError(
        "defineRule('wrong'): permissions must be a list such as [{ actions: ['dynamodb:GetItem'], resource: 'TABLE' }], or []",
      ),
    )
  })

  test.each(['no-invite', null, ['no invite'], [7]])('defineRule throws for invalid reasons: %j', (reasons) => {
    expect(() => defineRule<SampleRefusing>('wrong', () => allow(), { reasons: reasons as never })).toThrow(
      new TypeError("defineRule('wrong'): reasons must be a list of identifiers, such as ['no-invite']"),
    )
  })

  test('defineRule keeps the event version that a rule needs, and rejects an invalid version', () => {
    expect(defineRule<SampleRefusing>('later', () => skip(), { lambdaVersion: 'V2_0' }).lambdaVersion).toBe('V2_0')
    expect('lambdaVersion' in defineRule<SampleRefusing>('any', () => skip())).toBe(false)
    expect(() => defineRule<SampleRefusing>('wrong', () => skip(), { lambdaVersion: '2' as never })).toThrow(
      new TypeError(`defineRule('wrong'): lambdaVersion must be a version such as 'V2_0'`),
    )
  })

  test.each(['domain', '', null, 7])('defineRule throws for an invalid value of judges: %j', (judges) => {
    expect(() => defineRule<SampleRefusing>('wrong', () => allow(), { judges: judges as never })).toThrow(
      new TypeError(`defineRule('wrong'): judges is ${JSON.stringify(judges)}; expected 'email-domain' or 'block'`),
    )
  })
})

describe('a composition with invalid arguments', () => {
  test.each([
    ['chain()', () => chain()],
    ['anyOf()', () => anyOf()],
    ['when()', () => when(() => true)],
  ])('%s throws without a rule', (name, make) => expect(make).toThrow(`${name} needs at least one rule`))

  test.each([0, -1, Number.NaN])('failOpen throws if withinMs is %s', (withinMs) => {
    expect(() =>
      failOpen(
        rule('a', () => allow()),
        { withinMs },
      ),
    ).toThrow(`withinMs is ${withinMs}; expected a positive number of ms`)
  })
})

describe('two answers that can be encoded alone, but not together', () => {
  /** Runs two rules that answer different fields, with a contract that encodes only one field. */
  async function decideBoth(kind: SampleKind) {
    const { answers, ...contract } = SAMPLES[kind]
    if (answers === undefined) throw new Error(`${kind} has no answers`)
    const encode: typeof answers.encode = (answer, event) => {
      if (Object.keys(Object(answer)).length > 1) throw new RangeError('one field at a time')
      return answers.encode(answer, event)
    }
    const clock = autoClock()
    return decide(
      chain(
        rule('first', () => respond({ a: 1 })),
        rule('second', () => respond({ b: 2 })),
      ),
      sampleEvent,
      {
        contract: { ...contract, answers: { ...answers, encode } },
        deadline: startDeadline(4000, clock),
        clock,
      },
    )
  }

  test('answers that cannot be combined fail the invocation in a trigger that fails on errors', async () => {
    const decision = await decideBoth('refusing')
    expect(decision).toMatchObject({ kind: 'failed', rule: 'handler', error: new RangeError('one field at a time') })
  })

  test('answers that cannot be combined leave the response empty, with a trace entry, in a trigger that continues on errors', async () => {
    const decision = await decideBoth('messaging')
    expect(decision).toMatchObject({ kind: 'proceed', rule: null, response: {} })
    expect(decision).not.toHaveProperty('answer')
    expect(decision.trace.map(({ rule: name, path, outcome }) => [name, path, outcome])).toEqual([
      ['first', '0', 'answer'],
      ['second', '1', 'answer'],
      ['handler', '', 'error'],
    ])
  })
})
