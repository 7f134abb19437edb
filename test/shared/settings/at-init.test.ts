import { expect, it, vi } from 'vitest'
import { atInit } from '../../../src/shared/settings/at-init.ts'
import type { Environment } from '../../../src/shared/settings/read-settings.ts'

const reading = (read: (environment: Environment) => unknown) => async () => read

it('hands on what was read', async () => {
  expect(
    await atInit(
      reading(({ TABLE }) => TABLE),
      { TABLE: 'blocks' },
    ),
  ).toBe('blocks')
})

it('tells standard error what is wrong and the caller nothing', async () => {
  const complain = vi.fn()
  const fail = (thrown: unknown) =>
    reading(() => {
      throw thrown
    })
  await expect(atInit(fail(new Error('ALLOWED_EMAIL_DOMAINS is "secret.example"')), {}, complain)).rejects.toThrow(
    /^Something went wrong, please try again later$/,
  )
  await expect(atInit(fail('thrown text'), {}, complain)).rejects.toThrow(/^Something went wrong, please try again later$/)
  expect(complain.mock.calls).toEqual([['ALLOWED_EMAIL_DOMAINS is "secret.example"\n'], ['thrown text\n']])
})

it('fails in the same way where the part is missing that says what is wrong', async () => {
  const complain = vi.fn()
  const missing = () => Promise.reject(new Error("Cannot find module 'settings.js'"))
  await expect(atInit(missing, {}, complain)).rejects.toThrow(/^Something went wrong, please try again later$/)
  expect(complain.mock.calls).toEqual([
    [
      "The settings in the environment are not valid; what is wrong with them cannot be told, since this is missing: Cannot find module 'settings.js'\n",
    ],
  ])
})
