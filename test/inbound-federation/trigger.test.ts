import { describe, expect, it } from 'vitest'
import {
  dropAttributes,
  type InboundFederation,
  inboundFederation,
  mapAttributes,
  renameAttribute,
} from '../../src/inbound-federation/index.ts'
import { blockUsers, requireAttributes } from '../../src/rules/index.ts'
import { chain, shadow, when } from '../../src/shared/rules/combinators.ts'
import { hasAttribute } from '../../src/shared/rules/condition.ts'
import { deny, skip } from '../../src/shared/rules/outcome.ts'
import { memoryBlockList } from '../../src/testing/index.ts'
import { ann, change, decide, federationEvent, mapped, SUBJECT } from './federation-event.ts'

const rename = renameAttribute('email', 'mail')

describe('the response of inbound federation', () => {
  it('keeps the response of the event if no rule answers, or if the answers change nothing', async () => {
    expect(await mapped(federationEvent(), dropAttributes('groups'))).toEqual({})
    expect(await mapped(federationEvent(), change({ set: { email: ann.email } }))).toEqual({})
    expect(await mapped(federationEvent(), change({ set: { a: 'b' } }), change({ drop: ['a'] }))).toEqual({})
    expect(await mapped({ ...federationEvent(), response: {} }, dropAttributes('groups'))).toEqual({})
    const filled = { ...federationEvent(), response: { userAttributesToMap: { email: 'x' } } }
    expect(await mapped(filled, dropAttributes('groups'))).toEqual({ email: 'x' })
  })

  it('holds all attributes of the provider if one changes, because Cognito drops attributes that the map lacks', async () => {
    const event = federationEvent(ann, {}, { userInfo: { given_name: 'Ann', email: 'other@example.com' } })

    expect(await mapped(event, change({ set: { locale: 'en' }, drop: ['hd'] }))).toEqual({
      ...{ sub: SUBJECT, email: 'ann@example.com', email_verified: 'true', given_name: 'Ann', locale: 'en' },
    })
  })

  it('holds the last value if several rules set or drop an attribute', async () => {
    const rules = [
      change({ set: { a: '1', b: '1' } }),
      change({ drop: ['a', 'email'] }),
      change({ set: { email: 'new@example.com', a: '2' } }),
    ]

    expect(await mapped(federationEvent(), ...rules, change({ drop: ['b'] }))).toEqual({
      ...ann,
      ...{ email: 'new@example.com', email_verified: 'false', a: '2' },
    })
  })

  it.each([
    ['a boolean', true, 'true'],
    ['a number', 1.5, '1.5'],
    ['a list', ['a', 1], '["a",1]'],
    ['an object', { city: 'Bern' }, '{"city":"Bern"}'],
    ['an empty string', '', ''],
    ['null', null, undefined],
  ])('holds %s as a string', async (_, value, text) => {
    const event = federationEvent({ sub: SUBJECT, claim: value })

    expect(await mapped(event, change({ set: { added: 'x' } }))).toEqual({
      sub: SUBJECT,
      added: 'x',
      ...(text !== undefined && { claim: text }),
    })
  })

  it('reads parts that are JSON strings, and treats missing parts as empty', async () => {
    const saml = { samlResponse: '{"department":"IT"}', userInfo: null, tokenResponse: null }

    expect(await mapped(federationEvent('', {}, saml), change({ set: { a: 'b' } }))).toEqual({ department: 'IT', a: 'b' })
    expect(await mapped(federationEvent(JSON.stringify(ann)), change({ set: { a: 'b' } }))).toEqual({ ...ann, a: 'b' })
  })

  it.each([
    ['an ID token that is not JSON', federationEvent('header.payload.signature')],
    ['an ID token that is a JSON list', federationEvent('[]')],
    ['attributes that are not an object', Object.assign(federationEvent(), { request: { attributes: ['payload'] } })],
  ])('fails for %s, and logs none of it', async (_, event) => {
    const lines: string[] = []
    const handler = inboundFederation({ write: (line) => void lines.push(line) }, dropAttributes('groups'))

    await expect(handler(event)).rejects.toThrow('Something went wrong, please try again later')

    expect(lines.join('')).toContain('"reason":"invalid-event"')
    expect(lines.join('')).not.toContain('payload')
  })

  it.each<[string, object, string]>([
    ['sets the attribute that identifies the user', { set: { sub: 'other' } }, "'sub' identifies the user at the identity provider"],
    ['drops the attribute that identifies a user of Facebook', { drop: ['id'] }, "'id' identifies the user"],
    ['has an unknown field', { sets: {} }, "Unknown field 'sets' of the changes; expected set, drop"],
    ['sets a value that is not a string', { set: { a: 1 } }, 'An attribute is set to a number; expected a string'],
    ['sets undefined', { set: { a: undefined } }, 'An attribute is set to undefined; expected a string'],
    ['has a set that is a list', { set: [] }, 'set is an array; expected an object of strings'],
    ['has a drop that is a string', { drop: 'email' }, 'drop is a string; expected a list of names'],
    ['drops an attribute without a name', { drop: [''] }, 'an attribute has no name'],
    ['drops a number', { drop: [1] }, 'the name of an attribute is a number; expected a string'],
  ])('fails if an answer %s', async (_, changes, message) => {
    const decision = await decide(federationEvent(), change(changes))

    expect(decision).toMatchObject({
      kind: 'failed',
      rule: 'change',
      error: expect.objectContaining({ message: expect.stringContaining(message) }),
    })
  })
})

