import { describe, expect, it, vi } from 'vitest'
import type { Directory, DirectoryUser } from '../../src/shared/directory/directory.ts'
import { type MigrateUsersOptions, migrateUsers } from '../../src/user-migration/migrate-users.ts'
import { passwordPolicy } from '../../src/user-migration/password-policy.ts'
import { type UserMigration, userMigration } from '../../src/user-migration/trigger.ts'
import { forgotEvent, migrationEvent, TYPED } from './migration-event.ts'

const quiet = { write: () => undefined }
const attributes = { email: 'mary@example.com', email_verified: true, given_name: 'Mary' }

/** A directory with one user. */
function directoryWith(user: DirectoryUser = { attributes }, name = 'mary@example.com'): Directory {
  return {
    checkPassword: async ({ userName, password }) => (userName !== name ? 'unknown-user' : password === TYPED ? user : 'wrong-password'),
    findUser: async (userName) => (userName === name ? user : undefined),
    permissions: [],
  }
}

const decide = (event: UserMigration['event'], user?: DirectoryUser, options?: MigrateUsersOptions) =>
  userMigration(migrateUsers(directoryWith(user), options)).decide(event)

describe('migrateUsers at a sign-in', () => {
  it('answers with the whole response, and suppresses the welcome message', async () => {
    const event = migrationEvent()
    expect(await userMigration(quiet, migrateUsers(directoryWith()))(event)).toEqual({
      ...event,
      response: {
        userAttributes: { email: 'mary@example.com', email_verified: 'true', given_name: 'Mary' },
        finalUserStatus: 'CONFIRMED',
        messageAction: 'SUPPRESS',
        desiredDeliveryMediums: ['EMAIL'],
        forceAliasCreation: false,
        enableSMSMFA: false,
      },
    })
  })

  it.each([
    ['an unknown user', { userName: 'nobody' }, 'unknown-user'],
    ['a wrong password', { request: { ...migrationEvent().request, password: 'guess' } }, 'wrong-password'],
  ])('returns the event of %s as it came, without an error', async (_, change, reason) => {
    const event = migrationEvent(change)
    const handler = userMigration(quiet, migrateUsers(directoryWith()))
    expect(await handler(event)).toEqual(event)
    expect((await handler.decide(event)).trace).toMatchObject([{ outcome: 'skip', reason }])
  })

  it.each([
    ['without a password', { request: {} as never }, 'no-password'],
    ['with an empty password', { request: { password: '' } }, 'no-password'],
    ['with a password of another type', { request: { password: 7 as never } }, 'no-password'],
    ['without a request', { request: undefined as never }, 'no-password'],
    ['without a user name', { userName: undefined as never }, 'no-user-name'],
  ])('does not call the directory for an event %s', async (_, change, reason) => {
    const directory = directoryWith()
    const check = vi.spyOn(directory, 'checkPassword')
    const event = migrationEvent(change)
    expect((await userMigration(migrateUsers(directory)).decide(event)).trace).toMatchObject([{ outcome: 'skip', reason }])
    expect(check).not.toHaveBeenCalled()
  })

  it('checks the password of an event with an unknown source, and finds no user without one', async () => {
    const triggerSource = 'UserMigration_Passkey' as never
    expect(await decide(migrationEvent({ triggerSource }))).toMatchObject({ answer: { status: 'CONFIRMED' } })
    expect(await decide(forgotEvent({ triggerSource }))).toMatchObject({ trace: [{ reason: 'no-password' }] })
  })

  it('requires a new password if the directory, the policy or the status says so', async () => {
    const weak = { requirePolicy: passwordPolicy({ minLength: 20 }) }
    const strong = { requirePolicy: passwordPolicy({ minLength: 8, uppercase: true }) }
    const cases: readonly (readonly [DirectoryUser, MigrateUsersOptions, string])[] = [
      [{ attributes, mustReset: true }, {}, 'RESET_REQUIRED'],
      [{ attributes }, weak, 'RESET_REQUIRED'],
      [{ attributes }, { requirePolicy: async () => false }, 'RESET_REQUIRED'],
      [{ attributes }, { requirePolicy: (() => undefined) as never }, 'RESET_REQUIRED'],
      [{ attributes }, { status: 'RESET_REQUIRED' }, 'RESET_REQUIRED'],
      [{ attributes }, strong, 'CONFIRMED'],
    ]
    for (const [user, options, status] of cases)
      expect(await decide(migrationEvent(), user, options)).toMatchObject({ response: { finalUserStatus: status } })
  })

  it('sends a welcome message, or moves an alias, only on request', async () => {
    const decision = await decide(migrationEvent(), undefined, { welcome: 'SMS', alias: 'move' })
    expect(decision).toMatchObject({ response: { desiredDeliveryMediums: ['SMS'], forceAliasCreation: true } })
    expect(decision).not.toHaveProperty('response.messageAction')
  })

  it('lets the first directory that knows the user answer, and asks no other', async () => {
    const second = directoryWith({ attributes: { email: 'second@example.com' } })
    const check = vi.spyOn(second, 'checkPassword')
    const both = (first: Directory) => userMigration(migrateUsers(first), migrateUsers(second)).decide(migrationEvent())
    expect(await both(directoryWith())).toMatchObject({ answer: { attributes: { email: 'mary@example.com' } } })
    expect(check).not.toHaveBeenCalled()
    expect(await both(directoryWith({ attributes }, 'another'))).toMatchObject({ answer: { attributes: { email: 'second@example.com' } } })
  })
})

