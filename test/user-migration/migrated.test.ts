import { describe, expect, it } from 'vitest'
import { encodeMigrated, type Migrated } from '../../src/user-migration/migrated.ts'
import { passwordPolicy } from '../../src/user-migration/password-policy.ts'

const encode = (user: unknown): unknown => Reflect.apply(encodeMigrated, undefined, [user])

describe('encodeMigrated', () => {
  it('returns undefined if no rule answered, so that Cognito refuses the unknown user', () => {
    expect(encodeMigrated(undefined)).toBeUndefined()
  })

  it('uses safe defaults', () => {
    expect(encodeMigrated({ attributes: { phone_number: '+41791234567' } })).toEqual({
      userAttributes: { phone_number: '+41791234567' },
      finalUserStatus: 'RESET_REQUIRED',
      messageAction: 'SUPPRESS',
      desiredDeliveryMediums: ['SMS'],
      forceAliasCreation: false,
      enableSMSMFA: false,
    })
  })

  it('encodes every field', () => {
    const user: Migrated = { attributes: { email: 'a@b.example' }, status: 'CONFIRMED', welcome: 'EMAIL', alias: 'move', smsMfa: true }
    expect(encodeMigrated(user)).toEqual({
      userAttributes: { email: 'a@b.example' },
      finalUserStatus: 'CONFIRMED',
      desiredDeliveryMediums: ['EMAIL'],
      forceAliasCreation: true,
      enableSMSMFA: true,
    })
  })

  it.each([
    ['Cognito’s own field', { attributes: { email: 'x' }, finalUserStatus: 'CONFIRMED' }, "A migrated user has no 'finalUserStatus'"],
    [
      'a wrong status',
      { attributes: { email: 'x' }, status: 'UNCONFIRMED' },
      "'status' of a migrated user is invalid; expected CONFIRMED or",
    ],
    ['no attributes', {}, "'attributes' of a migrated user are missing"],
    ['a list of attributes', { attributes: ['email'] }, "'attributes' of a migrated user are missing"],
    ['empty attributes', { attributes: {} }, "'attributes' of a migrated user are missing"],
    ['a sub', { attributes: { sub: 'x' } }, "A migrated user cannot have the attribute 'sub', because Cognito sets it"],
    ['a user name', { attributes: { username: 'x' } }, "cannot have the attribute 'username'"],
    ['a status attribute', { attributes: { 'cognito:user_status': 'x' } }, "cannot have the attribute 'cognito:user_status'"],
    [
      'a boolean',
      { attributes: { email_verified: true } },
      "The attribute 'email_verified' of a migrated user is a boolean; expected a string",
    ],
  ])('throws for an answer with %s', (_, user, message) => {
    expect(() => encode(user)).toThrow(message)
  })
})

describe('passwordPolicy', () => {
  it.each([
    [{ minLength: 8 }, 'Aa1!Aa1!', true],
    [{ minLength: 8 }, 'Aa1!Aa1', false],
    [{ minLength: 6 }, '😀😀😀😀😀', false],
    [{ minLength: 6, lowercase: true }, 'AAAAAA', false],
    [{ minLength: 6, uppercase: true }, 'aaaaaa', false],
    [{ minLength: 6, numbers: true }, 'aaaaaa', false],
    [{ minLength: 6, symbols: true }, 'aaaaaa', false],
    [{ minLength: 6, symbols: true }, ' aaaaaa ', false],
    [{ minLength: 6, symbols: true }, 'aaa aaa', true],
    [{ minLength: 6, symbols: false }, 'aaaaaa', true],
    [{ minLength: 6, lowercase: true, uppercase: true, numbers: true, symbols: true }, 'aA1-aA1', true],
  ])('%o judges %j: %s', (policy, password, fits) => {
    expect(passwordPolicy(policy)(password)).toBe(fits)
  })

  it('throws for a length outside Cognito’s bounds, and for an unknown option', () => {
    expect(() => passwordPolicy({ minLength: 5 })).toThrow('minLength is 5; expected a whole number from 6 to 99')
    expect(() => Reflect.apply(passwordPolicy, undefined, [{ minLength: 8, digits: true }])).toThrow("unknown option 'digits'")
  })
})
