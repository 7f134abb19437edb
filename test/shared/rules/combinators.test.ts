import { describe, expect, test } from 'vitest'
import { chain, when } from '../../../src/shared/rules/combinators.ts'
import { done, skip } from '../../../src/shared/rules/outcome.ts'
import { defineRule } from '../../../src/shared/rules/rule.ts'
import { autoClock } from '../../support/auto-clock.ts'
import { run, type SamplePost, type SamplePre, sampleEvent } from '../../support/samples.ts'

const hang = defineRule<SamplePost>('hang', () => new Promise(() => {}))
const work = defineRule<SamplePost>('work', () => done())

describe('the time of a chain', () => {
  test('is shared among post rules, so that one which hangs leaves the others theirs', async () => {
    const clock = autoClock()
    const spend = defineRule<SamplePost>('spend', () => {
      clock.spend(400)
      return done()
    })
    // 4000 ms for five rules: 800, then 3200 for four; 400 of them are spent, and 2800 are left for three.
    const decision = await run('post', chain(hang, spend, hang, hang, work), sampleEvent, clock)
    expect(decision.kind).toBe('proceed')
    expect(decision.trace.map(({ rule, outcome, ms }) => [rule, outcome, Math.floor(ms)])).toEqual([
      ['hang', 'broken', 800],
      ['spend', 'done', 400],
      ['hang', 'broken', 934],
      ['hang', 'broken', 933],
      ['work', 'done', 0],
    ])
    expect(clock.pending()).toBe(0)
  })

  test('is all there for the last post rule', async () => {
    const decision = await run(
      'post',
      when(() => true, work, hang),
      sampleEvent,
    )
    expect(decision.trace).toMatchObject([{ rule: 'work' }, { rule: 'hang', ms: 4000 }])
  })

  test('is not shared among pre rules, of which one that hangs ends it', async () => {
    const slow = defineRule<SamplePre>('slow', () => new Promise(() => {}))
    const decision = await run(
      'pre',
      chain(
        slow,
        defineRule<SamplePre>('never', () => skip()),
      ),
    )
    expect(decision).toMatchObject({ kind: 'failed', rule: 'slow', trace: [{ rule: 'slow', ms: 4000 }] })
  })
})