describe('the attributes of a migrated user', () => {
  const migrated = async (user: DirectoryUser['attributes'], options?: MigrateUsersOptions): Promise<unknown> => {
    const decision = await decide(migrationEvent(), { attributes: user }, options)
    return decision.kind === 'proceed' ? decision.response.userAttributes : decision.kind
  }

  it('copies the attributes of a user pool as strings, and leaves out what Cognito sets and what it does not know', async () => {
    const user = {
      ...{ sub: 'old', identities: '[]', username: 'mary', 'cognito:user_status': 'CONFIRMED', 'cognito:mfa_enabled': 'true' },
      ...{ email: 'mary@example.com', 'custom:plan': 'gold', updated_at: 1700000000, nickname: '', address: { city: 'Bern' }, name: null },
      ...{ internalNote: 'x', passwordHash: '$2b$10$', ['__proto__']: 'x' },
    }
    expect(await migrated(user)).toEqual({ email: 'mary@example.com', 'custom:plan': 'gold', updated_at: '1700000000' })
  })

  it.each<[string, DirectoryUser['attributes'], MigrateUsersOptions | undefined, object]>([
    ['says so', { email: 'a@b.example', email_verified: 'true' }, undefined, { email_verified: 'true' }],
    ['says so by a boolean', { phone_number: '+41', phone_number_verified: true }, undefined, { phone_number_verified: 'true' }],
    [
      'says so and only the address is listed',
      { email: 'a@b.example', email_verified: true },
      { attributes: ['email'] },
      { email_verified: 'true' },
    ],
    ['says no', { email: 'a@b.example', email_verified: 'false' }, undefined, {}],
    ['says something else', { email: 'a@b.example', email_verified: 'yes' }, undefined, {}],
    ['says nothing', { email: 'a@b.example' }, undefined, {}],
    ['says so without an address', { name: 'Ann', email_verified: true }, undefined, {}],
    ['says so of another address', { email: 'a@b.example', email_verified: true }, { attributes: () => ({ email: 'c@d.example' }) }, {}],
    [
      'says so under another name',
      { mail: 'a@b.example' },
      { attributes: ({ mail }) => ({ email: mail, email_verified: 'true' }) },
      { email_verified: 'true' },
    ],
  ])('counts an address as verified only if the directory %s', async (_, user, options, expected) => {
    const found = Object(await migrated(user, options))
    expect(Object.fromEntries(Object.entries(found).filter(([name]) => name.endsWith('_verified')))).toEqual(expected)
  })

  it('picks the listed attributes, or those that a function returns', async () => {
    const user = { mail: 'mary@example.com', first: 'Mary', name: 'Mary Keller' }
    expect(await migrated(user, { attributes: ['name', 'first'] })).toEqual({ name: 'Mary Keller', first: 'Mary' })
    const map: MigrateUsersOptions = { attributes: ({ mail, first, none }) => ({ email: mail, given_name: first, locale: none, sub: 'x' }) }
    expect(await migrated(user, map)).toEqual({ email: 'mary@example.com', given_name: 'Mary' })
  })

  it('fails if no attribute is left', async () => {
    expect(await migrated({ internal: 'x' })).toBe('failed')
  })
})