describe('the verification of an address', () => {
  const info = (email: string, email_verified: unknown) => ({ userInfo: { sub: SUBJECT, email, email_verified } })
  const token = { sub: SUBJECT, email: 'ann@example.com' }

  it.each([
    ['counts if the user info has the same address', federationEvent(token, {}, info('ann@example.com', true)), 'true'],
    ['does not count for another address', federationEvent(token, {}, info('boss@example.com', true)), 'false'],
    ['of the ID token wins', federationEvent({ ...token, email_verified: false }, {}, info('ann@example.com', true)), 'false'],
    [
      'does not count without an address beside it',
      federationEvent({ ...token, email: 'x@y.z' }, {}, { userInfo: { email_verified: true } }),
      'false',
    ],
  ])('%s', async (_, event, verified) => {
    expect(await mapped(event, change({ set: { a: 'b' } }))).toMatchObject({ email_verified: verified })
  })

  it('does not count for an address that a rule sets, unless the provider sent it or the rule sets the verification', async () => {
    const verified = async (...rules: Parameters<typeof decide>[1][]) =>
      Object((await mapped(federationEvent(), ...rules)) ?? {}).email_verified

    expect(await verified(mapAttributes({ email: 'boss@example.com' }))).toBe('false')
    expect(await verified(mapAttributes({ email: 'ANN@example.com ' }))).toBe('true')
    expect(await verified(mapAttributes({ email: 'boss@example.com', email_verified: 'true' }))).toBe('true')
    expect(await verified(change({ set: { email: 'boss@example.com' }, drop: ['email_verified'] }))).toBeUndefined()
  })

  it('stays if a rule renames the address', async () => {
    const event = federationEvent({ sub: SUBJECT, mail: 'ann@example.com', email_verified: true })

    expect(await mapped(event, renameAttribute('mail', 'email'))).toEqual({
      sub: SUBJECT,
      email: 'ann@example.com',
      email_verified: 'true',
    })
  })
})

