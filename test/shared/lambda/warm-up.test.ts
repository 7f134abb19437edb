import { afterEach, describe, expect, it, vi } from 'vitest'
import { warmUp } from '../../../src/shared/lambda/warm-up.ts'

describe('warmUp', () => {
  afterEach(() => void vi.unstubAllGlobals())

  it('does nothing outside Lambda', async () => {
    const part = vi.fn(async () => undefined)
    warmUp(part)
    await new Promise(setImmediate)
    expect(part).not.toHaveBeenCalled()
  })

  it('does all parts in Lambda, and lets none that fails end the process', async () => {
    vi.stubGlobal('awslambda', { streamifyResponse: () => undefined })
    const part = vi.fn(async () => undefined)
    warmUp(
      () => {
        throw new Error('at once')
      },
      () => Promise.reject(new Error('later')),
      part,
    )
    await new Promise(setImmediate)
    expect(part).toHaveBeenCalledOnce()
  })
})
