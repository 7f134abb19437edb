import { describe, expect, it } from 'vitest'
import {
  dropAttributes,
  fillMissing,
  fromProvider,
  fromProviderType,
  groupsToAttribute,
  mapAttributes,
  normaliseEmail,
  renameAttribute,
  requireHostedDomain,
  truncateLong,
} from '../../src/inbound-federation/index.ts'
import { when } from '../../src/shared/rules/combinators.ts'
import { ann, change, decide, federationEvent, mapped, SUBJECT } from './federation-event.ts'

const withClaims = (claims: Readonly<Record<string, unknown>>) => federationEvent({ sub: SUBJECT, ...claims })
const plain =
  (call: (...args: readonly never[]) => unknown, ...args: readonly unknown[]) =>
  () =>
    Reflect.apply(call, undefined, args)

describe('mapAttributes', () => {
  it('sets values, and results of functions that get all attributes and the context', async () => {
    const rule = mapAttributes({
      ...{ source: 'partner', team: ({ department }) => department?.toLowerCase(), later: async () => 'x', none: () => undefined },
      provider: (_, { event }) => event.request.providerName,
    })
    expect(await mapped(withClaims({ department: 'IT' }), rule)).toEqual({
      ...{ sub: SUBJECT, department: 'IT', source: 'partner', team: 'it', later: 'x', provider: 'Google' },
    })
  })

  it('skips if no attribute has a value', async () => {
    expect(await decide(federationEvent(), mapAttributes({ a: () => undefined }))).toMatchObject({ trace: [{ reason: 'nothing-to-map' }] })
  })

  it('fails if a function returns a value that is not a string, and does not quote it', async () => {
    const decision = await decide(federationEvent(), plain(mapAttributes, { a: () => 1 })() as never)

    expect(decision).toMatchObject({ kind: 'failed', rule: 'map-attributes' })
    expect(decision).toHaveProperty(
      'error.message',
      "mapAttributes(): the function for 'a' returned a number; expected a string or undefined",
    )
  })

  it.each([
    ['no attribute', [{}], 'mapAttributes() needs at least one attribute'],
    ['a list', [[]], 'mapAttributes(): argument 1 is an array; expected an object of attributes by name'],
    ['a number', [{ a: 1 }], "mapAttributes(): 'a' is a number; expected a string or a function"],
    ['the id of the user', [{ sub: 'x' }], "mapAttributes(): 'sub' identifies the user"],
    ['an attribute without a name', [{ '': 'x' }], 'mapAttributes(): an attribute has no name'],
  ])('throws for %s when the rule is made', (_, args, message) => {
    expect(plain(mapAttributes, ...args)).toThrow(message)
  })
})

describe('dropAttributes and renameAttribute', () => {
  it('drop attributes that the provider sent', async () => {
    expect(await mapped(withClaims({ a: '1', b: '2' }), dropAttributes('a', 'c'))).toEqual({ sub: SUBJECT, b: '2' })
    expect(await decide(federationEvent(), dropAttributes('a'))).toMatchObject({ trace: [{ reason: 'nothing-to-drop' }] })
  })

  it('rename an attribute, and replace one that has the new name', async () => {
    expect(await mapped(withClaims({ a: '1', b: '2' }), renameAttribute('a', 'b'))).toEqual({ sub: SUBJECT, b: '1' })
    expect(await decide(federationEvent(), renameAttribute('a', 'b'))).toMatchObject({ trace: [{ reason: 'nothing-to-rename' }] })
  })

  it.each([
    ['dropAttributes without a name', plain(dropAttributes), 'dropAttributes() needs at least one value'],
    ['dropAttributes with a list', plain(dropAttributes, ['a']), 'argument 1 is an array; expected strings. Spread it'],
    ['dropAttributes with the NameID', plain(dropAttributes, 'NameID'), "dropAttributes(): 'NameID' identifies the user"],
    ['renameAttribute to the id', plain(renameAttribute, 'a', 'sub'), "renameAttribute(): 'sub' identifies the user"],
    ['renameAttribute with equal names', plain(renameAttribute, 'a', 'a'), "renameAttribute(): both names are 'a'; expected two names"],
    ['renameAttribute with one name', plain(renameAttribute, 'a'), 'renameAttribute(): argument 2 is undefined; expected a string'],
  ])('%s throws when the rule is made', (_, make, message) => {
    expect(make).toThrow(message)
  })
})

