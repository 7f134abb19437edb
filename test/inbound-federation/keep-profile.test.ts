import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  cognitoStoredProfiles,
  type FederatedUser,
  type KeepProfileOptions,
  keepProfile,
  type StoredProfiles,
} from '../../src/inbound-federation/index.ts'
import { failOpen } from '../../src/shared/rules/combinators.ts'
import { type CognitoUsersEndpoint, startCognitoUsers } from '../support/cognito-users-endpoint.ts'
import { decide, federationEvent, mapped, SUBJECT } from './federation-event.ts'

const USER = `Google_${SUBJECT}`
const event = federationEvent({
  sub: SUBJECT,
  name: 'Ann Doe',
  picture: 'p',
  displayName: 'Ann',
  email: 'new@example.com',
  email_verified: true,
})
const sent = { sub: SUBJECT, name: 'Ann Doe', picture: 'p', displayName: 'Ann', email: 'new@example.com', email_verified: 'true' }
const stored = (attributes: object | undefined): StoredProfiles => ({ find: async () => attributes as Record<string, string> | undefined })

describe('keepProfile', () => {
  it('keeps stored values, and takes other values from the provider', async () => {
    const profiles = stored({ name: 'Annie', picture: '', locale: 'de' })

    expect(await mapped(event, keepProfile(['name', 'picture', 'nickname'], profiles))).toEqual({ ...sent, name: 'Annie' })
  })

  it('does not let the verification of the provider count for a stored address', async () => {
    expect(await mapped(event, keepProfile(['email'], stored({ email: 'old@example.com' })))).toEqual({
      ...sent,
      ...{ email: 'old@example.com', email_verified: 'false' },
    })
  })

  it('writes the attribute that the mapping of the pool reads', async () => {
    const rule = keepProfile(['name', 'picture'], stored({ name: 'Annie' }), { providerNames: { name: 'displayName' } })

    expect(await mapped(event, rule)).toEqual({ ...sent, displayName: 'Annie' })
  })

  it('asks for the user by the name in the pool and the id at the provider', async () => {
    const asked: FederatedUser[] = []
    await decide(event, keepProfile(['name'], { find: async (user) => void asked.push(user) }))

    expect(asked).toEqual([{ userPoolId: 'eu-west-1_Example', userName: USER, providerName: 'Google', providerUserId: SUBJECT }])
  })

  it.each([
    ['a first sign-in', undefined, 'no-stored-profile'],
    ['a profile without the attributes', { locale: 'de' }, 'nothing-stored'],
    ['values that are not strings', { name: 1 }, 'nothing-stored'],
  ])('skips for %s', async (_, attributes, reason) => {
    expect(await decide(event, keepProfile(['name'], stored(attributes)))).toMatchObject({ kind: 'proceed', trace: [{ reason }] })
  })

  it('fails if the look-up fails or returns another type, and proceeds inside failOpen', async () => {
    const broken: StoredProfiles = { find: () => Promise.reject(new Error('down')) }

    expect(await decide(event, keepProfile(['name'], broken))).toMatchObject({ kind: 'failed', rule: 'keep-profile' })
    expect(await decide(event, keepProfile(['name'], stored([])))).toMatchObject({ kind: 'failed' })
    expect(await mapped(event, failOpen(keepProfile(['name'], broken)))).toEqual({})
  })

  it('fails at its own deadline, even if the store ignores the signal, and aborts the signal', async () => {
    let aborted: AbortSignal | undefined
    const find: StoredProfiles['find'] = (_, signal) => {
      aborted = signal
      return new Promise(() => undefined)
    }

    expect(await decide(event, keepProfile(['name'], { find }, { withinMs: 5 }))).toMatchObject({ kind: 'failed', rule: 'keep-profile' })
    expect(aborted?.aborted).toBe(true)
  })

  it.each<[unknown, unknown, Partial<KeepProfileOptions> | object, string]>([
    ['name', stored({}), {}, "the names are a string; expected a list, such as ['name']"],
    [[], stored({}), {}, 'keepProfile() needs at least one value'],
    [['sub'], stored({}), {}, "'sub' identifies the user"],
    [['name'], undefined, {}, 'the profiles are undefined; expected an object with a function find'],
    [['name'], stored({}), { withinMs: 0 }, 'withinMs is 0; expected an integer from 1'],
    [['name'], stored({}), { withinMs: '1000' }, 'withinMs is a string; expected an integer from 1'],
    [['name'], stored({}), { withinMs: Number.POSITIVE_INFINITY }, 'withinMs is Infinity; expected an integer from 1'],
    [['name'], stored({}), { within: 5 }, "unknown option 'within'"],
    [['name'], stored({}), { providerNames: { name: 'sub' } }, "'sub' identifies the user"],
  ])('throws for invalid arguments (%#)', (names, profiles, options, message) => {
    expect(() => Reflect.apply(keepProfile, undefined, [names, profiles, options])).toThrow(message)
  })
})

describe('cognitoStoredProfiles', () => {
  let endpoint: CognitoUsersEndpoint
  let client: CognitoIdentityProviderClient
  const cognito = (): CognitoIdentityProviderClient => client
  beforeAll(async () => {
    endpoint = await startCognitoUsers()
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
    client = new CognitoIdentityProviderClient({ endpoint: endpoint.endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 })
    endpoint.addPool('eu-west-1_Example', { userName: USER, attributes: { name: 'Annie', __proto__: 'x' } })
  })
  afterAll(async () => {
    client.destroy()
    await endpoint.stop()
  })

  it('finds the profile of a federated user, and undefined for a first sign-in', async () => {
    const rule = keepProfile(['name'], cognitoStoredProfiles({ cognito }))

    expect(await mapped(event, rule)).toEqual({ ...sent, name: 'Annie' })
    expect(await decide({ ...event, userName: '7' }, rule)).toMatchObject({ trace: [{ reason: 'no-stored-profile' }] })
  })

  it('fails while Cognito is throttled', async () => {
    endpoint.fault('TooManyRequestsException')
    expect(await decide(event, keepProfile(['name'], cognitoStoredProfiles({ cognito })))).toMatchObject({ kind: 'failed' })
    endpoint.fault(undefined)
  })

  it('declares its permission, and throws for an unknown option', () => {
    expect(keepProfile(['name'], cognitoStoredProfiles({ cognito })).permissions).toEqual([
      { actions: ['cognito-idp:AdminGetUser'], resource: 'user-pool' },
    ])
    expect(() => Reflect.apply(cognitoStoredProfiles, undefined, [{ cognito, pool: 'x' }])).toThrow("unknown option 'pool'")
  })
})
