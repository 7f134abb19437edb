import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chain } from '../../../src/shared/rules/combinators.ts'
import type { Decision } from '../../../src/shared/rules/decision.ts'
import { decide } from '../../../src/shared/rules/engine.ts'
import { startDeadline } from '../../../src/shared/rules/invocation.ts'
import { respond, skip } from '../../../src/shared/rules/outcome.ts'
import { defineRule, type Rule } from '../../../src/shared/rules/rule.ts'
import type { Approving, TriggerContract } from '../../../src/shared/rules/trigger.ts'
import { autoClock } from '../../support/auto-clock.ts'
import { compositions, word } from '../../support/compositions.ts'
import { build, type Term, write } from '../../support/notation.ts'
import { run, SAMPLES, type SampleRefusing, sampleEvent } from '../../support/samples.ts'

const anything = compositions(['allow', 'skip', 'deny', 'deny2', 'error', 'hang', 'set:a', 'set:b=2'])

function decideTerms(...terms: readonly Term[]): Promise<Decision<SampleRefusing>> {
  return run('refusing', chain(...terms.map((term) => build(term))))
}

/** Returns a decision without durations and without the entries of shadow rules. */
function toComparable(decision: Decision<SampleRefusing>): unknown {
  const { trace, ...rest } = decision
  const lines = trace.filter((line) => !line.shadow).map(({ rule, path, outcome, reason }) => ({ rule, path, outcome, reason }))
  return { ...rest, ...('error' in rest && { error: String(rest.error) }), lines }
}

const runs = { numRuns: 400 }

const skipping = defineRule<SampleRefusing>('skipping', () => skip())

/** A trigger whose answers are lists. Two answers are combined by concatenation. */
interface Listing extends Approving {
  readonly answer: readonly string[]
}
const listing: TriggerContract = {
  ...SAMPLES.refusing,
  answers: { firstStands: false, combine: (earlier, later) => [earlier, later].flat(), encode: (answer) => ({ answer }) },
}

async function decideListing(rule: Rule<Listing>): Promise<Decision<Listing>> {
  const deadline = startDeadline(4000, autoClock())
  const decision = await decide(rule, sampleEvent, { contract: listing, deadline })
  deadline.close()
  return decision
}

/** Makes nested chains of rules. Each number in `splits` is the place where the next nested chain starts. */
function nestChains(rules: readonly Rule<Listing>[], splits: readonly number[]): Rule<Listing> {
  const [split, ...more] = splits
  if (split === undefined || split === 0 || split >= rules.length) return chain(...rules)
  return chain(...rules.slice(0, split), nestChains(rules.slice(split), more))
}