describe('fillMissing', () => {
  it('fills missing and empty attributes, from the look-up first', async () => {
    const rule = fillMissing({ locale: 'en', phone_number: undefined, zone: 'UTC' }, () => ({
      phone_number: '+441632960001',
      locale: 'de',
    }))

    expect(await mapped(withClaims({ locale: '', zone: 'CET' }), rule)).toEqual({
      ...{ sub: SUBJECT, locale: 'de', phone_number: '+441632960001', zone: 'CET' },
    })
  })

  it('calls the look-up only if an attribute is missing, with the changes of earlier rules', async () => {
    const seen: unknown[] = []
    const rule = fillMissing({ a: undefined }, ({ user }) => void seen.push(user.attributes.a))

    expect(await decide(withClaims({ a: '1' }), rule)).toMatchObject({ trace: [{ reason: 'nothing-missing' }] })
    expect(seen).toEqual([])
    expect(await decide(withClaims({ a: '1' }), dropAttributes('a'), rule)).toMatchObject({ trace: [{}, { reason: 'nothing-found' }] })
    expect(seen).toEqual([undefined])
  })

  it('does not let the verification of the provider count for an address that it fills', async () => {
    const event = withClaims({ email: '', email_verified: true })

    expect(await mapped(event, fillMissing({ email: 'ann@example.com' }))).toMatchObject({
      email: 'ann@example.com',
      email_verified: 'false',
    })
  })

  it.each([
    ['throws', () => Promise.reject(new Error('down'))],
    ['returns a string', () => 'x'],
  ])('fails if the look-up %s', async (_, lookup) => {
    const rule = plain(fillMissing, { a: undefined }, lookup)() as never

    expect(await decide(federationEvent(), rule)).toMatchObject({ kind: 'failed', rule: 'fill-missing' })
  })

  it('ignores values of the look-up that are not strings, or that every object has', async () => {
    const rule = plain(fillMissing, { a: 'b', constructor: 'c' }, () => ({ a: 1 }))() as never

    expect(await mapped(withClaims({}), rule)).toEqual({ sub: SUBJECT, a: 'b', constructor: 'c' })
  })

  it.each([
    ['a function as default', [{ a: () => 'x' }], "fillMissing(): 'a' is a function; expected a string or undefined"],
    ['no attribute', [{}], 'fillMissing() needs at least one attribute'],
    ['a look-up that is an object', [{ a: 'b' }, {}], 'fillMissing(): the look-up is an object; expected a function'],
  ])('throws for %s when the rule is made', (_, args, message) => {
    expect(plain(fillMissing, ...args)).toThrow(message)
  })
})

describe('groupsToAttribute', () => {
  const rule = groupsToAttribute('groups', 'custom:groups', { allow: ['admins', 'editors', 'Night shift'] })

  it.each<[string, unknown, string]>([
    ['a list', ['editors', 'x', 'admins'], 'admins,editors'],
    ['a JSON list', '["editors"]', 'editors'],
    ['names in brackets', '[editors, Night shift]', 'editors,Night shift'],
    ['names with commas', 'editors,admins,editors', 'admins,editors'],
    ['one name', 'admins', 'admins'],
    ['other groups', 'Admins,admins2,admin', ''],
    ['an empty list', [], ''],
    ['no groups', undefined, ''],
    ['names in invalid JSON', '["admins"', ''],
    ['JSON that is not a list of names', '[1,{"a":"admins"}]', ''],
  ])('writes the allowed groups of %s', async (_, groups, text) => {
    expect(await mapped(withClaims({ groups, 'custom:groups': 'root' }), rule)).toMatchObject({ 'custom:groups': text })
  })

  it('skips if the attribute has the value already', async () => {
    const event = withClaims({ groups: 'admins', 'custom:groups': 'admins' })

    expect(await decide(event, rule)).toMatchObject({ response: { userAttributesToMap: {} }, trace: [{ reason: 'groups-kept' }] })
  })

  it.each([
    ['without groups', [{}], 'allow is undefined; expected a list of groups'],
    ['with an empty list', [{ allow: [] }], 'allow is an array; expected a list of groups'],
    ['with a comma in a group', [{ allow: ['a,b'] }], "'a,b' is not a group; expected a name without commas or outer spaces"],
    ['with an unknown option', [{ allow: ['a'], deny: [] }], "unknown option 'deny'"],
    ['with too many groups', [{ allow: ['a'.repeat(2049)] }], 'the allowed groups exceed 2048 characters'],
  ])('throws %s when the rule is made', (_, options, message) => {
    expect(plain(groupsToAttribute, 'groups', 'custom:groups', ...options)).toThrow(message)
  })
})

