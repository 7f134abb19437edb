import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { done, respond } from '../../../src/shared/rules/outcome.ts'
import { defineRule } from '../../../src/shared/rules/rule.ts'
import {
  captureResult,
  collector,
  confirm,
  flushPromises,
  hang,
  hangAfter,
  type Line,
  MASKED,
  manualClock,
  noOpinion,
  type Post,
  type Pre,
  post,
  postEvent,
  pre,
  preEvent,
  type Result,
  refuse,
  work,
} from '../../support/harness.ts'

/** Starts a handler that would hang for ever, and says how many milliseconds it took until it gave up. */
async function measureTime(start: () => Promise<unknown>): Promise<number> {
  let ended = false
  const running = captureResult(start()).then(() => {
    ended = true
  })
  const began = performance.now()
  while (!ended && performance.now() - began < 10_000) await vi.advanceTimersByTimeAsync(1)
  await running
  return Math.round(performance.now() - began)
}

describe('the deadline, on the clock of the process', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const started = async (invocation: Promise<unknown>, ms: number): Promise<Result> => {
    const result = captureResult(invocation)
    await vi.advanceTimersByTimeAsync(ms)
    return result
  }

  it('ends a hanging rule of a pre trigger with the masked error, and the log names the rule', async () => {
    const out = collector()
    const { error } = await started(pre({ write: out.write }, noOpinion, hang, confirm)(preEvent()), 4001)
    expect(error).toMatchObject({ name: 'TriggerFailedError', message: MASKED })
    expect(out.lines()[0]).toMatchObject({
      decision: 'failed',
      decidedBy: 'hang',
      reason: 'deadline-exceeded',
      error: { code: 'deadline-exceeded' },
    })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('passes a hanging rule of a post trigger over, and Cognito goes on', async () => {
    const out = collector()
    const { answer } = await started(post({ write: out.write }, work, hangAfter)(postEvent()), 4001)
    expect(answer).toStrictEqual(postEvent())
    expect(out.lines()[0]).toMatchObject({
      level: 'WARN',
      decision: 'proceed',
      trace: [
        { rule: 'work', outcome: 'done' },
        { rule: 'hang-after', outcome: 'error', reason: 'deadline-exceeded' },
      ],
    })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('leaves no timer behind, whatever the decision', async () => {
    const slow = defineRule<Pre>('slow', async ({ signal }) => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      return respond({ autoConfirmUser: !signal.aborted })
    })
    for (const rule of [confirm, slow, refuse]) {
      await started(pre({ write: () => undefined, middleware: [{ before: () => undefined }] }, rule)(preEvent()), 10)
      expect(vi.getTimerCount()).toBe(0)
    }
  })

  it('aborts the signal of the rule that hangs', async () => {
    const aborted: unknown[] = []
    const listening = defineRule<Pre>('listening', ({ signal }) => {
      signal.addEventListener('abort', () => aborted.push(signal.reason.name))
      return new Promise(() => undefined)
    })
    await started(pre({ write: () => undefined, deadlineMs: 100 }, listening)(preEvent()), 101)
    expect(aborted).toEqual(['DeadlineExceededError'])
  })

  it('is four seconds unless a setting says otherwise', async () => {
    const quiet = { write: () => undefined }
    expect(await measureTime(() => pre(quiet, hang)(preEvent()))).toBe(4000)
    expect(await measureTime(() => pre({ ...quiet, deadlineMs: 1200 }, hang)(preEvent()))).toBe(1200)
    expect(await measureTime(() => pre(quiet, hang).decide(preEvent()))).toBe(4000)
    expect(await measureTime(() => pre({ deadlineMs: 700 }, hang).decide(preEvent()))).toBe(700)
    expect(vi.getTimerCount()).toBe(0)
  })

  it.each([
    ['before', 'deadline-exceeded'],
    ['after', 'deadline-exceeded'],
  ] as const)('covers the %s of a middleware', async (hook, reason) => {
    const out = collector()
    const middleware = [{ [hook]: () => new Promise(() => undefined) }]
    const { error } = await started(pre({ write: out.write, middleware }, confirm)(preEvent()), 4001)
    expect(error).toMatchObject({ name: 'TriggerFailedError', message: MASKED })
    expect(out.lines()[0]).toMatchObject({ decision: 'failed', decidedBy: 'handler', reason })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is that of the whole invocation: what a middleware used up, the rules lack', async () => {
    const out = collector()
    const middleware = [{ before: () => new Promise<void>((resolve) => setTimeout(resolve, 3000)) }]
    expect(await measureTime(() => pre({ write: out.write, middleware }, hang)(preEvent()))).toBe(4000)
    expect(out.lines()[0]).toMatchObject({ decidedBy: 'hang', reason: 'deadline-exceeded', durationMs: 4000 })
  })

  it.each([
    ['shortens it, less what the answer needs', 1000, 900],
    ['does not lengthen it', 60_000, 4000],
    ['shortens it below a quarter of a second too', 150, 50],
    ['leaves a moment even if it is over', 20, 1],
  ])('the time that is left to Lambda %s', async (_, remaining, expected) => {
    const handler = pre({ write: () => undefined }, hang)
    expect(await measureTime(() => handler(preEvent(), { getRemainingTimeInMillis: () => remaining }))).toBe(expected)
  })
})

describe('the deadline of the first invocation', () => {
  beforeEach(() => void vi.stubGlobal('awslambda', { streamifyResponse: () => undefined }))
  afterEach(() => void vi.unstubAllGlobals())

  /** How long a hanging rule has, in the first and in the second invocation of a process that was ready after `readyAt`. */
  async function patience(readyAt: number, gap: number, deadlineMs: number): Promise<readonly unknown[]> {
    const clock = manualClock(readyAt)
    const out = collector()
    const handler = pre({ write: out.write, clock, deadlineMs }, hang)
    clock.advance(gap)
    for (let invocation = 0; invocation < 2; invocation++) {
      const running = captureResult(handler(preEvent()))
      await flushPromises()
      while (clock.pending() > 0) clock.advance(1)
      await running
    }
    return out.lines().flatMap(({ durationMs }: Line) => (durationMs === undefined ? [] : [durationMs]))
  }

  it('is shorter by the init phase, which is part of the five seconds of Cognito', async () => {
    expect(await patience(1800, 40, 4000)).toEqual([2200, 4000])
  })

  it('is not, where the environment had been waiting for it', async () => {
    expect(await patience(1800, 5000, 4000)).toEqual([4000, 4000])
  })

  it('never falls below a quarter of a second, or below a deadline that is shorter anyway', async () => {
    expect(await patience(9000, 40, 4000)).toEqual([250, 4000])
    expect(await patience(9000, 40, 100)).toEqual([100, 100])
  })
})

describe('a rule after a hanging one', () => {
  it('of a post trigger does not start any more, and is in the trace', async () => {
    const started = vi.fn(() => done())
    const clock = manualClock()
    const out = collector()
    const running = captureResult(post({ write: out.write, clock }, hangAfter, defineRule<Post>('late', started))(postEvent()))
    await flushPromises()
    clock.advance(4000)
    expect((await running).answer).toStrictEqual(postEvent())
    expect(started).not.toHaveBeenCalled()
    expect(out.lines()[0]).toMatchObject({
      trace: [{ rule: 'hang-after' }, { rule: 'late', outcome: 'error', reason: 'deadline-exceeded' }],
    })
  })
})
