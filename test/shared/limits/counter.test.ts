import { describe, expect, it } from 'vitest'
import { assertLimit } from '../../../src/shared/limits/counter.ts'

describe('assertLimit', () => {
  it('accepts a number of uses in a window of seconds', () => {
    expect(() => assertLimit('emailCode()', { max: 5, windowSeconds: 3600 })).not.toThrow()
  })

  it.each([
    [5, 'emailCode(): the limit is a number; expected { max, windowSeconds }, such as { max: 5, windowSeconds: 3600 }'],
    [{ max: 5 }, 'emailCode(): the limit is an object; expected { max, windowSeconds }, such as { max: 5, windowSeconds: 3600 }'],
    [{ max: 0, windowSeconds: 1 }, 'emailCode(): max is 0; expected an integer from 1 to 1000000000'],
    [{ max: Number.NaN, windowSeconds: 1 }, 'emailCode(): max is NaN; expected an integer from 1 to 1000000000'],
    [{ max: '5', windowSeconds: 1 }, 'emailCode(): max is a string; expected an integer from 1 to 1000000000'],
    [{ max: 5, windowSeconds: 0.5 }, 'emailCode(): windowSeconds is 0.5; expected an integer from 1 to 2678400'],
    [{ max: 5, windowSeconds: 2_678_401 }, 'emailCode(): windowSeconds is 2678401; expected an integer from 1 to 2678400'],
  ])('rejects %j', (limit, message) => {
    expect(() => assertLimit('emailCode()', limit)).toThrow(message)
  })
})
