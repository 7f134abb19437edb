import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { autoConfirm } from '../../src/pre-signup/auto-confirm.ts'
import { cognitoAliases } from '../../src/pre-signup/cognito-aliases.ts'
import { type Aliases, type AliasQuery, guardAlias } from '../../src/pre-signup/guard-alias.ts'
import { preSignUp } from '../../src/pre-signup/trigger.ts'
import { failOpen } from '../../src/shared/rules/combinators.ts'
import { deny, respond } from '../../src/shared/rules/outcome.ts'
import { type CognitoUsersEndpoint, startCognitoUsers } from '../support/cognito-users-endpoint.ts'
import { adminCreatedEvent, federatedEvent, preSignUpEvent } from '../support/events.ts'

const revealing = { revealsExistence: true } as const
const verifying = autoConfirm({ verifyEmail: 'trust-unproven-address', verifyPhone: 'trust-unproven-number' })
const both = { email: 'Ann@Example.com', phone_number: '+491700000000' }
const denied = {
  kind: 'denied',
  rule: 'guard-alias',
  reason: 'alias-taken',
  message: 'This sign-up is not possible. If you have an account already, please sign in',
}

/** Makes a look-up of some keys that records all queries. */
function createAliases(...keys: readonly string[]): Aliases & { readonly queries: AliasQuery[] } {
  const queries: AliasQuery[] = []
  return {
    queries,
    isHeld: async (query) => {
      queries.push(query)
      return keys.includes(query.key)
    },
  }
}

describe('guardAlias', () => {
  it('looks up the address and the number that the rules verify, and proceeds with their answer if both are free', async () => {
    const aliases = createAliases()
    const event = preSignUpEvent(both)
    const { userPoolId } = event

    expect(await preSignUp(guardAlias(aliases, revealing, verifying)).decide(event)).toMatchObject({
      kind: 'proceed',
      response: { autoConfirmUser: true, autoVerifyEmail: true, autoVerifyPhone: true },
    })
    expect(aliases.queries).toEqual([
      { userPoolId, attribute: 'email', value: 'Ann@Example.com', key: 'ann@example.com' },
      { userPoolId, attribute: 'phone_number', value: '+491700000000', key: '+491700000000' },
    ])
  })

  it.each(['ann@example.com', '+491700000000'])('denies a sign-up that would move the alias %s', async (held) => {
    const handler = preSignUp(guardAlias(createAliases(held), revealing, verifying))
    expect(await handler.decide(preSignUpEvent(both))).toMatchObject(denied)
  })

  it('uses the given message', async () => {
    const handler = preSignUp(guardAlias(createAliases('ann@example.com'), { ...revealing, message: 'Please sign in' }, verifying))
    expect(await handler.decide(preSignUpEvent(both))).toMatchObject({ kind: 'denied', message: 'Please sign in' })
  })

  it('denies a malformed address that the rules verify, without a look-up', async () => {
    const aliases = createAliases()
    const handler = preSignUp(guardAlias(aliases, revealing, verifying))
    expect(await handler.decide(preSignUpEvent({ email: '"ann"@example.com' }))).toMatchObject({ ...denied, reason: 'email-malformed' })
    expect(aliases.queries).toEqual([])
  })

  it.each([
    ['the rules verify nothing', autoConfirm(), preSignUpEvent(both)],
    ['the user has neither', verifying, preSignUpEvent({})],
    ['a rule verifies an address that is missing', preSignUp.rule('r', () => respond({ autoVerifyEmail: true })), preSignUpEvent({})],
    ['an administrator creates the user', preSignUp.rule('r', () => respond({ autoVerifyEmail: true })), adminCreatedEvent(both)],
  ])('looks nothing up if %s', async (_, rule, event) => {
    const aliases = createAliases('ann@example.com', '+491700000000')
    expect(await preSignUp(guardAlias(aliases, revealing, rule)).decide(event)).toMatchObject({ kind: 'proceed' })
    expect(aliases.queries).toEqual([])
  })

  it('denies a federated user too', async () => {
    const handler = preSignUp(guardAlias(createAliases('ann@example.com'), revealing, verifying))
    expect(await handler.decide(federatedEvent())).toMatchObject(denied)
  })

  it('keeps the denial of a rule inside, and combines the answers of its rules', async () => {
    const aliases = createAliases('ann@example.com')
    const no = preSignUp.rule('no', () => deny('no', 'No'))
    const verify = preSignUp.rule('verify', () => respond({ autoVerifyEmail: true }))
    const unverify = preSignUp.rule('unverify', () => respond({ autoVerifyEmail: false }))

    expect(await preSignUp(guardAlias(aliases, revealing, verify, no)).decide(preSignUpEvent())).toMatchObject({ rule: 'no' })
    expect(await preSignUp(guardAlias(aliases, revealing, verify, unverify)).decide(preSignUpEvent())).toMatchObject({ kind: 'proceed' })
    expect(aliases.queries).toEqual([])
  })

  it('refuses the user if the look-up fails, hangs or returns something else than a boolean, unless failOpen is composed', async () => {
    const broken: readonly (readonly [() => Promise<boolean>, string])[] = [
      [() => Promise.reject(new Error('throttled')), 'Error'],
      [() => new Promise<boolean>(() => undefined), 'DeadlineExceededError'],
      [async () => JSON.parse('null'), 'TypeError'],
    ]
    for (const [isHeld, name] of broken) {
      const rule = guardAlias({ isHeld }, revealing, verifying)
      expect(await preSignUp({ deadlineMs: 50 }, rule).decide(preSignUpEvent())).toMatchObject({ kind: 'failed', error: { name } })
      const opened = await preSignUp({ deadlineMs: 50 }, failOpen(rule)).decide(preSignUpEvent())
      // The answer is dropped with the error, so no alias moves.
      expect(opened).toMatchObject({ kind: 'proceed', response: {} })
      expect(opened).not.toHaveProperty('answer')
    }
  })

  it('declares its rules and the permissions of its look-up', () => {
    const permissions = [{ actions: ['cognito-idp:ListUsers'], resource: 'user-pool' }]
    expect(guardAlias({ ...createAliases(), permissions }, revealing, verifying)).toMatchObject({ children: [verifying], permissions })
    expect(guardAlias(createAliases(), revealing, verifying).permissions).toBeUndefined()
  })

  it.each<readonly [string, readonly unknown[], string]>([
    ['no look-up', [undefined, revealing, verifying], 'the look-up of aliases is undefined; expected an object with a method isHeld'],
    ['no options', [createAliases(), verifying], "the options are the rule 'auto-confirm'"],
    ['options without revealsExistence', [createAliases(), {}, verifying], 'expected revealsExistence: true'],
    ['no rule', [createAliases(), revealing], 'guardAlias() needs at least one rule'],
    ['a list of rules', [createAliases(), revealing, [verifying]], 'argument 3 is an array'],
    ['an empty message', [createAliases(), { ...revealing, message: '' }, verifying], 'the message is empty'],
  ])('throws when it is composed with %s', (_, args, message) => {
    const make = (): unknown => Reflect.apply(guardAlias, undefined, args)
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })
})

