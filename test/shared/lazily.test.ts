import { expect, it, vi } from 'vitest'
import { lazily } from '../../src/shared/lazily.ts'

it('lazily calls the function at the first use, and only once', () => {
  const make = vi.fn(() => ({}))
  const get = lazily(make)
  expect(make).not.toHaveBeenCalled()
  expect(get()).toBe(get())
  expect(make).toHaveBeenCalledTimes(1)
})

it('lazily calls the function only once even if the result is undefined', () => {
  const make = vi.fn(() => undefined)
  const get = lazily(make)
  expect([get(), get()]).toEqual([undefined, undefined])
  expect(make).toHaveBeenCalledTimes(1)
})

it('lazily calls the function again after it threw an error', () => {
  const make = vi
    .fn(() => 1)
    .mockImplementationOnce(() => {
      throw new Error('not yet')
    })
  const get = lazily(make)
  expect(get).toThrow('not yet')
  expect(get()).toBe(1)
})