describe('random compositions', () => {
  test('a chain denies if one of its direct children runs and denies', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anything, { maxLength: 3 }), fc.array(anything, { maxLength: 3 }), async (before, after) => {
        const decision = await decideTerms(...before, word('deny'), ...after)
        const reached = decision.trace.some((line) => line.path === String(before.length))
        expect(decision.kind, decision.kind === 'proceed' ? 'a denied user was allowed' : '').not.toBe('proceed')
        if (reached) expect(decision).toMatchObject({ kind: 'denied', rule: 'deny' })
      }),
      runs,
    )
  })

  test('a composition proceeds after an error only if a failOpen, a shadow or an anyOf with a rule that allows forgives the error', async () => {
    await fc.assert(
      fc.asyncProperty(anything, async (term) => {
        const decision = await decideTerms(term)
        if (decision.kind !== 'proceed') return
        const kindAt = (path: string): string => nodeAt(term, path.split('.').slice(1).map(Number))
        const allowed = new Set(decision.trace.filter((line) => line.outcome === 'allow').map((line) => line.path))
        for (const line of decision.trace.filter((entry) => entry.outcome === 'error' && !entry.shadow)) {
          let mustFail = kindAt(line.path) === 'failClosed'
          const forgiven = listAncestors(line.path)
            .toReversed()
            .some((path) => {
              if (kindAt(path) === 'failClosed') mustFail = true
              return (kindAt(path) === 'failOpen' && !mustFail) || (kindAt(path) === 'anyOf' && allowed.has(path))
            })
          expect(forgiven, `${line.rule} at ${line.path} of ${write(term)}`).toBe(true)
        }
      }),
      runs,
    )
  })

  test('an anyOf in which no rule allows never proceeds', async () => {
    const withoutAllow = compositions(['skip', 'deny', 'deny2', 'error', 'hang', 'set:a'])
    await fc.assert(
      fc.asyncProperty(fc.array(withoutAllow, { minLength: 1, maxLength: 4 }), async (terms) => {
        expect((await decideTerms({ word: 'anyOf', terms })).kind).not.toBe('proceed')
      }),
      runs,
    )
  })

  test('a shadow rule does not change the decision, even if it hangs', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anything, { maxLength: 3 }),
        fc.array(anything, { minLength: 1, maxLength: 3 }),
        anything,
        async (before, after, tried) => {
          const skipped = await decideTerms(...before, word('skip'), ...after)
          const shadowed = await decideTerms(...before, { word: 'shadow', terms: [tried] }, ...after)
          const [expected, actual] = [skipped, shadowed]
            .map(toComparable)
            .map((it) => JSON.stringify(it).replace(/"rule":"(skip|shadow)","path":"\d+","outcome":"skip"(,"reason":"shadowed")?/g, ''))
          expect(actual, write(tried)).toBe(expected)
        },
      ),
      runs,
    )
  })

  test('a composition returns the first answer in a trigger that keeps the first answer', async () => {
    const answer = fc.constantFrom({ a: 1 }, { a: 2 }, { b: 1 }, { a: 3, b: 3 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(compositions(['skip', 'set:a', 'set:b=2']), { maxLength: 3 }),
        answer,
        fc.array(anything, { maxLength: 3 }),
        async (before, given, after) => {
          const decides = defineRule<SampleRefusing>('decides', () => respond(given), { can: ['answer'] })
          const earlier = await run('migrating', chain<SampleRefusing>(...before.map((term) => build(term)), skipping))
          const decision = await run(
            'migrating',
            chain<SampleRefusing>(...before.map((term) => build(term)), decides, ...after.map((term) => build(term))),
          )
          if (decision.kind !== 'proceed' || earlier.kind !== 'proceed') return
          expect(decision.answer).toEqual(earlier.answer ?? given)
        },
      ),
      runs,
    )
  })

  test('a composition loses no answer in a trigger that combines answers', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string(), { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(3), { maxLength: 6 }),
        async (texts, splits) => {
          const rules = texts.map((text, index) => defineRule<Listing>(`rule-${index}`, () => respond([text])))
          const decision = await decideListing(nestChains(rules, splits))
          expect(decision).toMatchObject({ kind: 'proceed', answer: texts })
        },
      ),
      runs,
    )
  })

  test('nesting chains does not change the decision', async () => {
    await fc.assert(
      fc.asyncProperty(anything, anything, anything, async (a, b, c) => {
        const verdict = ({ trace: _, ...decision }: Decision<SampleRefusing>): unknown => ({
          ...decision,
          ...('error' in decision && { error: '' }),
        })
        const flat = await decideTerms(a, b, c)
        const nested = await decideTerms({ word: 'chain', terms: [a, { word: 'chain', terms: [b, c] }] })
        // Compositions with a rule that hangs are equal too, because timeouts do not depend on how chains are nested.
        expect(verdict(nested)).toEqual(verdict(flat))
      }),
      runs,
    )
  })
})

function listAncestors(path: string): readonly string[] {
  const steps = path.split('.')
  return steps.slice(1).map((_, index) => steps.slice(0, index + 1).join('.'))
}

/** Returns the name of the combinator at a path in a composition. Does not count the first term of a `when`, which is the condition. */
function nodeAt(term: Term, steps: readonly number[]): string {
  const [step, ...rest] = steps
  if (step === undefined) return term.word
  const children = term.word === 'when' ? term.terms.slice(1) : term.terms
  const child = children[step]
  return child === undefined ? '' : nodeAt(child, rest)
}
