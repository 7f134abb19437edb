import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type CustomEmailSender, customEmailSender } from '../../../src/custom-email-sender/trigger.ts'
import type { HandlerSettings } from '../../../src/shared/lambda/settings.ts'
import { done, respond } from '../../../src/shared/rules/outcome.ts'
import { defineRule } from '../../../src/shared/rules/rule.ts'
import { parkCodes } from '../../../src/shared/sender/park-codes.ts'
import { fixedCode, memoryParkedCodes } from '../../../src/testing/memory-codes.ts'
import { customEmail } from '../../../src/testing/moments.ts'
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

/** Starts an invocation on fake timers, and returns the milliseconds until the handler answers. */
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

describe('the deadline of a handler', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const started = async (invocation: Promise<unknown>, ms: number): Promise<Result> => {
    const result = captureResult(invocation)
    await vi.advanceTimersByTimeAsync(ms)
    return result
  }

  it('makes a refusing trigger fail when a rule hangs, and logs the name of the rule', async () => {
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

  it('lets a working trigger proceed when a rule hangs', async () => {
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

  it('leaves no pending timer after any decision', async () => {
    const slow = defineRule<Pre>('slow', async ({ signal }) => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      return respond({ autoConfirmUser: !signal.aborted })
    })
    for (const rule of [confirm, slow, refuse]) {
      await started(pre({ write: () => undefined, middleware: [{ before: () => undefined }] }, rule)(preEvent()), 10)
      expect(vi.getTimerCount()).toBe(0)
    }
  })

  it('aborts the signal of a hanging rule', async () => {
    const aborted: unknown[] = []
    const listening = defineRule<Pre>('listening', ({ signal }) => {
      signal.addEventListener('abort', () => aborted.push(signal.reason.name))
      return new Promise(() => undefined)
    })
    await started(pre({ write: () => undefined, deadlineMs: 100 }, listening)(preEvent()), 101)
    expect(aborted).toEqual(['DeadlineExceededError'])
  })

  it('uses a deadline of 4 s by default', async () => {
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
  ] as const)('fails when the %s hook of a middleware hangs until the deadline', async (hook, reason) => {
    const out = collector()
    const middleware = [{ [hook]: () => new Promise(() => undefined) }]
    const { error } = await started(pre({ write: out.write, middleware }, confirm)(preEvent()), 4001)
    expect(error).toMatchObject({ name: 'TriggerFailedError', message: MASKED })
    expect(out.lines()[0]).toMatchObject({ decision: 'failed', decidedBy: 'handler', reason })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('counts the time of middleware and rules together', async () => {
    const out = collector()
    const middleware = [{ before: () => new Promise<void>((resolve) => setTimeout(resolve, 3000)) }]
    expect(await measureTime(() => pre({ write: out.write, middleware }, hang)(preEvent()))).toBe(4000)
    expect(out.lines()[0]).toMatchObject({ decidedBy: 'hang', reason: 'deadline-exceeded', durationMs: 4000 })
  })

  it.each([
    [1000, 900, '100 ms before the Lambda timeout'],
    [60_000, 4000, 'at the default deadline'],
    [150, 50, 'with less than 250 ms for the rules'],
    [20, 1, 'after at least 1 ms'],
  ])('when %d ms remain before the Lambda timeout, the handler answers after %d ms: %s', async (remaining, expected) => {
    const handler = pre({ write: () => undefined }, hang)
    expect(await measureTime(() => handler(preEvent(), { getRemainingTimeInMillis: () => remaining }))).toBe(expected)
  })
})

describe('the deadline of the first invocation', () => {
  beforeEach(() => void vi.stubGlobal('awslambda', { streamifyResponse: () => undefined }))
  afterEach(() => void vi.unstubAllGlobals())

  /** Returns the durations of two invocations with a hanging rule. The handler is created `readyAt` ms after the process start. */
  async function measureLimits(readyAt: number, gap: number, deadlineMs: number): Promise<readonly unknown[]> {
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

  it("subtracts the init phase from the deadline of the first invocation, because Cognito's 5 s include it", async () => {
    expect(await measureLimits(1800, 40, 4000)).toEqual([2200, 4000])
  })

  it('keeps the full deadline if the environment was started in advance', async () => {
    expect(await measureLimits(1800, 5000, 4000)).toEqual([4000, 4000])
  })

  it('gives the rules at least 250 ms after a slow init phase, or the configured deadline if it is shorter', async () => {
    expect(await measureLimits(9000, 40, 4000)).toEqual([250, 4000])
    expect(await measureLimits(9000, 40, 100)).toEqual([100, 100])
  })
})

describe('a rule after a hanging rule', () => {
  it('does not start in a working trigger after the deadline, but appears in the trace', async () => {
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

describe('the deadline of a trigger that Cognito does not wait for', () => {
  const measure = async (settings: HandlerSettings<CustomEmailSender>, remainingMs?: number): Promise<number> => {
    const clock = manualClock()
    const wait = defineRule<CustomEmailSender>('wait', ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', reject)))
    const context = remainingMs === undefined ? {} : { getRemainingTimeInMillis: () => remainingMs }
    const invocation = captureResult(customEmailSender({ ...settings, clock, write: () => undefined }, wait)(customEmail(), context))
    await flushPromises()
    const started = clock.now()
    let ended = false
    invocation.then(() => {
      ended = true
    })
    while (!ended && clock.now() - started < 1_000_000) {
      clock.advance(100)
      await flushPromises()
    }
    return clock.now() - started
  }

  it("is the function's own, up to 15 minutes", async () => {
    expect(await measure({}, 60_000)).toBe(59_900)
  })

  it('can be set to more than the 5 s of Cognito', async () => {
    expect(await measure({ deadlineMs: 10_000 }, 60_000)).toBe(10_000)
    expect(() => customEmailSender({ deadlineMs: 900_001 }, parkCodes(memoryParkedCodes(), { code: fixedCode(), stage: 'dev' }))).toThrow(
      'deadlineMs is 900001; expected 1 to 900000 milliseconds',
    )
  })

  it('is 5 s without a Lambda context', async () => {
    expect(await measure({})).toBe(5000)
  })
})
