import { expect, test, vi } from 'vitest'
import { chain, failOpen, when } from '../../../src/shared/rules/combinators.ts'
import { perInvocation } from '../../../src/shared/rules/condition.ts'
import { allow, skip } from '../../../src/shared/rules/outcome.ts'
import { defineRule } from '../../../src/shared/rules/rule.ts'
import { run, type SamplePre } from '../../support/samples.ts'

test('looks up once an invocation, for rules and conditions alike, whatever share of the time they have', async () => {
  const lookUp = vi.fn(async () => 'invite')
  const invite = perInvocation<SamplePre, string>(lookUp)
  const rule = defineRule<SamplePre>('look', async (ctx) => ((await invite(ctx)) === 'invite' ? allow() : skip()))
  const composed = chain(
    failOpen(rule),
    when(async (ctx) => (await invite(ctx)) === 'invite', rule),
    rule,
  )
  expect((await run('pre', composed)).kind).toBe('proceed')
  expect(lookUp).toHaveBeenCalledTimes(1)
  await run('pre', composed)
  expect(lookUp).toHaveBeenCalledTimes(2)
})

test('fails for all who ask when it fails', async () => {
  const lookUp = vi.fn(() => {
    throw new Error('out of reach')
  })
  const invite = perInvocation<SamplePre, string>(lookUp)
  const rule = defineRule<SamplePre>('look', async (ctx) => ((await invite(ctx)) ? allow() : skip()))
  const decision = await run('pre', chain(failOpen(rule), rule))
  expect(decision).toMatchObject({ kind: 'failed', rule: 'look' })
  expect(lookUp).toHaveBeenCalledTimes(1)
})

test('a rule whose share is over does not cut the look-up short for the others', async () => {
  let answer: (value: string) => void = () => {}
  const signals: AbortSignal[] = []
  const invite = perInvocation<SamplePre, string>(({ signal }) => {
    signals.push(signal)
    return new Promise((resolve) => {
      answer = resolve
    })
  })
  const patient = defineRule<SamplePre>('patient', async (ctx) => {
    answer('invite')
    return (await invite(ctx)) === 'invite' ? allow() : skip()
  })
  const hasty = defineRule<SamplePre>('hasty', async (ctx) => ((await invite(ctx)) ? allow() : skip()))
  const decision = await run('pre', chain(failOpen(hasty, { withinMs: 10 }), patient))
  expect(decision).toMatchObject({ kind: 'proceed', rule: 'patient' })
  expect(decision.trace).toMatchObject([
    { rule: 'fail-open', reason: 'failed-open' },
    { rule: 'hasty', reason: 'deadline-exceeded' },
    { rule: 'patient' },
  ])
  expect(signals.map((signal) => signal.aborted)).toEqual([false])
})
