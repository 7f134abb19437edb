import { describe, expect, test } from 'vitest'
import { chain, failClosed, parallel, when } from '../../../src/shared/rules/combinators.ts'
import { done, skip } from '../../../src/shared/rules/outcome.ts'
import { defineRule } from '../../../src/shared/rules/rule.ts'
import { autoClock } from '../../support/auto-clock.ts'
import { run, type SampleRefusing, type SampleWorking, sampleEvent } from '../../support/samples.ts'

const hang = defineRule<SampleWorking>('hang', () => new Promise(() => {}))
const work = defineRule<SampleWorking>('work', () => done())

describe('the time of a chain', () => {
  test('a chain of a working trigger divides its time among its rules, so that a rule that hangs leaves time for the others', async () => {
    const clock = autoClock()
    const spend = defineRule<SampleWorking>('spend', () => {
      clock.spend(400)
      return done()
    })
    // The first of 5 rules gets 4000 / 5 = 800 ms. `spend` uses 400 of the remaining 3200 ms, so the last three rules share 2800 ms.
    const decision = await run('working', chain(hang, spend, hang, hang, work), sampleEvent, clock)
    expect(decision.kind).toBe('proceed')
    expect(decision.trace.map(({ rule, outcome, ms }) => [rule, outcome, Math.floor(ms)])).toEqual([
      ['hang', 'error', 800],
      ['spend', 'done', 400],
      ['hang', 'error', 934],
      ['hang', 'error', 933],
      ['work', 'done', 0],
    ])
    expect(clock.pending()).toBe(0)
  })

  test('the last rule of a chain in a working trigger may use all the time left', async () => {
    const decision = await run(
      'working',
      when(() => true, work, hang),
      sampleEvent,
    )
    expect(decision.trace).toMatchObject([{ rule: 'work' }, { rule: 'hang', ms: 4000 }])
  })

  test('a chain of a refusing trigger does not divide its time, because a rule that hangs fails the invocation anyway', async () => {
    const slow = defineRule<SampleRefusing>('slow', () => new Promise(() => {}))
    const decision = await run(
      'refusing',
      chain(
        slow,
        defineRule<SampleRefusing>('never', () => skip()),
      ),
    )
    expect(decision).toMatchObject({ kind: 'failed', rule: 'slow', trace: [{ rule: 'slow', ms: 4000 }] })
  })
})

const formatTrace = ({ trace }: { readonly trace: readonly { readonly rule: string; readonly outcome: string }[] }): readonly string[] =>
  trace.map(({ rule, outcome }) => `${rule}: ${outcome}`)

const crash = defineRule<SampleWorking>('crash', () => {
  throw new Error('the rule crashed')
})

describe('parallel', () => {
  test('parallel runs its rules at the same time', async () => {
    const log: string[] = []
    let open = (): void => undefined
    const opened = new Promise<void>((resolve) => {
      open = resolve
    })
    const waiting = defineRule<SampleWorking>('waiting', async () => {
      log.push('waits')
      await opened
      return done()
    })
    const opening = defineRule<SampleWorking>('opening', () => {
      log.push('opens')
      open()
      return done()
    })
    const decision = await run('working', parallel(waiting, opening))
    expect(log).toEqual(['waits', 'opens'])
    expect(decision.kind).toBe('proceed')
  })

  test('parallel adds a trace entry for each rule, in the order of the arguments', async () => {
    const decision = await run('working', parallel(crash, parallel(work, crash), work))
    expect(decision.trace.map(({ rule, path, outcome }) => [path, rule, outcome])).toEqual([
      ['0', 'crash', 'error'],
      ['1', 'parallel', 'done'],
      ['1.0', 'work', 'done'],
      ['1.1', 'crash', 'error'],
      ['2', 'work', 'done'],
    ])
  })

  test('parallel returns done if one of its rules returned done', async () => {
    const idle = defineRule<SampleWorking>('idle', () => skip())
    expect(formatTrace(await run('working', parallel(parallel(idle, work)), sampleEvent))[0]).toBe('parallel: done')
    expect(formatTrace(await run('working', parallel(parallel(idle, crash)), sampleEvent))[0]).toBe('parallel: skip')
  })

  test('parallel gives each of its rules the whole time', async () => {
    const clock = autoClock()
    const hang = defineRule<SampleWorking>('hang', () => new Promise(() => {}))
    const decision = await run('working', parallel(hang, hang, work), sampleEvent, clock)
    expect(decision.trace.map(({ rule, ms }) => [rule, ms])).toEqual([
      ['hang', 4000],
      ['hang', 4000],
      ['work', 0],
    ])
    expect(clock.pending()).toBe(0)
  })

  test('parallel waits for all rules before an error inside failClosed fails the invocation', async () => {
    let worked = false
    const slow = defineRule<SampleWorking>('slow', async () => {
      await new Promise((resolve) => setImmediate(resolve))
      worked = true
      return done()
    })
    const decision = await run('working', parallel(failClosed(crash), slow))
    expect(decision).toMatchObject({ kind: 'failed', rule: 'crash' })
    expect(worked).toBe(true)
  })

  test('throws without rules', () => {
    expect(() => parallel<SampleWorking>()).toThrow(TypeError)
  })
})
