import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { warmUp } from '../../../src/shared/lambda/warm-up.ts'

afterEach(() => void vi.unstubAllGlobals())

/** Long enough for whatever is begun and does not wait. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await setImmediate()
}

describe('warmUp', () => {
  it('does nothing outside Lambda, also where an AWS SDK has made the global of its runtime', async () => {
    const rehearse = vi.fn(async () => undefined)
    warmUp(rehearse)
    vi.stubGlobal('awslambda', {})
    warmUp(rehearse)
    await turns()
    expect(rehearse).not.toHaveBeenCalled()
  })

  describe('in Lambda', () => {
    beforeEach(() => void vi.stubGlobal('awslambda', { streamifyResponse: () => undefined }))

    it('rehearses a few times, beginning after the handler is loaded', async () => {
      const rehearse = vi.fn(async () => undefined)
      warmUp(rehearse)
      expect(rehearse).not.toHaveBeenCalled()
      await turns()
      expect(rehearse.mock.calls.length).toBeGreaterThan(1)
    })

    it('rehearses nothing where the first event is there by then', async () => {
      const rehearse = vi.fn(async () => undefined)
      const givingWay = warmUp(rehearse)
      expect(givingWay(() => 'client')()).toBe('client')
      await turns()
      expect(rehearse).not.toHaveBeenCalled()
    })

    it('tells a rehearsal to end when what it is for is used, and begins no other', async () => {
      const begun: AbortSignal[] = []
      let end = (): void => undefined
      const givingWay = warmUp((ended) => {
        begun.push(ended)
        return new Promise<void>((resolve) => {
          end = resolve
        })
      })
      const client = givingWay(() => 'client')
      await turns()
      expect(begun.map(({ aborted }) => aborted)).toEqual([false])
      client()
      end()
      await turns()
      expect(begun.map(({ aborted }) => aborted)).toEqual([true])
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
    ])('fails with no rehearsal that %s', async (_, rehearse) => {
      const rejected = vi.fn()
      process.once('unhandledRejection', rejected)
      warmUp(rehearse)
      await turns()
      process.off('unhandledRejection', rejected)
      expect(rejected).not.toHaveBeenCalled()
    })
  })
})