describe('cognitoAliases', () => {
  const { signal } = new AbortController()
  const { userPoolId } = preSignUpEvent()
  let endpoint: CognitoUsersEndpoint
  let client: CognitoIdentityProviderClient

  beforeAll(async () => {
    endpoint = await startCognitoUsers()
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
    client = new CognitoIdentityProviderClient({ endpoint: endpoint.endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 })
    endpoint.addPool(
      userPoolId,
      { userName: 'ann', attributes: { email: 'ann@example.com', email_verified: 'true' } },
      { userName: 'Bob', attributes: { email: 'Bob@example.com', email_verified: 'true' } },
      { userName: 'new', attributes: { email: 'new@example.com', email_verified: 'false' } },
      { userName: 'eve', attributes: { email: 'eve@example.com', phone_number: '+491700000000', phone_number_verified: 'true' } },
      ...Array.from({ length: 70 }, (_, n) => ({ userName: `many-${n}`, attributes: { email: 'many@example.com' } })),
      { userName: 'many', attributes: { email: 'many@example.com', email_verified: 'true' } },
    )
  })
  afterAll(async () => {
    client.destroy()
    await endpoint.stop()
  })
  const isHeld = (attribute: AliasQuery['attribute'], value: string) =>
    cognitoAliases({ cognito: () => client }).isHeld({ userPoolId, attribute, value, key: value.toLowerCase() }, signal)

  it.each([
    ['email', 'ann@example.com', true],
    ['email', 'ANN@example.com', true],
    ['email', 'Bob@example.com', true],
    ['email', 'new@example.com', false],
    ['email', 'eve@example.com', false],
    ['email', 'many@example.com', true],
    ['email', 'other@example.com', false],
    ['phone_number', '+491700000000', true],
    ['phone_number', '+491700000001', false],
  ] as const)('finds only verified values: %s %s', async (attribute, value, held) => {
    expect(await isHeld(attribute, value)).toBe(held)
  })

  it('escapes a value in the filter, and sends one request for a value in lower case', async () => {
    const before = endpoint.filters().length
    await isHeld('email', 'o"brien@example.com')
    expect(endpoint.filters().slice(before)).toEqual(['email = "o\\"brien@example.com"'])
  })

  it('throws if Cognito is throttled', async () => {
    endpoint.fault('TooManyRequestsException')
    await expect(isHeld('email', 'ann@example.com')).rejects.toMatchObject({ name: 'TooManyRequestsException' })
    endpoint.fault(undefined)
  })

  it('declares its permissions, and throws for an unknown option', () => {
    expect(cognitoAliases({ cognito: () => client }).permissions).toEqual([{ actions: ['cognito-idp:ListUsers'], resource: 'user-pool' }])
    expect(() => Reflect.apply(cognitoAliases, undefined, [{ client }])).toThrow("unknown option 'client'")
  })
})
