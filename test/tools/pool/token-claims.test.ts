import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyChanges, readChanges } from '../../../src/tools/pool/token-claims.ts'
import type { Claims } from '../../../src/tools/pool/tokens.ts'

const PROTECTED = [
  ...['acr', 'amr', 'at_hash', 'auth_time', 'azp', 'exp', 'iat', 'iss', 'jti', 'nbf', 'nonce', 'origin_jti', 'token_use', 'sub'],
  ...['identities', 'username', 'client_id', 'event_id', 'device_key', 'version', 'cognito:username', 'cognito:mfa_enabled'],
]
const CLAIMS: Claims = {
  ...Object.fromEntries(PROTECTED.map((name) => [name, `own ${name}`])),
  aud: 'client',
  email: 'ada@example.com',
  'dev:custom:plan': 'gold',
  'cognito:groups': ['editors'],
  'cognito:roles': ['arn:role'],
  'cognito:preferred_role': 'arn:role',
}

/** Applies a response of version 2 to the claims of an ID token. */
function changeId(idTokenGeneration: object): Claims {
  const { id } = readChanges({ claimsAndScopeOverrideDetails: { idTokenGeneration } }, '2')
  return applyChanges(CLAIMS, id ?? { add: {}, suppress: [] })
}

const names = fc.oneof(fc.constantFrom(...PROTECTED, 'email', 'aud', 'plan', '__proto__', 'constructor'), fc.string())

describe('the claims that a function changes', () => {
  it('never include a protected one, whatever the function answers', () => {
    fc.assert(
      fc.property(fc.dictionary(names, fc.jsonValue()), fc.array(names), (claimsToAddOrOverride, claimsToSuppress) => {
        const changed = changeId({ claimsToAddOrOverride, claimsToSuppress })

        for (const name of [...PROTECTED, 'aud']) expect(changed[name]).toBe(CLAIMS[name])
      }),
    )
  })

  it('never include one that the function also suppresses', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1 }).filter((name) => !name.includes(':') && !PROTECTED.includes(name) && name !== 'aud')),
        (all) => {
          const changed = changeId({ claimsToAddOrOverride: Object.fromEntries(all.map((name) => [name, 'added'])), claimsToSuppress: all })

          for (const name of all) expect(Object.hasOwn(changed, name)).toBe(false)
        },
      ),
    )
  })

  it('are added and overridden otherwise', () => {
    expect(changeId({ claimsToAddOrOverride: { plan: 'gold', email: 'other@example.com' } })).toMatchObject({
      plan: 'gold',
      email: 'other@example.com',
    })
  })

  it('take the roles along when the groups are suppressed, and keep roles that are suppressed alone', () => {
    const changed = changeId({ claimsToSuppress: ['cognito:groups'] })

    expect(Object.keys(changed).filter((name) => /groups|role/.test(name))).toEqual([])
  })

  it('with the prefix dev: can only be suppressed', () => {
    expect(changeId({ claimsToAddOrOverride: { 'dev:custom:plan': 'silver' } })['dev:custom:plan']).toBe('gold')
    expect(changeId({ claimsToSuppress: ['dev:custom:plan'] })).not.toHaveProperty('dev:custom:plan')
  })

  it.each(['phone_number_verified', 'email_verified', 'updated_at', 'address'])(
    'may be an object, but not for %s of an ID token',
    (name) => {
      const value = { nested: true }
      const changed = changeId({ claimsToAddOrOverride: { [name]: value, plan: value } })

      expect(changed.plan).toEqual(value)
      expect(changed).not.toHaveProperty(name)
    },
  )

  it('are text only in version 1, and change only the ID token', () => {
    const { id, access } = readChanges({ claimsOverrideDetails: { claimsToAddOrOverride: { text: 'a', number: 1, list: ['a'] } } }, '1')

    expect(id?.add).toEqual({ text: 'a' })
    expect(access).toBeUndefined()
  })

  it('are read only from the field of the version', () => {
    const response = { claimsOverrideDetails: { claimsToAddOrOverride: { one: '1' } }, claimsAndScopeOverrideDetails: {} }

    expect(readChanges(response, '2').id?.add).toEqual({})
  })
})

describe('the audience of an access token', () => {
  const addAudience = (aud: string): Claims => applyChanges({ client_id: 'client' }, { add: { aud }, suppress: [] }, 'client')

  it('can be the app client, and nothing else', () => {
    expect(addAudience('client')).toEqual({ client_id: 'client', aud: 'client' })
    expect(addAudience('other')).toEqual({ client_id: 'client' })
  })
})

describe('the groups that a function changes', () => {
  it.each([
    ['an empty object', { groupOverrideDetails: {} }, { groups: [], roles: [], preferredRole: null }],
    ['null', { groupOverrideDetails: null }, { groups: [], roles: [], preferredRole: null }],
    ['no field', {}, undefined],
    [
      'groups and roles',
      { groupOverrideDetails: { groupsToOverride: ['a'], iamRolesToOverride: ['b'], preferredRole: 'c' } },
      { groups: ['a'], roles: ['b'], preferredRole: 'c' },
    ],
  ])('are read from %s', (_, details, expected) => {
    expect(readChanges({ claimsOverrideDetails: details }, '1').groups).toEqual(expected)
    expect(readChanges({ claimsAndScopeOverrideDetails: details }, '2').groups).toEqual(expected)
  })
})

describe('the scopes that a function changes', () => {
  it('have no spaces', () => {
    const accessTokenGeneration = { scopesToAdd: ['shop/read', 'two words', 1], scopesToSuppress: ['openid'] }

    expect(readChanges({ claimsAndScopeOverrideDetails: { accessTokenGeneration } }, '2')).toMatchObject({
      addScopes: ['shop/read'],
      suppressScopes: ['openid'],
    })
  })
})
