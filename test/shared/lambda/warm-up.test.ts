import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type UseClient, type WarmUpSettings, warmUp } from '../../../src/shared/lambda/warm-up.ts'

afterEach(() => void vi.unstubAllGlobals())

/** Long enough for whatever is begun and does not wait. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await setImmediate()
}

/** A client that is never called. */
const client = { config: {}, middlewareStack: { clone: () => ({ add: () => undefined }) } }

/** Warms up a handler that runs this. */
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
  it('does nothing outside Lambda, also where an AWS SDK has made the global of its runtime', async () => {
    const rehearse = vi.fn(async () => undefined)
    startWarmUp(rehearse)
    vi.stubGlobal('awslambda', {})
    startWarmUp(rehearse)
    await turns()
    expect(rehearse).not.toHaveBeenCalled()
  })

  describe('in Lambda', () => {
    beforeEach(() => void vi.stubGlobal('awslambda', { streamifyResponse: () => undefined }))

    it('rehearses a few times, beginning after the handler is loaded', async () => {
      const rehearse = vi.fn(async () => undefined)
      startWarmUp(rehearse)
      expect(rehearse).not.toHaveBeenCalled()
      await turns()
      expect(rehearse.mock.calls.length).toBeGreaterThan(1)
    })

    it('rehearses nothing where the first event is there by then', async () => {
      const rehearse = vi.fn(async () => undefined)
      const { use } = startWarmUp(rehearse)
      expect(use(() => client)()).toBe(client)
      await turns()
      expect(rehearse).not.toHaveBeenCalled()
    })

    it('begins no other run once a client is used, and logs nothing in the runs', async () => {
      const begun: WarmUpSettings[] = []
      let end = (): void => undefined
      const { use } = startWarmUp((settings) => {
        begun.push(settings)
        return new Promise<void>((resolve) => {
          end = resolve
        })
      })
      await turns()
      expect(begun).toHaveLength(1)
      expect(begun[0]?.write?.('a line')).toBeUndefined()
      expect(begun[0]?.clock?.now()).toBeLessThan(1000)
      use(() => client)()
      end()
      await turns()
      expect(begun).toHaveLength(1)
    })

    it.each([
      [
        'throws',
        () => {
          throw new Error('no')
        },
      ],
      [
        'fails',
        async () => {
          throw new Error('no')
        },
      ],
    ])('fails with no rehearsal that %s', async (_, rehearse: () => Promise<unknown>) => {
      const rejected = vi.fn()
      process.once('unhandledRejection', rejected)
      startWarmUp(rehearse)
      await turns()
      process.off('unhandledRejection', rejected)
      expect(rejected).not.toHaveBeenCalled()
    })
  })
})
