import { afterEach, describe, expect, it, vi } from 'vitest'
import { coldStart } from '../../../src/shared/lambda/handler.ts'

describe('coldStart', () => {
  afterEach(() => void vi.unstubAllGlobals())

  it('returns the time from process start to handler creation for the first invocation, and 0 afterwards', () => {
    const spent = coldStart(1500, true)
    expect([spent(1520), spent(1530), spent(9000)]).toEqual([1500, 0, 0])
  })

  it('treats an event within 250 ms after the init phase as part of the cold start', () => {
    expect(coldStart(1500, true)(1750)).toBe(1500)
    expect(coldStart(1500, true)(1751)).toBe(0)
  })

  it('returns 0 if Lambda started the environment in advance, without an event waiting for it', () => {
    const spent = coldStart(1500, true)
    expect([spent(60_000), spent(60_001)]).toEqual([0, 0])
  })

  it('returns 0 outside Lambda, where awslambda.streamifyResponse is undefined', () => {
    expect(coldStart(1500, false)(1501)).toBe(0)
    expect(coldStart(1500)(1501)).toBe(0)
    vi.stubGlobal('awslambda', { streamifyResponse: () => undefined })
    expect(coldStart(1500)(1501)).toBe(1500)
  })

  it.each([
    ['the AWS SDK', () => import('@aws-sdk/client-dynamodb')],
    ['Powertools', () => import('@aws-lambda-powertools/logger')],
  ])('returns 0 outside Lambda, although %s creates an empty global awslambda', async (_, load) => {
    await load()
    expect(Reflect.has(globalThis, 'awslambda')).toBe(true)
    expect(coldStart(1500)(1501)).toBe(0)
  })
})