describe('migrateUsers after "forgot password"', () => {
  it('migrates a user with a verified address, who must choose a new password', async () => {
    const directory = directoryWith()
    const check = vi.spyOn(directory, 'checkPassword')
    expect(await userMigration(migrateUsers(directory)).decide(forgotEvent())).toMatchObject({
      response: { userAttributes: { email_verified: 'true' }, finalUserStatus: 'RESET_REQUIRED', messageAction: 'SUPPRESS' },
    })
    expect(check).not.toHaveBeenCalled()
  })

  it.each([
    ['an unknown user', { userName: 'nobody' }, undefined, 'unknown-user'],
    ['a user without a verified address or number', {}, { attributes: { email: 'mary@example.com' } }, 'no-verified-contact'],
  ])('returns the event of %s as it came', async (_, change, user, reason) => {
    expect(await decide(forgotEvent(change), user)).toMatchObject({ kind: 'proceed', response: {}, trace: [{ reason }] })
  })
})

describe('a directory that fails', () => {
  it('refuses the user with a fixed message', async () => {
    const failing: Directory = {
      checkPassword: async ({ password }) => Promise.reject(new Error(`wrong: ${password}`)),
      findUser: async () => Promise.reject(new Error('down')),
    }
    for (const event of [migrationEvent(), forgotEvent()])
      await expect(userMigration(quiet, migrateUsers(failing))(event)).rejects.toThrow(/^Something went wrong, please try again later$/)
  })

  it.each([[true], [undefined], ['found'], [{}], [{ attributes: [] }]])('is an error if it returns %o', async (returned) => {
    const odd = { checkPassword: async () => returned, findUser: async () => returned }
    const rule = Reflect.apply(migrateUsers, undefined, [odd])
    expect(await userMigration(rule).decide(migrationEvent())).toMatchObject({ kind: 'failed', rule: 'migrate-users' })
  })
})

describe('composing migrateUsers', () => {
  it.each([
    ['no directory', [undefined], 'migrateUsers(): the directory is undefined; expected an object with the functions checkPassword'],
    ['half a directory', [{ findUser: () => undefined }], 'the directory is an object'],
    ['an unknown option', [directoryWith(), { attribute: ['email'] }], "migrateUsers(): unknown option 'attribute'"],
    [
      'a wrong status',
      [directoryWith(), { status: 'confirmed' }],
      "migrateUsers(): status is invalid; expected 'CONFIRMED', 'RESET_REQUIRED'",
    ],
    ['a wrong medium', [directoryWith(), { welcome: true }], "welcome is invalid; expected 'none', 'EMAIL', 'SMS'"],
    ['a wrong alias', [directoryWith(), { alias: 'keep' }], "alias is invalid; expected 'refuse', 'move'"],
    ['a text of attributes', [directoryWith(), { attributes: 'email' }], 'attributes must be a list of names'],
    ['an empty list', [directoryWith(), { attributes: [] }], 'migrateUsers() needs at least one value'],
    ['a reserved attribute', [directoryWith(), { attributes: ['sub'] }], "Cognito sets the attribute 'sub' itself"],
    ['a policy that is not a function', [directoryWith(), { requirePolicy: 8 }], 'requirePolicy is a number; expected a function'],
  ])('throws for %s', (_, args, message) => {
    expect(() => Reflect.apply(migrateUsers, undefined, args)).toThrow(message)
  })

  it('declares the permissions of the directory', () => {
    const permissions = [{ actions: ['dynamodb:GetItem'], resource: 'T' }]
    expect(migrateUsers({ ...directoryWith(), permissions })).toMatchObject({ permissions, can: ['answer'] })
    const { permissions: _, ...undeclared } = directoryWith()
    expect(migrateUsers(undeclared)).not.toHaveProperty('permissions')
  })
})
