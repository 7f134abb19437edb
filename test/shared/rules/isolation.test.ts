import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyOf, chain, failOpen } from '../../../src/shared/rules/combinators.ts'
import type { Decision } from '../../../src/shared/rules/decision.ts'
import type { RuleContext } from '../../../src/shared/rules/trigger.ts'
import { autoClock } from '../../support/auto-clock.ts'
import { compositions } from '../../support/compositions.ts'
import { build, type Meddle, type Term, write } from '../../support/notation.ts'
import { run, type SampleRefusing, sampleEvent } from '../../support/samples.ts'

const anything = compositions(['allow', 'skip', 'deny', 'deny2', 'error', 'set:a', 'set:b=2'])

/** Returns every object that a rule can reach from its context. */
function findObjects(value: unknown, found = new Set<object>()): ReadonlySet<object> {
  if (typeof value !== 'object' || value === null || value instanceof AbortSignal || found.has(value)) return found
  found.add(value)
  for (const key of Reflect.ownKeys(value)) findObjects(Reflect.get(value, key), found)
  return found
}

/**
 * Tries to write to every existing field and to two new fields of an object. Uses Reflect, because its functions do not throw if a write
 * fails.
 */
const writeQuietly: Meddle = (ctx) => {
  for (const target of findObjects(ctx)) {
    for (const key of [...Reflect.ownKeys(target), 'autoConfirmUser', 'a']) {
      Reflect.set(target, key, 'changed')
      Reflect.defineProperty(target, key, { value: 'changed' })
      Reflect.deleteProperty(target, key)
    }
    Reflect.setPrototypeOf(target, { autoConfirmUser: true, a: 7 })
  }
}

const nested: SampleRefusing['event'] = {
  ...sampleEvent,
  request: { userAttributes: { email: 'mary@example.com', name: 'Mary' } },
  response: { a: 5 },
}
const event = (): SampleRefusing['event'] => structuredClone(nested)

/** Returns a decision without the durations and errors in its trace. */
function toComparable(decision: Decision<SampleRefusing>): unknown {
  const { trace, ...rest } = decision
  return { ...rest, ...('error' in rest && { error: String(rest.error) }), trace: trace.map(({ ms: _, error: __, ...line }) => line) }
}

describe('a rule cannot change the response or the context of another rule', () => {
  test('writes of a rule to its own context do not change the context of another rule', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anything, { minLength: 1, maxLength: 3 }), async (terms: readonly Term[]) => {
        const left = await run('refusing', chain(...terms.map((term) => build(term))), event())
        const given = event()
        const meddled = await run('refusing', chain(...terms.map((term) => build(term, writeQuietly))), given)

        expect(toComparable(meddled), terms.map(write).join(', ')).toEqual(toComparable(left))
        expect(given).toEqual(nested)
      }),
      { numRuns: 400 },
    )
  })

  test.each<readonly [string, (ctx: RuleContext<SampleRefusing>) => void]>([
    ['the trigger source', (ctx) => void Object.assign(ctx.event, { triggerSource: 'PreSignUp_AdminCreateUser' })],
    ['the response', (ctx) => void Object.assign(Object(ctx.event.response), { a: 7 })],
    ['an attribute of the event', (ctx) => void Object.assign(ctx.event.request.userAttributes ?? {}, { email: 'x@example.com' })],
    ['the user', (ctx) => void Object.assign(ctx.user, { email: 'x@example.com' })],
    ['an attribute of the user', (ctx) => void Object.assign(ctx.user.attributes, { email: 'x@example.com' })],
    ['the context', (ctx) => void Object.assign(ctx, { user: { email: 'x@example.com' } })],
  ])('a rule that writes to %s has an error', async (_, write) => {
    for (const word of ['allow', 'skip', 'set']) {
      const rule = build({ word, terms: word === 'set' ? [{ word: 'a', terms: [] }] : [] }, write)
      expect(await run('refusing', chain(rule), event())).toMatchObject({ kind: 'failed', rule: word, error: { name: 'TypeError' } })
    }
  })

  test('a rule cannot change an answer after it has returned that answer', async () => {
    const answer = { a: 1 }
    const meddle = (): void => {
      answer.a = 7
    }
    const decision = await run(
      'refusing',
      chain<SampleRefusing>(
        { name: 'answers', kind: 'rule', can: ['answer'], evaluate: () => ({ kind: 'answer', answer }) },
        build({ word: 'shadow', terms: [{ word: 'skip', terms: [] }] }, meddle),
      ),
    )
    expect(answer.a).toBe(7)
    expect(decision).toMatchObject({ kind: 'proceed', response: { a: 1 } })
  })

  test('a rule cannot change its outcome by a getter that returns another value at the second read', async () => {
    let reads = 0
    const outcome = {
      get kind(): 'skip' | 'allow' {
        reads += 1
        return reads > 1 ? 'allow' : 'skip'
      },
    }
    const decision = await run(
      'refusing',
      chain<SampleRefusing>({ name: 'two-faced', kind: 'rule', can: ['deny'], evaluate: () => outcome }),
    )
    expect(decision).toMatchObject({ kind: 'proceed', rule: null, trace: [{ outcome: 'skip' }] })
  })

  test('a rule cannot replace the functions of the deadline, even through the symbols of its context', async () => {
    const evil = build({ word: 'deny', terms: [] }, (ctx) => {
      for (const symbol of Object.getOwnPropertySymbols(ctx))
        for (const name of ['race', 'remainingMs', 'close', 'signal'])
          Reflect.set(Object(Reflect.get(ctx, symbol)), name, async () => ({ kind: 'skip' }))
    })
    const later = build({ word: 'deny2', terms: [] })
    expect(
      await run(
        'refusing',
        chain(
          build({ word: 'shadow', terms: [{ word: 'skip', terms: [] }] }),
          failOpen(anyOf(evil, build({ word: 'allow', terms: [] }))),
          later,
        ),
      ),
    ).toMatchObject({
      kind: 'denied',
      rule: 'deny2',
    })
  })

  test('a rule cannot be removed from the children of a composition', () => {
    const whole = chain(build({ word: 'allow', terms: [] }), build({ word: 'deny', terms: [] }))
    expect(() => Reflect.apply(Array.prototype.splice, whole.children, [1])).toThrow(TypeError)
  })

  test('a rule cannot avoid the deadline by claiming to be a composition', async () => {
    const clock = autoClock()
    const late = (): { readonly kind: 'allow' } => {
      clock.spend(5000)
      return { kind: 'allow' }
    }
    for (const evaluate of [late, async () => late(), () => new Promise<never>(() => undefined)]) {
      const decision = await run(
        'refusing',
        chain<SampleRefusing>({ name: 'mine', kind: 'chain', children: [], evaluate }),
        sampleEvent,
        clock,
      )
      expect(decision).toMatchObject({ kind: 'failed', rule: 'mine' })
    }
  })

  test('a rule cannot return the name of another rule in its outcome', async () => {
    for (const by of ['somebody-else', 'mary@example.com', 'x'.repeat(65)]) {
      const decision = await run(
        'refusing',
        chain<SampleRefusing>({ name: 'posing', kind: 'rule', evaluate: () => ({ kind: 'allow', by }) }),
      )
      expect(decision).toMatchObject({ kind: 'proceed', rule: 'posing' })
    }
  })
})
