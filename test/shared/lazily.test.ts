import { expect, it, vi } from 'vitest'
import { lazily } from '../../src/shared/lazily.ts'

it('what is made lazily is made at its first use, and once', () => {
  const make = vi.fn(() => ({}))
  const get = lazily(make)
  expect(make).not.toHaveBeenCalled()
  expect(get()).toBe(get())
  expect(make).toHaveBeenCalledTimes(1)
})

it('what is made lazily may be undefined, and is made once all the same', () => {
  const make = vi.fn(() => undefined)
  const get = lazily(make)
  expect([get(), get()]).toEqual([undefined, undefined])
  expect(make).toHaveBeenCalledTimes(1)
})

it('what could not be made is tried again', () => {
  const make = vi
    .fn(() => 1)
    .mockImplementationOnce(() => {
      throw new Error('not yet')
    })
  const get = lazily(make)
  expect(get).toThrow('not yet')
  expect(get()).toBe(1)
})
