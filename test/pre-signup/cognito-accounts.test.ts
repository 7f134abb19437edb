import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cognitoAccounts } from '../../src/pre-signup/cognito-accounts.ts'
import { linkProviders } from '../../src/pre-signup/link-providers.ts'
import { preSignUp } from '../../src/pre-signup/trigger.ts'
import { type CognitoUsersEndpoint, type ListedUser, startCognitoUsers } from '../support/cognito-users-endpoint.ts'
import { federatedEvent } from '../support/events.ts'

const { signal } = new AbortController()
const GOOGLE_USER = 'Google_109500000000000000000'
const user = (userName: string, email: string, more: Partial<ListedUser> = {}): ListedUser => ({
  userName,
  ...more,
  attributes: { email, email_verified: 'true', ...more.attributes },
})

let endpoint: CognitoUsersEndpoint
let client: CognitoIdentityProviderClient
const cognito = (): CognitoIdentityProviderClient => client
const { userPoolId } = federatedEvent()
const accounts = cognitoAccounts({ cognito })

beforeAll(async () => {
  endpoint = await startCognitoUsers()
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  client = new CognitoIdentityProviderClient({ endpoint: endpoint.endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 })
  endpoint.addPool(
    userPoolId,
    user('ann', 'ann@example.com'),
    user('Upper', 'Upper@example.com'),
    ...Array.from({ length: 70 }, (_, at) => user(`many-${at}`, 'many@example.com')),
    user('invited', 'invited@example.com', { status: 'FORCE_CHANGE_PASSWORD' }),
    user('new', 'new@example.com', { status: 'UNCONFIRMED', attributes: { email_verified: 'false' } }),
    user('off', 'off@example.com', { enabled: false }),
    user('Facebook_7', 'fb@example.com', {
      status: 'EXTERNAL_PROVIDER',
      attributes: { identities: JSON.stringify([{ userId: '7', providerName: 'Facebook', primary: true }]) },
    }),
    user('broken', 'broken@example.com', { attributes: { identities: '{}' } }),
  )
})
afterAll(async () => {
  client.destroy()
  await endpoint.stop()
})

const find = (email: string) => accounts.find({ userPoolId, email, key: email.toLowerCase() }, signal)

describe('cognitoAccounts', () => {
  it('finds accounts by the address as typed and in lower case, once each, with their state', async () => {
    expect(await find('ann@example.com')).toEqual([
      { userName: 'ann', status: 'CONFIRMED', enabled: true, email: 'ann@example.com', emailVerified: true, identities: [] },
    ])
    expect(await find('Ann@example.com')).toMatchObject([{ userName: 'ann' }])
    expect(await find('Upper@example.com')).toMatchObject([{ userName: 'Upper' }])
    expect(await find('new@example.com')).toMatchObject([{ status: 'UNCONFIRMED', emailVerified: false }])
    expect(await find('off@example.com')).toMatchObject([{ enabled: false }])
    expect(await find('fb@example.com')).toMatchObject([{ identities: [{ providerName: 'Facebook', userId: '7' }] }])
    expect(await find('x" or email = "ann@example.com')).toEqual([])
  })

  it('reads every page', async () => {
    expect(await find('many@example.com')).toHaveLength(70)
  })

  it('fails for identities that it cannot read, instead of taking the account for a local one', async () => {
    await expect(find('broken@example.com')).rejects.toThrow('The attribute identities of a user is not a list')
  })

  it('reads one account as it is now, or returns undefined', async () => {
    expect(await accounts.read({ userPoolId, userName: 'ann' }, signal)).toMatchObject({ userName: 'ann', enabled: true })
    expect(await accounts.read({ userPoolId, userName: 'unknown' }, signal)).toBeUndefined()
    endpoint.fault('TooManyRequestsException')
    await expect(accounts.read({ userPoolId, userName: 'ann' }, signal)).rejects.toThrow('Injected fault')
    endpoint.fault(undefined)
  })

  it('declares one permission for each function', () => {
    expect(accounts.permissions).toMatchObject({ link: [{ actions: ['cognito-idp:AdminLinkProviderForUser'], resource: 'user-pool' }] })
    expect(linkProviders(accounts, { trust: ['Google'], revealsExistence: true }).permissions?.flatMap(({ actions }) => actions)).toEqual([
      ...['cognito-idp:ListUsers', 'cognito-idp:AdminGetUser', 'cognito-idp:AdminLinkProviderForUser'],
    ])
  })

  it('throws for an unknown option', () => {
    expect(() => Reflect.apply(cognitoAccounts, undefined, [{ cognito, pool: 'x' }])).toThrow("unknown option 'pool'")
  })
})

describe('linkProviders with a user pool', () => {
  const lines: string[] = []
  const write = (line: string): void => void lines.push(line)
  const rule = linkProviders(accounts, { trust: ['Google'], revealsExistence: true, linkInvited: true, removeUnconfirmed: true })
  const sign = (email: string) => preSignUp({ write }, rule)(federatedEvent({ email, email_verified: 'true' }))

  it('links a confirmed user', async () => {
    await expect(sign('Ann@example.com')).rejects.toThrow(/^Please sign in again$/)

    expect(endpoint.calls().at(-1)).toEqual({
      operation: 'AdminLinkProviderForUser',
      input: {
        UserPoolId: userPoolId,
        DestinationUser: { ProviderName: 'Cognito', ProviderAttributeValue: 'ann' },
        SourceUser: { ProviderName: 'Google', ProviderAttributeName: 'Cognito_Subject', ProviderAttributeValue: '109500000000000000000' },
      },
    })
    expect(await sign('ann@example.com')).toMatchObject({ userName: GOOGLE_USER })
  })

  it('gives an invited user a long random password before the link, and logs none of it', async () => {
    await expect(sign('invited@example.com')).rejects.toThrow('Please sign in again')

    const [password, link] = endpoint.calls().slice(-2)
    expect([password?.operation, link?.operation]).toEqual(['AdminSetUserPassword', 'AdminLinkProviderForUser'])
    expect(password?.input).toMatchObject({ Username: 'invited', Permanent: true })
    const text = String(password?.input.Password)
    expect(text).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*!).{60,99}$/)
    expect(lines.join('')).not.toContain(text)
    expect(lines.join('')).not.toContain('invited@')
  })

  it('deletes an unconfirmed user and goes on', async () => {
    await sign('new@example.com')

    expect(endpoint.users(userPoolId).some(({ userName }) => userName === 'new')).toBe(false)
  })

  it.each(['off@example.com', 'fb@example.com', 'many@example.com'])('denies %s and changes no user', async (email) => {
    const before = endpoint.users(userPoolId)
    await expect(sign(email)).rejects.toThrow('This email address cannot be used to sign up')

    expect(endpoint.users(userPoolId)).toBe(before)
  })

  it('fails while Cognito is throttled', async () => {
    endpoint.fault('TooManyRequestsException')
    await expect(sign('free@example.com')).rejects.toThrow('Something went wrong, please try again later')
    endpoint.fault(undefined)
  })
})