describe('the user of inbound federation', () => {
  it('has the user name of the pool, and neither an id nor a status of the pool', async () => {
    const claims = { ...ann, sub: '5f2a7c1e-0b7d-4b43-9d4e-3a1c8c9f0a11', 'cognito:user_status': 'CONFIRMED' }
    const see = inboundFederation.rule('see', ({ user }) =>
      skip('seen', JSON.stringify([user.userName, user.sub, user.status, user.email, user.emailVerified])),
    )
    const decision = await decide(federationEvent(claims), see)

    expect(decision.trace[0]?.explanation).toBe(JSON.stringify([`Google_${SUBJECT}`, undefined, undefined, 'ann@example.com', true]))
    const prefixed = await decide({ ...federationEvent(claims), userName: `google_${SUBJECT}` }, see)
    expect(prefixed.trace[0]?.explanation).toContain(`"google_${SUBJECT}"`)
  })

  it('has the changes of earlier rules, inside combinators and in rules for other triggers too', async () => {
    const needs = requireAttributes<InboundFederation>('mail')

    expect(await decide(federationEvent(), rename, needs)).toMatchObject({ kind: 'proceed' })
    expect(await decide(federationEvent(), needs, rename)).toMatchObject({ kind: 'denied', reason: 'attributes-not-valid' })
    const nested = chain(change({ set: { a: 'b' } }), when(hasAttribute('mail'), change({ drop: ['a'] })), needs)
    expect(await decide(federationEvent(), rename, nested, requireAttributes<InboundFederation>('a'))).toMatchObject({ kind: 'denied' })
  })

  it('has no changes of rules that run later or in a shadow', async () => {
    expect(await decide(federationEvent(), shadow(rename), requireAttributes<InboundFederation>('email'))).toMatchObject({
      kind: 'proceed',
    })
  })

  it('is found in a block list by the name in the pool and by the changed address', async () => {
    const block = (type: 'username' | 'email', value: string) =>
      blockUsers<InboundFederation>(memoryBlockList({ userPoolId: 'eu-west-1_Example', type, value }))

    expect(await decide(federationEvent(), block('username', `Google_${SUBJECT}`))).toMatchObject({
      kind: 'denied',
      reason: 'user-blocked',
    })
    const moved = mapAttributes({ email: 'bad@example.com' })
    expect(await decide(federationEvent(), moved, block('email', 'bad@example.com'))).toMatchObject({ kind: 'denied' })
  })
})

describe('attributes with the names of object members', () => {
  const claims: Record<string, unknown> = JSON.parse(`{"sub":"${SUBJECT}","__proto__":"p","constructor":"c","hasOwnProperty":"h"}`)

  it('stay ordinary attributes, and can be set and dropped', async () => {
    expect(JSON.stringify(await mapped(federationEvent(claims), change({ set: { a: 'b' } })))).toBe(
      `{"sub":"${SUBJECT}","__proto__":"p","constructor":"c","hasOwnProperty":"h","a":"b"}`,
    )
    expect(await mapped(federationEvent(claims), dropAttributes('__proto__', 'constructor'))).toEqual({ sub: SUBJECT, hasOwnProperty: 'h' })
    const answer = await mapped(federationEvent(), renameAttribute('hd', '__proto__'))
    expect(Object.entries(Object(answer))).toContainEqual(['__proto__', 'example.com'])
    expect(Object.prototype).not.toHaveProperty('hd')
  })

  it('are missing unless the provider sent them', async () => {
    expect(await mapped(federationEvent(), dropAttributes('constructor', '__proto__'), renameAttribute('toString', 'name'))).toEqual({})
  })
})

describe('a denial in inbound federation', () => {
  it('ends the sign-in with the message of the rule, and drops the answers', async () => {
    const handler = inboundFederation(
      { write: () => undefined },
      rename,
      inboundFederation.rule('no', () => deny('no-entry', 'No entry')),
    )

    await expect(handler(federationEvent())).rejects.toThrow(/^No entry$/)
  })
})

describe('the secrets of a provider', () => {
  const secrets = ['ya29.example-access', '1//example-refresh', 'eyExample.id.token']
  const [access_token, refresh_token, id_token] = secrets
  const event = federationEvent(
    JSON.stringify({ ...ann, email: 'annabel@example.com' }),
    {},
    { tokenResponse: { access_token, refresh_token, id_token } },
  )

  it('are in no log line, trace, error or answer, even if a rule passes them on', async () => {
    const lines: string[] = []
    const leaks = [
      change({ set: { locale: 'en' } }),
      shadow(
        inboundFederation.rule('throw', ({ event: { request } }) => {
          throw Object.assign(new Error(JSON.stringify(request.attributes.tokenResponse)), { code: access_token })
        }),
      ),
      shadow(inboundFederation.rule('reason', ({ event: { request } }) => skip(`${request.attributes.tokenResponse?.id_token}`))),
      shadow(inboundFederation.rule('claim', ({ user }) => skip(`${user.email?.split('@')[0]}`))),
    ]
    const answer = await inboundFederation({ write: (line) => void lines.push(line) }, ...leaks)(event)

    expect(JSON.stringify(answer.response)).toContain('"locale":"en"')
    for (const secret of [...secrets, 'annabel']) expect(lines.join('\n')).not.toContain(secret)
    for (const secret of secrets) expect(JSON.stringify(answer.response)).not.toContain(secret)
    expect(lines.join('')).toContain('"reason":"hidden"')
  })
})
