import { afterEach, describe, expect, it, vi } from 'vitest'
import { coldStart } from '../../../src/shared/lambda/handler.ts'

describe('coldStart', () => {
  afterEach(() => void vi.unstubAllGlobals())

  it('is the age of the process when the handler was made, for the first invocation alone', () => {
    const spent = coldStart(1500, true)
    expect([spent(1520), spent(1530), spent(9000)]).toEqual([1500, 0, 0])
  })

  it('counts up to a quarter of a second of waiting as the same cold start', () => {
    expect(coldStart(1500, true)(1750)).toBe(1500)
    expect(coldStart(1500, true)(1751)).toBe(0)
  })

  it('is none where the environment was made ahead of its first event, for later invocations too', () => {
    const spent = coldStart(1500, true)
    expect([spent(60_000), spent(60_001)]).toEqual([0, 0])
  })

  it('is none outside Lambda, whose runtime alone defines awslambda.streamifyResponse', () => {
    expect(coldStart(1500, false)(1501)).toBe(0)
    expect(coldStart(1500)(1501)).toBe(0)
    vi.stubGlobal('awslambda', { streamifyResponse: () => undefined })
    expect(coldStart(1500)(1501)).toBe(1500)
  })

  it.each([
    ['the AWS SDK', () => import('@aws-sdk/client-dynamodb')],
    ['Powertools', () => import('@aws-lambda-powertools/logger')],
  ])('is none where %s is loaded outside Lambda, which makes an empty global awslambda', async (_, load) => {
    await load()
    expect(Reflect.has(globalThis, 'awslambda')).toBe(true)
    expect(coldStart(1500)(1501)).toBe(0)
  })
})