describe('truncateLong', () => {
  it('truncates long attributes, but not inside a character', async () => {
    const rule = truncateLong({ at: 4 })

    expect(await mapped(withClaims({ a: 'abcdef', b: 'abcd', c: 'abc\u{1F600}d' }), rule)).toEqual({
      sub: SUBJECT,
      a: 'abcd',
      b: 'abcd',
      c: 'abc',
    })
  })

  it('drops long addresses, links and the attributes of `drop`, and keeps the id', async () => {
    const long = 'x'.repeat(2049)
    const event = withClaims({ sub: long, email: long, email_verified: 'true', picture: long, photo: long, bio: long })

    expect(await mapped(event, truncateLong({ drop: ['photo'] }))).toEqual({ sub: long, email_verified: 'true', bio: 'x'.repeat(2048) })
  })

  it('skips if no attribute is too long', async () => {
    expect(await decide(federationEvent(), truncateLong())).toMatchObject({ trace: [{ reason: 'nothing-too-long' }] })
  })

  it.each([
    [{ at: 0 }, 'at is 0; expected a whole number from 1 to 2048'],
    [{ at: 2049 }, 'at is 2049'],
    [{ at: '5' }, 'at is 5; expected a whole number'],
    [{ drop: 'photo' }, 'drop is a string; expected a list of names'],
    [{ drop: [1] }, 'argument 1 is a number; expected a string'],
    [{ length: 5 }, "unknown option 'length'"],
  ])('throws for the options %j', (options, message) => {
    expect(plain(truncateLong, options)).toThrow(message)
  })
})

describe('normaliseEmail', () => {
  it('writes addresses in lower case, and keeps their verification', async () => {
    expect(await mapped(federationEvent({ ...ann, email: 'Ann@Example.COM' }), normaliseEmail())).toEqual(ann)
    expect(await mapped(withClaims({ mail: ' A@Example.com' }), normaliseEmail('mail'))).toEqual({ sub: SUBJECT, mail: 'a@example.com' })
  })

  it.each(['ann@example.com', 'not an address', 'Ann@example.com, eve@example.com', undefined])('leaves %s as it is', async (email) => {
    expect(await decide(withClaims({ email }), normaliseEmail())).toMatchObject({ trace: [{ reason: 'nothing-to-normalise' }] })
  })

  it('throws for an invalid name when the rule is made', () => {
    expect(plain(normaliseEmail, 1)).toThrow('normaliseEmail(): argument 1 is a number; expected a string')
  })
})

