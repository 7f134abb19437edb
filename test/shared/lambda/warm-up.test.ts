import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type UseClient, type WarmUpSettings, warmUp } from '../../../src/shared/lambda/warm-up.ts'

afterEach(() => void vi.unstubAllGlobals())

/** Waits for pending immediates and promises. */
async function flushImmediates(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await setImmediate()
}

/** A client that is never called. */
const client = { config: {}, middlewareStack: { clone: () => ({ add: () => undefined }) } }

/** Warms up a handler that calls `run`. */
function startWarmUp(run: (settings: WarmUpSettings) => Promise<unknown>): { readonly use: UseClient } {
  let used: UseClient = (make) => make
  warmUp('event', (use, settings) => {
    if (settings.deadlineMs === undefined) used = use
    return (event: string) => {
      expect(event).toBe('event')
      return run(settings)
    }
  })
  return { use: used }
}

describe('warmUp', () => {
  it('does not run the handler outside Lambda, even if the AWS SDK has created the global awslambda', async () => {
    const run = vi.fn(async () => undefined)
    startWarmUp(run)
    vi.stubGlobal('awslambda', {})
    startWarmUp(run)
    await flushImmediates()
    expect(run).not.toHaveBeenCalled()
  })

  describe('warmUp in Lambda', () => {
    beforeEach(() => void vi.stubGlobal('awslambda', { streamifyResponse: () => undefined }))

    it('runs the handler a few times after the module is loaded', async () => {
      const run = vi.fn(async () => undefined)
      startWarmUp(run)
      expect(run).not.toHaveBeenCalled()
      await flushImmediates()
      expect(run.mock.calls.length).toBeGreaterThan(1)
    })

    it('does not run the handler if an event uses a client before the warm-up starts', async () => {
      const run = vi.fn(async () => undefined)
      const { use } = startWarmUp(run)
      expect(use(() => client)()).toBe(client)
      await flushImmediates()
      expect(run).not.toHaveBeenCalled()
    })

    it('stops the warm-up when an event uses a client, and writes no log lines', async () => {
      const runs: WarmUpSettings[] = []
      let end = (): void => undefined
      const { use } = startWarmUp((settings) => {
        runs.push(settings)
        return new Promise<void>((resolve) => {
          end = resolve
        })
      })
      await flushImmediates()
      expect(runs).toHaveLength(1)
      expect(runs[0]?.write?.('a line')).toBeUndefined()
      expect(runs[0]?.clock?.now()).toBeLessThan(1000)
      use(() => client)()
      end()
      await flushImmediates()
      expect(runs).toHaveLength(1)
    })

    it.each([
      [
        'throws synchronously',
        () => {
          throw new Error('no')
        },
      ],
      [
        'rejects',
        async () => {
          throw new Error('no')
        },
      ],
    ])('ignores a warm-up run that %s', async (_, run: () => Promise<unknown>) => {
      const rejected = vi.fn()
      process.once('unhandledRejection', rejected)
      startWarmUp(run)
      await flushImmediates()
      process.off('unhandledRejection', rejected)
      expect(rejected).not.toHaveBeenCalled()
    })
  })
})
