import { expect, it, vi } from 'vitest'
import { atInit } from '../../../src/shared/settings/at-init.ts'

it('hands on what was read', () => {
  expect(atInit(() => 'settings')).toBe('settings')
})

it('tells standard error what is wrong and the caller nothing', () => {
  const complain = vi.fn()
  const fail = (thrown: unknown) => () => {
    throw thrown
  }
  expect(() => atInit(fail(new Error('ALLOWED_EMAIL_DOMAINS is "secret.example"')), complain)).toThrow(
    /^Something went wrong, please try again later$/,
  )
  expect(() => atInit(fail('thrown text'), complain)).toThrow(/^Something went wrong, please try again later$/)
  expect(complain.mock.calls).toEqual([['ALLOWED_EMAIL_DOMAINS is "secret.example"\n'], ['thrown text\n']])
})

it('does the same of a promise, which settings from a service are', async () => {
  const complain = vi.fn()
  await expect(atInit(async () => 'settings', complain)).resolves.toBe('settings')
  const fail = async (): Promise<string> => {
    throw new Error('the parameter /prod/secret was not found')
  }
  await expect(atInit(fail, complain)).rejects.toThrow(/^Something went wrong, please try again later$/)
  expect(complain.mock.calls).toEqual([['the parameter /prod/secret was not found\n']])
})
