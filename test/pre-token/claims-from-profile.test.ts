import { describe, expect, it } from 'vitest'
import { failOpen } from '../../src/index.ts'
import { claimsFromProfile, type ProfileReader } from '../../src/pre-token/index.ts'
import { memoryProfiles } from '../../src/testing/index.ts'
import { ann } from '../support/events.ts'
import { decideTokens, makeRule } from './decide.ts'

const { userPoolId, sub } = ann

/** Makes profiles in memory that count their look-ups. */
function countedProfiles(fields: Readonly<Record<string, unknown>>) {
  const profiles = memoryProfiles()
  profiles.put({ userPoolId, sub }, fields)
  const calls: string[] = []
  const reader: ProfileReader = {
    find: (user, signal) => {
      calls.push(user.sub)
      return profiles.find(user, signal)
    },
  }
  return { profiles, reader, calls }
}

const other = { request: { userAttributes: { sub: 'other' } } }

describe('claimsFromProfile', () => {
  it('adds claims from fields and from functions of the profile', async () => {
    const { reader } = countedProfiles({ plan: 'pro', teams: new Set(['a', 'b']), limits: { seats: 5 }, none: null })
    const rule = claimsFromProfile(
      reader,
      {
        plan: 'plan',
        teams: 'teams',
        limits: 'limits',
        seats: (profile) => Object(profile.limits).seats,
        none: 'none',
        missing: 'missing',
      },
      { to: 'both' },
    )
    const claims = { plan: 'pro', teams: ['a', 'b'], limits: { seats: 5 }, seats: 5 }
    const decision = await decideTokens([rule])
    expect(decision).toMatchObject({ kind: 'proceed', trace: [{ reason: 'claims-added' }] })
    expect(decision.kind === 'proceed' && decision.answer).toEqual({ id: { claims }, access: { claims } })
  })

  it('skips a user without a profile or a field, and a machine', async () => {
    const { reader } = countedProfiles({ plan: 'pro' })
    const rule = claimsFromProfile(reader, { team: 'team' })
    expect(await decideTokens([rule])).toMatchObject({ response: {}, trace: [{ reason: 'no-claims' }] })
    expect(await decideTokens([rule], other)).toMatchObject({ response: {}, trace: [{ reason: 'no-profile' }] })
    expect(await decideTokens([rule], { version: '3', request: {} })).toMatchObject({ trace: [{ reason: 'no-sub' }] })
  })

  it('fails, and logs no value, if a field is not a valid claim', async () => {
    const { reader } = countedProfiles({ photo: new Uint8Array([1]) })
    expect(await decideTokens([claimsFromProfile(reader, { photo: 'photo' })])).toMatchObject({
      kind: 'failed',
      rule: 'claims-from-profile',
      error: { message: "The value of the claim 'photo' contains an object; expected JSON without null" },
    })
  })

  it('reads a profile again only after `cacheSeconds`', async () => {
    const { profiles, reader, calls } = countedProfiles({ plan: 'free' })
    let now = 0
    const rule = claimsFromProfile(reader, { plan: 'plan' }, { cacheSeconds: 60, now: () => new Date(now) })
    const readPlan = async () => {
      const decision = await decideTokens([rule])
      return decision.kind === 'proceed' ? decision.answer?.id?.claims?.plan : undefined
    }
    expect(await readPlan()).toBe('free')
    profiles.put({ userPoolId, sub }, { plan: 'pro' })
    now = 59_999
    expect(await readPlan()).toBe('free')
    now = 60_000
    expect(await readPlan()).toBe('pro')
    expect(calls).toHaveLength(2)
  })

  it('keeps at most `cacheEntries` profiles, and drops the oldest one', async () => {
    const { profiles, reader, calls } = countedProfiles({ plan: 'free' })
    profiles.put({ userPoolId, sub: 'other' }, { plan: 'pro' })
    const rule = claimsFromProfile(reader, { plan: 'plan' }, { cacheEntries: 1 })
    for (const change of [{}, {}, other, other, {}]) await decideTokens([rule], change)
    expect(calls).toEqual([sub, 'other', sub])
  })

  it('reads the profile every time with `cacheSeconds: 0`, and never keeps a missing profile', async () => {
    const { reader, calls } = countedProfiles({ plan: 'free' })
    const rule = claimsFromProfile(reader, { plan: 'plan' }, { cacheSeconds: 0 })
    for (const change of [{}, {}, other, other]) await decideTokens([rule], change)
    expect(calls).toEqual([sub, sub, 'other', 'other'])
  })

  it('fails after `withinMs`, long before the deadline of the handler', async () => {
    const { profiles, reader } = countedProfiles({ plan: 'free' })
    profiles.hang('find')
    const rule = claimsFromProfile(reader, { plan: 'plan' }, { withinMs: 5 })
    const begun = performance.now()
    expect(await decideTokens([rule])).toMatchObject({ kind: 'failed', trace: [{ reason: 'deadline-exceeded' }] })
    expect(performance.now() - begun).toBeLessThan(1000)
    expect(await decideTokens([failOpen(rule)])).toMatchObject({ kind: 'proceed', response: {} })
  })

  it('declares the permissions of the reader, and the event version for the access token', () => {
    const permissions = [{ actions: ['dynamodb:GetItem'], resource: 'PROFILE_TABLE' }]
    const reader: ProfileReader = { find: async () => undefined, permissions }
    expect(claimsFromProfile(reader, { plan: 'plan' })).toMatchObject({ permissions })
    expect(claimsFromProfile(reader, { plan: 'plan' }, { to: 'access' }).lambdaVersion).toBe('V2_0')
  })

  it.each([
    ['no claim', [{}], 'claimsFromProfile() needs at least one claim'],
    ['a reserved claim', [{ sub: 'x' }], "claimsFromProfile(): Cognito reserves the claim 'sub'"],
    ['an audience', [{ aud: 'x' }, { to: 'access' }], "claimsFromProfile(): Cognito reserves the claim 'aud'"],
    ['a number instead of a field', [{ plan: 1 }], 'claimsFromProfile(): plan is a number; expected the name of a field'],
    ['no time', [{ plan: 'plan' }, { withinMs: 0 }], 'claimsFromProfile(): withinMs is 0; expected an integer from 1'],
    ['a time as a text', [{ plan: 'plan' }, { withinMs: '1000' }], 'claimsFromProfile(): withinMs is a string; expected an integer from 1'],
    ['a negative age', [{ plan: 'plan' }, { cacheSeconds: -1 }], 'claimsFromProfile(): cacheSeconds is -1'],
    ['a misspelt option', [{ plan: 'plan' }, { within: 1 }], "claimsFromProfile(): unknown option 'within'"],
  ])('throws for %s when the rule is made', (_, args, message) => {
    expect(makeRule(claimsFromProfile, memoryProfiles(), ...args)).toThrow(message)
  })
})
