import { describe, expect, it, vi } from 'vitest'
import { reserveLegacyUsers } from '../../src/pre-signup/reserve-legacy-users.ts'
import { preSignUp } from '../../src/pre-signup/trigger.ts'
import type { Directory } from '../../src/shared/directory/directory.ts'
import { adminCreatedEvent, federatedEvent, preSignUpEvent } from '../support/events.ts'

const known = ['mary@example.com', 'mary', '+41791234567']
const directoryWith = (names: readonly string[]): Directory => ({
  checkPassword: async () => 'unknown-user',
  findUser: async (userName) => (names.includes(userName) ? { attributes: {} } : undefined),
  permissions: [{ actions: ['dynamodb:GetItem'], resource: 'LEGACY_TABLE' }],
})
const directory = directoryWith(known)
const decide = (event: Parameters<ReturnType<typeof preSignUp>['decide']>[0]) =>
  preSignUp(reserveLegacyUsers(directory, { revealsExistence: true })).decide(event)

describe('reserveLegacyUsers', () => {
  it.each([
    ['address', preSignUpEvent({ email: 'mary@example.com' })],
    ['address in other letters', preSignUpEvent({ email: 'Mary@Example.COM' })],
    ['phone number', preSignUpEvent({ phone_number: '+41791234567' })],
    ['user name', preSignUpEvent({ email: 'new@example.com' }, { userName: 'mary' })],
    ['user name in other letters', preSignUpEvent({ email: 'new@example.com' }, { userName: 'MARY' })],
    ['address at an identity provider', federatedEvent({ email: 'mary@example.com' })],
    ['address in an invitation', adminCreatedEvent({ email: 'mary@example.com' })],
    ['address at an unknown source', preSignUpEvent({ email: 'mary@example.com' }, { triggerSource: 'PreSignUp_Passkey' })],
  ])('denies the %s of a legacy user, with a text that names no account', async (_, event) => {
    expect(await decide(event)).toMatchObject({
      kind: 'denied',
      reason: 'legacy-user',
      message: 'This sign-up is not possible. If you have an account already, please sign in',
    })
  })

  it('lets other users sign up', async () => {
    expect(await decide(preSignUpEvent({ email: 'new@example.com', phone_number: '+41790000000' }))).toMatchObject({ kind: 'proceed' })
    expect(await decide(preSignUpEvent({}))).toMatchObject({ kind: 'proceed' })
  })

  it('denies a malformed address, which can be another spelling of a reserved one', async () => {
    expect(await decide(preSignUpEvent({ email: 'mary@example.com,' }))).toMatchObject({ kind: 'denied', reason: 'email-malformed' })
  })

  it('looks up as many names for a reserved address as for a new one, and waits for all', async () => {
    const calls = []
    for (const names of [known, []]) {
      const counted = directoryWith(names)
      const findUser = vi.spyOn(counted, 'findUser')
      const event = preSignUpEvent({ email: 'Mary@example.com', phone_number: '+41791234567' })
      await preSignUp(reserveLegacyUsers(counted, { revealsExistence: true })).decide(event)
      calls.push(findUser.mock.calls.map(([name]) => name))
    }
    expect(calls[0]).toEqual(calls[1])
    expect(calls[0]).toEqual(['ann', 'Mary@example.com', 'mary@example.com', '+41791234567'])
  })

  it('refuses every user if the directory does not answer', async () => {
    const down: Directory = { ...directory, findUser: async () => Promise.reject(new Error('down')) }
    const rule = reserveLegacyUsers(down, { revealsExistence: true })
    expect(await preSignUp(rule).decide(preSignUpEvent())).toMatchObject({ kind: 'failed', rule: 'reserve-legacy-users' })
  })

  it('shows the given message, and declares the permissions of the directory', async () => {
    const rule = reserveLegacyUsers(directory, { revealsExistence: true, message: 'Please sign in.' })
    const event = preSignUpEvent({ email: 'mary@example.com' })
    expect(await preSignUp(rule).decide(event)).toMatchObject({ message: 'Please sign in' })
    expect(rule).toMatchObject({ can: ['deny'], permissions: directory.permissions })
    const { permissions: _, ...undeclared } = directory
    expect(reserveLegacyUsers(undeclared, { revealsExistence: true })).not.toHaveProperty('permissions')
  })

  it.each([
    ['no directory', [undefined, { revealsExistence: true }], 'reserveLegacyUsers(): the directory is undefined'],
    ['no options', [directory], 'reserveLegacyUsers(): the options are undefined'],
    ['no acceptance', [directory, {}], 'a denial reveals to anyone that a user exists; expected revealsExistence: true'],
    ['an unknown option', [directory, { revealsExistence: true, text: 'x' }], "unknown option 'text'"],
    ['an empty message', [directory, { revealsExistence: true, message: '' }], "deny('legacy-user'): the message is empty"],
  ])('throws when composed with %s', (_, args, message) => {
    expect(() => Reflect.apply(reserveLegacyUsers, undefined, args)).toThrow(message)
  })
})