describe('requireHostedDomain', () => {
  const TENANT = '5f2a7c1e-0b7d-4b43-9d4e-3a1c8c9f0a11'
  const OTHER = '00000000-0b7d-4b43-9d4e-3a1c8c9f0a11'
  const rule = requireHostedDomain('example.com', TENANT.toUpperCase())
  const entra = (tid: unknown, iss: unknown = `https://login.microsoftonline.com/${TENANT}/v2.0`) => ({ sub: 'x', tid, iss })
  const oidc = { providerName: 'Entra', providerType: 'OIDC' } as const
  const missing = { kind: 'denied', reason: 'hosted-domain-missing', message: 'This account cannot be used to sign in' }
  const wrong = { ...missing, reason: 'hosted-domain-not-allowed' }

  it.each<[string, ReturnType<typeof federationEvent>, object]>([
    ['an account of the domain', federationEvent(), { kind: 'proceed' }],
    ['the domain in upper case', federationEvent({ ...ann, hd: 'EXAMPLE.COM' }), { kind: 'proceed' }],
    ['Google as an OIDC provider', federationEvent({ ...ann, iss: 'https://accounts.google.com' }, oidc), { kind: 'proceed' }],
    ['a subdomain', federationEvent({ ...ann, hd: 'a.example.com' }), wrong],
    ['a longer domain', federationEvent({ ...ann, hd: 'example.com.evil.com' }), wrong],
    ['a personal account with an address of the domain', withClaims({ email: 'eve@example.com' }), missing],
    ['a list of domains', withClaims({ hd: ['example.com'] }), missing],
    ['a domain in the user info only', federationEvent({ sub: 'x' }, {}, { userInfo: { hd: 'example.com' } }), missing],
    ['the domain from another OIDC provider', federationEvent({ ...ann, iss: 'https://evil.example' }, oidc), missing],
    ['a SAML user', federationEvent(null, { providerType: 'SAML' }, { samlResponse: { hd: 'example.com' } }), missing],
    ['a user of the tenant', federationEvent(entra(TENANT), oidc), { kind: 'proceed' }],
    [
      'a user of the tenant in a token of version 1',
      federationEvent(entra(TENANT, `https://sts.windows.net/${TENANT}/`), oidc),
      { kind: 'proceed' },
    ],
    ['a user of another tenant', federationEvent(entra(OTHER, `https://login.microsoftonline.com/${OTHER}/v2.0`), oidc), wrong],
    [
      'a tenant that differs from that of the issuer',
      federationEvent(entra(TENANT, `https://login.microsoftonline.com/${OTHER}/v2.0`), oidc),
      missing,
    ],
    ['a tenant of another issuer', federationEvent(entra(TENANT, `https://evil.example/${TENANT}/v2.0`), oidc), missing],
    ['a look-alike issuer', federationEvent(entra(TENANT, `https://login.microsoftonline.com.evil.example/${TENANT}/`), oidc), missing],
    ['a tenant without an issuer', federationEvent(entra(TENANT, null), oidc), missing],
    [
      'Facebook, which sends no ID token',
      federationEvent(null, { providerType: 'Facebook' }, { userInfo: { id: '1', hd: 'example.com' } }),
      missing,
    ],
  ])('decides %s', async (_, event, expected) => {
    expect(await decide(event, rule)).toMatchObject(expected)
  })

  it('ignores the changes of earlier rules', async () => {
    expect(await decide(withClaims({}), change({ set: { hd: 'example.com' } }), rule)).toMatchObject(missing)
  })

  it.each([
    [[], 'requireHostedDomain() needs at least one value'],
    [['example'], "'example' is not an organisation; expected a domain or the id of an Entra tenant"],
    [['*.example.com'], "'*.example.com' is not an organisation"],
    [[['example.com']], 'argument 1 is an array; expected strings. Spread it'],
  ])('throws for %j when the rule is made', (args, message) => {
    expect(plain(requireHostedDomain, ...args)).toThrow(message)
  })
})

describe('fromProvider and fromProviderType', () => {
  it.each([
    ['Google', true],
    ['google', true],
    ['Goog', false],
  ])('fromProvider(%j) holds for users of Google: %s', async (name, holds) => {
    const decision = await decide(federationEvent(), when(fromProvider(name), change({ set: { a: 'b' } })))

    expect(decision.trace[0]?.outcome).toBe(holds ? 'answer' : 'skip')
  })

  it('fromProviderType holds for providers of a type', async () => {
    const rule = when(fromProviderType('SAML', 'Google'), change({ set: { a: 'b' } }))

    expect(await mapped(federationEvent(), rule)).toHaveProperty('a')
    expect(await mapped(federationEvent(ann, { providerType: 'OIDC' }), rule)).toEqual({})
  })

  it('throw without a name', () => {
    expect(plain(fromProvider)).toThrow('fromProvider() needs at least one value')
    expect(plain(fromProviderType)).toThrow('fromProviderType() needs at least one value')
  })
})
