import { expect, it, vi } from 'vitest'
import { maskInitErrors } from '../../../src/shared/settings/mask-init-errors.ts'

it('maskInitErrors returns the value of the given function', () => {
  expect(maskInitErrors(() => 'settings')).toBe('settings')
})

it('maskInitErrors passes the error message to complain, and throws an error with a fixed message', () => {
  const complain = vi.fn()
  const fail = (thrown: unknown) => () => {
    throw thrown
  }
  expect(() => maskInitErrors(fail(new Error('ALLOWED_EMAIL_DOMAINS is "secret.example"')), complain)).toThrow(
    /^Something went wrong, please try again later$/,
  )
  expect(() => maskInitErrors(fail('thrown text'), complain)).toThrow(/^Something went wrong, please try again later$/)
  expect(complain.mock.calls).toEqual([['ALLOWED_EMAIL_DOMAINS is "secret.example"\n'], ['thrown text\n']])
})

it('maskInitErrors masks the error of a promise that rejects', async () => {
  const complain = vi.fn()
  await expect(maskInitErrors(async () => 'settings', complain)).resolves.toBe('settings')
  const fail = async (): Promise<string> => {
    throw new Error('the parameter /prod/secret was not found')
  }
  await expect(maskInitErrors(fail, complain)).rejects.toThrow(/^Something went wrong, please try again later$/)
  expect(complain.mock.calls).toEqual([['the parameter /prod/secret was not found\n']])
})
