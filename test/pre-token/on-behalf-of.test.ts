import { describe, expect, it } from 'vitest'
import { onBehalfOf, preTokenGeneration, type UserTokenVerifier } from '../../src/pre-token/index.ts'
import { ann } from '../support/events.ts'
import { decideTokens, makeRule } from './decide.ts'
import { tokenEvent } from './token-event.ts'

const now = () => new Date(1_000_000_000)
const issued = 1_000_000
const valid = { sub: 'user-1', 'custom:tenant': 'acme', iat: issued }

/** Makes a verifier that knows tokens by name. */
const verifierFor = (tokens: Readonly<Record<string, Readonly<Record<string, unknown>>>>): UserTokenVerifier => ({
  verify: async (token) => tokens[token],
})
const options = { claims: { user_sub: 'sub', tenant: 'custom:tenant' }, maxAgeSeconds: 300, now }
const machine = (clientMetadata?: Readonly<Record<string, string>> | null) => ({
  version: '3',
  triggerSource: 'TokenGeneration_ClientCredentials',
  userName: '',
  request: { userAttributes: {}, ...(clientMetadata !== undefined && { clientMetadata }) },
})
const decide = (claims: Readonly<Record<string, unknown>>) =>
  decideTokens([onBehalfOf(verifierFor({ good: claims }), options)], machine({ userToken: 'good' }))

describe('onBehalfOf', () => {
  it("adds the user's claims to a machine token", async () => {
    const decision = await decide(valid)
    expect(decision).toMatchObject({ kind: 'proceed', trace: [{ reason: 'user-claims-added' }] })
    expect(decision.kind === 'proceed' && decision.answer).toEqual({ access: { claims: { user_sub: 'user-1', tenant: 'acme' } } })
  })

  it("passes the event's pool and the signal to the verifier, and reads another key of the metadata", async () => {
    const calls: unknown[] = []
    const verify: UserTokenVerifier['verify'] = async (...args) => {
      calls.push(args)
      return valid
    }
    const rule = onBehalfOf({ verify }, { ...options, metadataKey: 'behalf' })
    expect(await decideTokens([rule], machine({ behalf: 'good' }))).toMatchObject({ kind: 'proceed' })
    expect(calls).toEqual([['good', ann.userPoolId, expect.any(AbortSignal)]])
  })

  it.each([
    ['no metadata', machine(), 'user-token-missing'],
    ['null as metadata', machine(null), 'user-token-missing'],
    ['no token', machine({ other: 'x' }), 'user-token-missing'],
    ['an empty token', machine({ userToken: '' }), 'user-token-missing'],
    ['an invalid token', machine({ userToken: 'forged' }), 'user-token-invalid'],
  ])('denies a machine with %s', async (_, change, reason) => {
    const rule = onBehalfOf(verifierFor({ good: valid }), options)
    expect(await decideTokens([rule], change)).toMatchObject({ kind: 'denied', reason, message: 'A valid user token is required' })
  })

  it.each([
    ['is older than maxAgeSeconds', { ...valid, iat: issued - 301 }, 'user-token-too-old'],
    ['was issued in the future', { ...valid, iat: issued + 61 }, 'user-token-too-old'],
    ['has no time of issue', { ...valid, iat: undefined }, 'user-token-too-old'],
    ['has a string as time of issue', { ...valid, iat: String(issued) }, 'user-token-too-old'],
    ['lacks a claim', { sub: 'user-1', iat: issued }, 'user-claim-missing'],
    ['has null as a claim', { ...valid, 'custom:tenant': null }, 'user-claim-missing'],
  ])('denies a token that %s', async (_, claims, reason) => {
    expect(await decide(claims)).toMatchObject({ kind: 'denied', reason })
  })

  it.each([issued - 300, issued, issued + 60])('accepts a token with iat %d', async (iat) => {
    expect(await decide({ ...valid, iat })).toMatchObject({ kind: 'proceed' })
  })

  it('does not read inherited properties as claims', async () => {
    const rule = onBehalfOf(verifierFor({ good: valid }), { ...options, claims: { made: 'constructor' } })
    expect(await decideTokens([rule], machine({ userToken: 'good' }))).toMatchObject({ reason: 'user-claim-missing' })
  })

  it('issues no token, and logs neither the token nor its claims, if the token cannot be verified', async () => {
    const lines: string[] = []
    const rule = onBehalfOf({ verify: async (token) => Promise.reject(new Error(`no keys for ${token}`)) }, options)
    const handler = preTokenGeneration({ write: (line) => void lines.push(line) }, rule)
    const event = tokenEvent(machine({ userToken: 'secret-user-token' }))
    await expect(handler(event)).rejects.toThrow(/^Something went wrong, please try again later$/)
    expect(lines.join('')).toContain('on-behalf-of')
    expect(lines.join('')).not.toContain('secret-user-token')
  })

  it('ignores tokens of users, whose metadata proves nothing either', async () => {
    const rule = onBehalfOf(verifierFor({ good: valid }), options)
    const request = { userAttributes: { sub: 's' }, clientMetadata: { userToken: 'good' } }
    for (const triggerSource of ['TokenGeneration_Authentication', 'TokenGeneration_RefreshTokens', 'TokenGeneration_Passkey'])
      expect(await decideTokens([rule], { version: '3', triggerSource, request })).toMatchObject({ response: {} })
  })

  it('declares version 3 of the event, and fails in version 1', async () => {
    const rule = onBehalfOf(verifierFor({ good: valid }), options)
    expect(rule.lambdaVersion).toBe('V3_0')
    expect(await decideTokens([rule], { ...machine({ userToken: 'good' }), version: '1' })).toMatchObject({ kind: 'failed' })
  })

  it.each([
    ['no claim', { claims: {}, maxAgeSeconds: 1 }, 'onBehalfOf() needs at least one claim'],
    ['missing claims', { maxAgeSeconds: 1 }, 'onBehalfOf() needs at least one claim'],
    ['a reserved claim', { claims: { sub: 'sub' }, maxAgeSeconds: 1 }, "onBehalfOf(): Cognito reserves the claim 'sub'"],
    ['a number instead of a claim', { claims: { a: 1 }, maxAgeSeconds: 1 }, 'onBehalfOf(): a is a number; expected the name of a claim'],
    ['no age', { claims: { a: 'b' } }, 'onBehalfOf(): maxAgeSeconds is undefined; expected a positive number of seconds'],
    ['an empty key', { claims: { a: 'b' }, maxAgeSeconds: 1, metadataKey: '' }, 'onBehalfOf(): metadataKey is a string; expected'],
    ['a misspelt option', { claim: {} }, "onBehalfOf(): unknown option 'claim'"],
  ])('throws for %s when the rule is made', (_, wrong, message) => {
    expect(makeRule(onBehalfOf, verifierFor({}), wrong)).toThrow(message)
  })
})
