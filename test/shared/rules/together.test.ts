import { describe, expect, test } from 'vitest'
import { failClosed, together } from '../../../src/shared/rules/combinators.ts'
import { done, skip } from '../../../src/shared/rules/outcome.ts'
import { defineRule } from '../../../src/shared/rules/rule.ts'
import { autoClock } from '../../support/auto-clock.ts'
import { run, type SamplePost, sampleEvent } from '../../support/samples.ts'

const linesOf = ({ trace }: { readonly trace: readonly { readonly rule: string; readonly outcome: string }[] }): readonly string[] =>
  trace.map(({ rule, outcome }) => `${rule}: ${outcome}`)

const work = defineRule<SamplePost>('work', () => done())
const crash = defineRule<SamplePost>('crash', () => {
  throw new Error('the rule is broken')
})

describe('together', () => {
  test('runs its rules at the same time', async () => {
    const log: string[] = []
    let open = (): void => undefined
    const opened = new Promise<void>((resolve) => {
      open = resolve
    })
    const waiting = defineRule<SamplePost>('waiting', async () => {
      log.push('waits')
      await opened
      return done()
    })
    const opening = defineRule<SamplePost>('opening', () => {
      log.push('opens')
      open()
      return done()
    })
    const decision = await run('post', together(waiting, opening))
    expect(log).toEqual(['waits', 'opens'])
    expect(decision.kind).toBe('proceed')
  })

  test('shows each of its rules in the trace, in the order in which they are written', async () => {
    const decision = await run('post', together(crash, together(work, crash), work))
    expect(decision.trace.map(({ rule, path, outcome }) => [path, rule, outcome])).toEqual([
      ['0', 'crash', 'broken'],
      ['1', 'together', 'done'],
      ['1.0', 'work', 'done'],
      ['1.1', 'crash', 'broken'],
      ['2', 'work', 'done'],
    ])
  })

  test('says that it worked where one of its rules did', async () => {
    const idle = defineRule<SamplePost>('idle', () => skip())
    expect(linesOf(await run('post', together(together(idle, work)), sampleEvent))[0]).toBe('together: done')
    expect(linesOf(await run('post', together(together(idle, crash)), sampleEvent))[0]).toBe('together: skip')
  })

  test('gives every rule all of the time', async () => {
    const clock = autoClock()
    const hang = defineRule<SamplePost>('hang', () => new Promise(() => {}))
    const decision = await run('post', together(hang, hang, work), sampleEvent, clock)
    expect(decision.trace.map(({ rule, ms }) => [rule, ms])).toEqual([
      ['hang', 4000],
      ['hang', 4000],
      ['work', 0],
    ])
    expect(clock.pending()).toBe(0)
  })

  test('waits for the others where one fails the invocation', async () => {
    let worked = false
    const slow = defineRule<SamplePost>('slow', async () => {
      await new Promise((resolve) => setImmediate(resolve))
      worked = true
      return done()
    })
    const decision = await run('post', together(failClosed(crash), slow))
    expect(decision).toMatchObject({ kind: 'failed', rule: 'crash' })
    expect(worked).toBe(true)
  })

  test('throws when there is nothing to run', () => {
    expect(() => together<SamplePost>()).toThrow(TypeError)
  })
})
