import { describe, expect, test } from 'vitest'
import { anyOf, chain, denyIf, failOpen, shadow, when } from '../../../src/shared/rules/combinators.ts'
import { decide } from '../../../src/shared/rules/engine.ts'
import { reasonOf } from '../../../src/shared/rules/errors.ts'
import { startDeadline } from '../../../src/shared/rules/invocation.ts'
import { type AnyOutcome, allow, deny, done, respond, skip } from '../../../src/shared/rules/outcome.ts'
import { compose, defineRule, type Rule } from '../../../src/shared/rules/rule.ts'
import { autoClock } from '../../support/auto-clock.ts'
import { run, type SamplePost, type SamplePre, sampleEvent } from '../../support/samples.ts'

const rule = (name: string, say: () => AnyOutcome<SamplePre>): Rule<SamplePre> =>
  compose<SamplePre>({ name, kind: 'rule', evaluate: async () => say() })

describe('the trace', () => {
  test('tells what each rule said, in the order in which they started, with its place', async () => {
    const decision = await run(
      'pre',
      chain(
        rule('look', () => skip('seen')),
        anyOf(
          rule('first', () => deny('no', 'No', 'more for the log')),
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

  test('tells how long each rule took', async () => {
    const clock = autoClock()
    const slow = rule('slow', () => {
      clock.spend(7)
      return skip()
    })
    const decision = await run(
      'pre',
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

  test('tells which fields a rule overrode', async () => {
    const answers = [
      rule('a', () => respond<SamplePre>({ a: 1 })),
      rule('ab', () => respond<SamplePre>({ a: 2, b: 2 })),
      rule('b', () => respond<SamplePre>({ b: 3 })),
    ]
    const decision = await run('pre', chain(...answers))
    expect(decision.trace.map(({ overrides }) => overrides)).toEqual([undefined, ['a'], ['b']])
    expect(decision).toMatchObject({ kind: 'proceed', response: { a: 2, b: 3 } })
  })

  test('holds what a shadow said, marked as such, and the error of a broken rule', async () => {
    const broken = rule('broken', () => {
      throw Object.assign(new Error('secret'), { code: 'ECONNRESET' })
    })
    const decision = await run('pre', chain(shadow(rule('tried', () => deny('no', 'No'))), failOpen(broken)))
    expect(decision).toMatchObject({
      kind: 'proceed',
      trace: [
        { rule: 'shadow', path: '0', outcome: 'skip', reason: 'shadowed' },
        { rule: 'fail-open', path: '1', outcome: 'skip', reason: 'failed-open' },
        { rule: 'broken', path: '1.0', outcome: 'broken', reason: 'ECONNRESET', error: { message: 'secret' } },
        { rule: 'tried', path: '0.0', outcome: 'deny', reason: 'no', shadow: true },
      ],
    })
  })

  test('a shadow that hangs gets a bounded part of the time, and says so', async () => {
    const clock = autoClock()
    const hang = compose<SamplePre>({ name: 'hang', kind: 'rule', evaluate: () => new Promise(() => {}) })
    const decision = await run('pre', chain(shadow(hang), shadow(hang)), sampleEvent, clock)
    expect(decision.trace.filter((line) => line.shadow)).toMatchObject([{ reason: 'deadline-exceeded' }, { reason: 'deadline-exceeded' }])
    expect(clock.now()).toBe(500)
  })

  test('names no reason that is no identifier: it could be an attribute', async () => {
    const decision = await run('pre', chain(rule('look', () => skip('mary@example.com'))))
    expect(decision.trace).toMatchObject([{ rule: 'look', reason: 'unnamed' }])
  })

  test('tells a rule that stands in a composition twice apart', async () => {
    const look = rule('look', () => skip())
    expect((await run('pre', chain(look, chain(look, look)))).trace.map(({ path }) => path)).toEqual(['0', '1', '1.0', '1.1'])
  })

  test('a rule run by a composition of somebody else has a place too', async () => {
    const inner = rule('inner', () => allow())
    const custom = defineRule<SamplePre>('custom', async (ctx, { evaluate }) => {
      const verdict = await evaluate(inner, ctx)
      return verdict.kind === 'allow' ? verdict : skip()
    })
    expect((await run('pre', chain(custom))).trace).toMatchObject([
      { rule: 'custom', path: '0' },
      { rule: 'inner', path: '0.0' },
    ])
  })
})

describe('rules that a composition of a user runs', () => {
  const a = rule('a', () => skip('seen'))
  const b = rule('b', () => allow())
  const both: Rule<SamplePre>['evaluate'] = async (ctx, { evaluate }) => {
    await evaluate(a, ctx)
    const verdict = await evaluate(b, ctx)
    return verdict.kind === 'allow' ? verdict : skip()
  }
  const placesOf = async (custom: Rule<SamplePre>): Promise<readonly string[]> =>
    (await run('pre', chain(custom))).trace.map(({ rule: name, path }) => `${name} ${path}`)

  test.each<readonly [string, Rule<SamplePre>]>([
    ['without declaring children', defineRule<SamplePre>('custom', both)],
    ['as its children', { name: 'custom', kind: 'rule', children: [a, b], evaluate: both }],
  ])('each have a place of their own: %s', async (_, custom) => {
    expect(await placesOf(custom)).toEqual(['custom 0', 'a 0.0', 'b 0.1'])
  })

  test('have the place that it hands over', async () => {
    const picks = defineRule<SamplePre>('picks', async (ctx, { evaluate }) => {
      const verdict = await evaluate(b, ctx, { index: 1 })
      return verdict.kind === 'allow' ? verdict : skip()
    })
    expect(await placesOf({ ...picks, children: [a, b] })).toEqual(['picks 0', 'b 0.1'])
  })

  test('keep their places after the decision', async () => {
    const defers = defineRule<SamplePre>('defers', (ctx, { defer }) => {
      defer(a, ctx)
      defer(b, ctx)
      return skip()
    })
    expect(await placesOf(defers)).toEqual(['defers 0', 'a 0.0', 'b 0.1'])
  })
})

describe('a composition of ours', () => {
  const whole = chain(rule('a', () => skip()))

  test('is checked where a copy of it runs something else', async () => {
    const forged: Rule<SamplePre> = { ...whole, evaluate: () => ({ kind: 'allow', response: { c: 1 } }) as never }
    expect(await run('pre', chain(forged))).toMatchObject({
      kind: 'failed',
      error: { message: expect.stringContaining("answered with 'c'") },
    })
  })

  test('is cut off at the deadline where a copy of it runs something else', async () => {
    const hangs: Rule<SamplePre> = { ...whole, evaluate: () => new Promise(() => {}) }
    expect(await run('pre', chain(hangs))).toMatchObject({ kind: 'failed', error: { code: 'deadline-exceeded' } })
  })

  test('for the other phase cannot deny: an anyOf in a post trigger is broken', async () => {
    const misplaced = anyOf(rule('a', () => skip()))
    expect(await run('post', chain(misplaced))).toMatchObject({
      kind: 'proceed',
      trace: [{ rule: 'any-of', outcome: 'broken', error: { message: "The rule 'any-of' must return one of done, skip" } }, { rule: 'a' }],
    })
  })
})

describe('an observer', () => {
  const crash = rule('crash', () => {
    throw new RangeError('secret')
  })
  const observed = async (phase: 'pre' | 'post', ...rules: readonly Rule<SamplePre>[]): Promise<readonly string[]> => {
    const seen: string[] = []
    await run(phase, chain(...rules), sampleEvent, autoClock(), 4000, {
      onRuleError: ({ rule: name, path, error }) => seen.push(`${name} ${path} ${error}`),
      onExplanation: ({ rule: name, path, explanation }) => seen.push(`${name} ${path} ${explanation}`),
    })
    return seen
  }
  const custom = compose<SamplePre>({
    name: 'custom',
    kind: 'rule',
    async evaluate(ctx, { evaluate }) {
      await evaluate(crash, ctx)
      return skip()
    },
  })

  test.each<readonly [string, Rule<SamplePre>, string]>([
    ['directly', crash, 'crash 0'],
    ['inside compositions that break with it', chain(anyOf(crash)), 'crash 0.0.0'],
    ['inside failOpen', failOpen(crash), 'crash 0.0'],
    ['inside shadow', shadow(crash), 'crash 0.0'],
    ['inside a rule of a user', custom, 'crash 0.0'],
    ['frozen', Object.freeze(chain(Object.freeze(crash))), 'crash 0.0'],
  ])('gets what a rule threw, once: %s', async (_, whole, place) => {
    expect(await observed('pre', whole)).toEqual([`${place} RangeError: secret`])
  })

  test('gets the error of a condition, of a wrong outcome and of a deadline', async () => {
    const asks = when<SamplePre>(() => {
      throw new TypeError('no answer')
    }, crash)
    const wrong = rule('wrong', () => done())
    const hang = compose<SamplePre>({ name: 'hang', kind: 'rule', evaluate: () => new Promise(() => {}) })
    expect(await observed('pre', failOpen(asks), failOpen(wrong), failOpen(hang))).toEqual([
      'when 0.0 TypeError: no answer',
      "wrong 1.0 TypeError: The rule 'wrong' must return one of allow, skip, deny",
      'hang 2.0 DeadlineExceededError: The time for this rule ran out',
    ])
  })

  test('gets what a denial explains, from the rule that denied alone', async () => {
    const strict = rule('strict', () => ({ ...deny('not-valid', 'Not valid'), explanation: 'name is too short' }))
    expect(
      await observed(
        'pre',
        chain(
          anyOf(
            rule('plain', () => deny('no', 'No')),
            strict,
          ),
        ),
      ),
    ).toEqual(['strict 0.0.1 name is too short'])
  })

  test('of the outermost rule gets an empty path', async () => {
    const seen: string[] = []
    const decision = await run('pre', crash, sampleEvent, autoClock(), 4000, { onRuleError: ({ path }) => seen.push(path) })
    expect([decision.kind, seen]).toEqual(['failed', ['']])
  })
})

describe('a rule that says what it must not', () => {
  const says = (value: unknown, kind: 'gate' | 'guard' | 'shaper' = 'gate'): Rule<SamplePre> =>
    defineRule<SamplePre>('wrong', () => value as never, { kind })

  test.each([
    [undefined, 'must return one of allow, skip, deny'],
    [null, 'must return one of'],
    [true, 'must return one of'],
    [{ kind: 'done' }, 'must return one of'],
    [{ kind: 'deny' }, 'without a reason'],
    [{ kind: 'deny', reason: 'mary@example.com', message: 'No' }, 'without a reason that is an identifier'],
    [{ kind: 'deny', reason: 'no', message: '' }, 'or without a message'],
    [{ kind: 'deny', reason: 'no', message: '...' }, 'or without a message'],
    [{ kind: 'deny', reason: 'no', message: 1 }, 'or without a message'],
    [{ kind: 'skip', response: { c: 1 } }, "answered with 'c', which this trigger's response does not have"],
    [{ kind: 'skip', response: { toString: 1 } }, "answered with 'toString'"],
    [{ kind: 'skip', response: { a: 'one' } }, "answered with 'a' of type string; it is a number"],
  ])('is broken: %j', async (value, message) => {
    const decision = await run('pre', chain(says(value)))
    expect(decision).toMatchObject({ kind: 'failed', rule: 'wrong', error: { message: expect.stringContaining(message) } })
  })

  test.each(['guard', 'shaper'] as const)('is broken: a %s that vouches', async (kind) => {
    const decision = await run('pre', anyOf(says({ kind: 'allow' }, kind)))
    expect(decision).toMatchObject({ kind: 'failed', error: { message: expect.stringContaining('must not vouch') } })
  })
})

describe('the rule that decided', () => {
  test.each(['wrong-client', 'Invite.expired_2', 'x'.repeat(64)])(
    'is named through compositions, whatever identifier denyIf has: %s',
    async (reason) => {
      const denying = denyIf<SamplePre>(() => true, reason, 'No')
      for (const whole of [chain(denying), chain(chain(denying)), when<SamplePre>(() => true, anyOf(denying))])
        expect(await run('pre', chain(whole))).toMatchObject({ kind: 'denied', rule: `deny-if-${reason}` })
    },
  )
})

describe('time', () => {
  test('is over for the rules after one that took it all', async () => {
    const clock = autoClock()
    const slow = rule('slow', () => {
      clock.spend(5000)
      return skip()
    })
    const decision = await run(
      'pre',
      chain(
        slow,
        rule('late', () => allow()),
      ),
      sampleEvent,
      clock,
    )
    expect(decision).toMatchObject({ kind: 'failed', rule: 'slow', trace: [{ rule: 'slow', reason: 'deadline-exceeded' }] })
  })

  const late = (outcome: () => AnyOutcome<SamplePre>): readonly Rule<SamplePre>[] => [
    compose<SamplePre>({ name: 'at-once', kind: 'rule', evaluate: outcome }),
    rule('awaited', outcome),
  ]

  test.each<readonly [string, () => AnyOutcome<SamplePre>]>([
    ['allow', allow],
    ['skip', skip],
    ['an answer', () => respond<SamplePre>({ a: 1 })],
  ])('does not take %s that comes after the deadline because the rule blocked the event loop', async (_, outcome) => {
    const clock = autoClock()
    const blocking = (): AnyOutcome<SamplePre> => {
      clock.spend(5000)
      return outcome()
    }
    for (const blocked of late(blocking)) {
      const decision = await run('pre', chain(blocked), sampleEvent, clock)
      expect(decision).toMatchObject({ kind: 'failed', trace: [{ outcome: 'broken', reason: 'deadline-exceeded' }] })
    }
  })

  test('does not take the answer of a condition that blocked the event loop beyond the deadline', async () => {
    const clock = autoClock()
    const blocking = (): boolean => {
      clock.spend(5000)
      return false
    }
    for (const condition of [blocking, async () => blocking()]) {
      const decision = await run('pre', chain(denyIf(condition, 'never', 'Never')), sampleEvent, clock)
      expect(decision).toMatchObject({ kind: 'failed', trace: [{ reason: 'deadline-exceeded' }] })
    }
  })

  test('leaves a late denial a denial, and late work done', async () => {
    const clock = autoClock()
    const denying = rule('denying', () => {
      clock.spend(5000)
      return deny('late', 'Late')
    })
    expect(await run('pre', chain(denying), sampleEvent, clock)).toMatchObject({ kind: 'denied', reason: 'late' })
    const working = compose<SamplePost>({
      name: 'working',
      kind: 'effect',
      evaluate: () => {
        clock.spend(5000)
        return done()
      },
    })
    expect(await run('post', chain(working), sampleEvent, clock)).toMatchObject({ kind: 'proceed', trace: [{ outcome: 'done' }] })
  })

  test('is over once the timer fired, even where the clock says that a moment is left', async () => {
    const clock = autoClock()
    const early = { ...clock, after: (ms: number, callback: () => void) => clock.after(ms - 0.5, callback) }
    const hang = compose<SamplePre>({ name: 'hang', kind: 'rule', evaluate: () => new Promise(() => {}) })
    const deadline = startDeadline(4000, early)
    const decision = await decide(chain(hang, hang), sampleEvent, {
      allowed: { phase: 'post', responseFields: {} },
      deadline,
      clock: early,
    })
    expect(decision).toMatchObject({ kind: 'proceed', trace: [{ reason: 'deadline-exceeded' }, { reason: 'deadline-exceeded' }] })
  })

  test('covers conditions', async () => {
    const decision = await run(
      'pre',
      chain(
        when(
          () => new Promise<boolean>(() => {}),
          rule('never', () => allow()),
        ),
      ),
    )
    expect(decision).toMatchObject({ kind: 'failed', rule: 'when', trace: [{ reason: 'deadline-exceeded' }] })
  })

  test('is handed to rules as a signal, which a share of it aborts earlier', async () => {
    const clock = autoClock()
    const seen: (readonly [number, boolean])[] = []
    const waits = defineRule<SamplePre>('waits', ({ signal }) => {
      signal.addEventListener('abort', () => seen.push([clock.now(), signal.aborted]))
      return new Promise(() => {})
    })
    await run('pre', chain(failOpen(waits, { withinMs: 50 }), failOpen(waits), waits), sampleEvent, clock)
    // 50, a third of the 3,950 left after that, and the whole.
    expect(seen).toEqual([
      [50, true],
      [1367, true],
      [4000, true],
    ])
  })

  test('comes from the process unless told otherwise', async () => {
    const deadline = startDeadline(1000, autoClock())
    const decision = await decide(chain(rule('a', () => allow())), sampleEvent, { allowed: { phase: 'pre', responseFields: {} }, deadline })
    expect(decision.kind).toBe('proceed')
  })
})

describe('names and reasons', () => {
  test('a rule is named in kebab-case', () => {
    expect(() => defineRule<SamplePre>('Require Invite', () => allow())).toThrow("'require-invite'; got 'Require Invite'")
  })

  test('a denial has an identifier and a text, whose full stop is Cognito’s', () => {
    expect(deny('no-invite', 'You need an invitation. ')).toEqual({ kind: 'deny', reason: 'no-invite', message: 'You need an invitation' })
    expect(() => deny('No invite!', 'No')).toThrow('must be an identifier')
    expect(() => deny('x'.repeat(65), 'No')).toThrow('at most 64 characters')
    expect(() => deny('no', ' . ')).toThrow("deny('no'): the message for the caller is empty")
    expect(() => denyIf(() => true, 'not an id', 'No')).toThrow('must be an identifier')
  })

  test('an error is known by its code or its name, never by its message', () => {
    expect(reasonOf(Object.assign(new Error('x'), { code: 'ETIMEDOUT' }))).toBe('ETIMEDOUT')
    expect(reasonOf(Object.assign(new Error('x'), { code: 'not an id' }))).toBe('Error')
    expect(reasonOf(Object.assign(new Error('x'), { name: 'mary@example.com' }))).toBe('error')
    expect(reasonOf('thrown text')).toBe('error')
    expect(reasonOf(null)).toBe('error')
    expect(reasonOf({})).toBe('error')
    const hides = {
      get code() {
        throw new Error('hidden')
      },
    }
    expect(reasonOf(hides)).toBe('error')
  })

  test('what is left out stays out of an outcome', () => {
    expect(skip()).toEqual({ kind: 'skip' })
    expect(respond<SamplePre>({ a: 1 })).toEqual({ kind: 'skip', response: { a: 1 } })
    expect(respond<SamplePre>({ a: 1 }, 'set')).toEqual({ kind: 'skip', why: 'set', response: { a: 1 } })
  })
})

describe('what a rule declares', () => {
  test('stands on the rule', () => {
    const permissions = [{ actions: ['dynamodb:GetItem'], resource: 'INVITE_TABLE' }]
    expect(defineRule<SamplePre>('invited', () => allow(), { permissions, judges: 'email-domain' })).toMatchObject({
      permissions,
      judges: 'email-domain',
    })
    expect(defineRule<SamplePre>('pure', () => allow(), { permissions: [] })).toMatchObject({ permissions: [] })
    const silent = defineRule<SamplePre>('silent', () => allow())
    expect(['permissions' in silent, 'judges' in silent]).toEqual([false, false])
  })

  test.each([
    ['a text', 'dynamodb:GetItem'],
    ['an object', { actions: ['a:B'], resource: 'T' }],
    ['null', null],
    ['a list of texts', ['dynamodb:GetItem']],
    ['no actions', [{ actions: [], resource: 'T' }]],
    ['actions that are a text', [{ actions: 'a:B', resource: 'T' }]],
    ['an action that is a number', [{ actions: [7], resource: 'T' }]],
    ['no resource', [{ actions: ['a:B'] }]],
    ['an index that is a list', [{ actions: ['a:B'], resource: 'T', index: ['i'] }]],
    ['the words of an older version', [{ actions: ['a:B'], on: 'T' }]],
  ])('is refused where permissions are wrong: %s', (_, permissions) => {
    expect(() => defineRule<SamplePre>('wrong', () => allow(), { permissions: permissions as never })).toThrow(
      new TypeError(
        "defineRule('wrong'): permissions is a list such as [{ actions: ['dynamodb:GetItem'], resource: 'TABLE' }], or [] for none",
      ),
    )
  })

  test.each(['domain', '', null, 7])('is refused where judges is %j', (judges) => {
    expect(() => defineRule<SamplePre>('wrong', () => allow(), { judges: judges as never })).toThrow(
      new TypeError(`defineRule('wrong'): judges is ${JSON.stringify(judges)}; expected 'email-domain' or 'block'`),
    )
  })
})

describe('what cannot work is refused when composed', () => {
  test.each([
    ['chain()', () => chain()],
    ['anyOf()', () => anyOf()],
    ['when()', () => when(() => true)],
  ])('%s', (name, make) => expect(make).toThrow(`${name} needs at least one rule`))

  test.each([0, -1, Number.NaN])('a share of %s ms', (withinMs) => {
    expect(() =>
      failOpen(
        rule('a', () => allow()),
        { withinMs },
      ),
    ).toThrow(`withinMs is a positive number of milliseconds; got ${withinMs}`)
  })
})
