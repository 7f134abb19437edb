import { describe, expect, it } from 'vitest'
import { type PreAuthentication, preAuthentication } from '../../src/pre-auth/trigger.ts'
import { preSignUp } from '../../src/pre-signup/trigger.ts'
import { BLOCKED, type BlockUsersOptions, blockUsers, SIGN_IN_NOT_POSSIBLE, SIGN_UP_NOT_POSSIBLE } from '../../src/rules/block-users.ts'
import type { Block, BlockKey, BlockList, BlockType } from '../../src/shared/blocks/block-list.ts'
import { anyOf } from '../../src/shared/rules/combinators.ts'
import { ann, federatedEvent, preAuthenticationEvent, preSignUpEvent } from '../support/events.ts'

const { userPoolId } = ann
const now = () => new Date('2026-05-01T12:00:00Z')

/** Blocks kept in memory, with a record of what was asked. */
function createBlockList(...blocks: readonly Block[]): BlockList & { readonly asked: (readonly BlockKey[])[] } {
  const asked: (readonly BlockKey[])[] = []
  const same = (one: BlockKey, other: BlockKey) =>
    one.userPoolId === other.userPoolId && one.type === other.type && one.value === other.value
  return {
    asked,
    async find(keys) {
      asked.push(keys)
      return blocks.filter((block) => keys.some((key) => same(key, block)))
    },
  }
}

const block = (type: BlockType, value: string, more: Partial<Block> = {}): Block => ({
  userPoolId,
  type,
  value,
  reason: 'chargeback',
  ...more,
})

const decide = (list: BlockList, options: BlockUsersOptions = {}, event: PreAuthentication['event'] = preAuthenticationEvent()) =>
  preAuthentication(blockUsers(list, { now, ...options })).decide(event)

const denied = { kind: 'denied', rule: 'block-users', reason: 'user-blocked', message: SIGN_IN_NOT_POSSIBLE }
const passed = { kind: 'proceed', rule: null }

describe('blockUsers', () => {
  it.each([
    { type: 'sub', value: ann.sub },
    { type: 'username', value: 'ann' },
    { type: 'email', value: 'ann@example.com' },
    { type: 'emailDomain', value: 'example.com' },
  ] as const)('denies a user who is blocked by $type', async ({ type, value }) => {
    const decision = await decide(createBlockList(block(type, value)))
    expect(decision).toMatchObject(denied)
    expect(decision.trace[0]?.detail).toBe(`${type}: chargeback`)
  })

  it('finds an address however it is written', async () => {
    const event = preAuthenticationEvent({ email: 'Ann@EXAMPLE.com' })
    expect(await decide(createBlockList(block('email', 'ann@example.com')), {}, event)).toMatchObject(denied)
    expect(await decide(createBlockList(block('emailDomain', 'example.com')), {}, event)).toMatchObject(denied)
  })

  it.each([
    block('sub', 'ann'),
    block('username', ann.sub),
    block('username', 'ann@example.com'),
    block('email', 'bob@example.com'),
    block('emailDomain', 'com'),
    block('emailDomain', 'ample.com'),
    block('emailDomain', 'mail.example.com'),
    { ...block('username', 'ann'), userPoolId: 'eu-west-1_Another' },
  ])('lets others pass: $userPoolId $type $value', async (other) => {
    const list = createBlockList(other)
    expect(await decide(list)).toMatchObject(passed)
    expect(list.asked).toHaveLength(1)
  })

  it('denies a user below a blocked domain', async () => {
    const event = preAuthenticationEvent({ email: 'eve@a.mail.evil.com' })
    for (const domain of ['evil.com', 'mail.evil.com', 'a.mail.evil.com'])
      expect(await decide(createBlockList(block('emailDomain', domain)), {}, event)).toMatchObject(denied)
    expect(await decide(createBlockList(block('emailDomain', 'b.mail.evil.com')), {}, event)).toMatchObject(passed)
  })

  it('denies a user whose user name is spelt in another case or Unicode form', async () => {
    for (const userName of ['Ann', 'ANN', 'ann'])
      expect(await decide(createBlockList(block('username', 'ann')), {}, preAuthenticationEvent({}, { userName }))).toMatchObject(denied)
    const list = createBlockList(block('username', 'zo\u00eb'))
    expect(await decide(list, {}, preAuthenticationEvent({}, { userName: 'Zoe\u0308' }))).toMatchObject(denied)
    // A block that was written to the letter holds for that letter alone.
    expect(await decide(createBlockList(block('username', 'Ann')), {}, preAuthenticationEvent({}, { userName: 'ann' }))).toMatchObject(
      passed,
    )
  })

  it('asks once for all keys', async () => {
    const list = createBlockList()
    await decide(list)
    expect(list.asked.map((keys) => keys.map(({ type }) => type))).toEqual([['sub', 'username', 'email', 'emailDomain']])
  })

  it('never allows', async () => {
    const decision = await preAuthentication(anyOf(blockUsers(createBlockList()))).decide(preAuthenticationEvent())
    expect(decision).toMatchObject({ kind: 'denied', reason: 'no-rule-allowed' })
  })

  it('hands on what its list needs of a deployment', () => {
    const permissions = [{ actions: ['x:Y'], resource: 'Z' }]
    expect(blockUsers({ ...createBlockList(), permissions })).toMatchObject({ can: ['deny'], permissions })
    expect(blockUsers(createBlockList())).not.toHaveProperty('permissions')
  })

  it('refuses where the list cannot answer, and does not say why', async () => {
    const list = { find: () => Promise.reject(new Error('no table')) }
    expect(await decide(list)).toMatchObject({ kind: 'failed', rule: 'block-users' })
    await expect(preAuthentication({ write: () => undefined }, blockUsers(list))(preAuthenticationEvent())).rejects.toThrow(
      'Something went wrong, please try again later',
    )
  })
})

describe('a block that expires', () => {
  const until = (expiresAt: string) => createBlockList(block('username', 'ann', { expiresAt: new Date(expiresAt) }))

  it('holds until its moment, by the clock of the rule', async () => {
    expect(await decide(until('2026-05-01T12:00:00.001Z'))).toMatchObject(denied)
    expect(await decide(until('2026-05-01T12:00:00.000Z'))).toMatchObject(passed)
    expect(await decide(until('2026-05-01T11:59:59.999Z'))).toMatchObject(passed)
  })

  it('holds by the clock of the process where the rule has none', async () => {
    const decideNow = (ms: number) =>
      preAuthentication(blockUsers(createBlockList(block('username', 'ann', { expiresAt: new Date(Date.now() + ms) })))).decide(
        preAuthenticationEvent(),
      )
    expect(await decideNow(3_600_000)).toMatchObject(denied)
    expect(await decideNow(-3_600_000)).toMatchObject(passed)
  })

  it('does not end another one', async () => {
    const list = createBlockList(block('sub', ann.sub, { expiresAt: new Date(0) }), block('username', 'ann', { reason: 'fraud' }))
    const decision = await decide(list)
    expect(decision).toMatchObject(denied)
    expect(decision.trace[0]?.detail).toBe('username: fraud')
  })

  it('never ends where its end is no date', async () => {
    expect(await decide(createBlockList(block('username', 'ann', { expiresAt: new Date(Number.NaN) })))).toMatchObject(denied)
  })
})

describe('what a blocked user reads', () => {
  const captureMessage = async (options: BlockUsersOptions, message?: string) => {
    const decision = await decide(createBlockList(block('username', 'ann', message === undefined ? {} : { message })), options)
    return decision.kind === 'denied' ? decision.message : decision.kind
  }

  it('tells nothing of the block, unless blocks are revealed', async () => {
    expect(await captureMessage({}, 'Call us')).toBe(SIGN_IN_NOT_POSSIBLE)
    expect(await captureMessage({ revealBlock: false }, 'Call us')).toBe(SIGN_IN_NOT_POSSIBLE)
    expect(await captureMessage({ revealBlock: true }, 'Call us.')).toBe('Call us')
    expect(await captureMessage({ revealBlock: true })).toBe(BLOCKED)
  })

  it.each(['', ' ', '...'])('is the usual text where the block has none: %j', async (message) => {
    expect(await captureMessage({ revealBlock: true }, message)).toBe(BLOCKED)
  })
})

describe('users who do not exist', () => {
  const unknown = (more: Partial<PreAuthentication['event']['request']> = {}) =>
    preAuthenticationEvent(null, { request: { userAttributes: {}, validationData: null, userNotFound: true, ...more } })

  it('are looked up and answered like any other', async () => {
    const list = createBlockList(block('username', 'ann'))
    const existing = preAuthenticationEvent({}, { request: { userAttributes: {}, validationData: null, userNotFound: false } })
    const { trace: _, ...answer } = await decide(list, {}, unknown())
    expect(answer).toEqual({ kind: 'denied', rule: 'block-users', reason: 'user-blocked', message: SIGN_IN_NOT_POSSIBLE })
    expect(await decide(list, {}, existing)).toMatchObject(answer)
    expect(list.asked[0]).toEqual(list.asked[1])
    expect(await decide(createBlockList(), {}, unknown())).toMatchObject(passed)
  })

  it('may come without attributes', async () => {
    expect(await decide(createBlockList(), {}, unknown({ userAttributes: null }))).toMatchObject(passed)
    const { userAttributes: __, ...request } = unknown().request
    expect(await decide(createBlockList(block('username', 'ann')), {}, { ...unknown(), request })).toMatchObject(denied)
  })
})

describe('an event that names nobody', () => {
  it.each([
    { without: 'a user', event: preAuthenticationEvent({}, { userName: '' }) },
    { without: 'a pool', event: preAuthenticationEvent(undefined, { userPoolId: '' }) },
  ])('is denied: without $without nobody can tell who is blocked', async ({ event }) => {
    const list = createBlockList()
    const decision = await decide(list, { revealBlock: true }, event)
    expect(decision).toMatchObject({ kind: 'denied', reason: 'user-not-named', message: SIGN_IN_NOT_POSSIBLE })
    expect(list.asked).toEqual([])
  })
})

describe('an address that programs may read in several ways', () => {
  const odd = (email: string) => preAuthenticationEvent({ sub: ann.sub, email })
  const oddAddresses = [
    '"eve"@evil.com',
    'eve%evil.com@example.com',
    '=?utf-8?q?eve=40evil.com=3e?=@example.com',
    'eve@evil.com,x@example.com',
  ]

  it.each(oddAddresses)('gets nobody past the block of a domain, a subdomain of it or an address: %s', async (email) => {
    expect(await decide(createBlockList(block('emailDomain', 'evil.com')), {}, odd(email))).toMatchObject(denied)
    expect(
      await decide(createBlockList(block('emailDomain', 'evil.com')), {}, odd(email.replace('evil.com', 'mail.evil.com'))),
    ).toMatchObject(denied)
    expect(await decide(createBlockList(block('email', 'eve@evil.com')), {}, odd(email))).toMatchObject(denied)
  })

  it.each([...oddAddresses, 'eve', 'eve@', 'eve@@example.com'])('locks nobody out whom nobody blocked: %s', async (email) => {
    const list = createBlockList(block('emailDomain', 'other.com'))
    const decision = await decide(list, {}, odd(email))

    expect(decision).toMatchObject({ ...passed, trace: [{ outcome: 'skip', reason: 'email-unreadable' }] })
    expect(list.asked).toHaveLength(1)
  })

  it('is denied where that is set, without a look-up', async () => {
    const list = createBlockList()
    expect(await decide(list, { unreadableEmail: 'deny' }, odd('"eve"@evil.com'))).toMatchObject({
      kind: 'denied',
      reason: 'email-malformed',
    })
    expect(list.asked).toEqual([])
  })

  it('is looked up or denied, and a misspelt option is refused when it is composed', () => {
    const options = { unreadableEmail: 'Deny' }
    expect(() => Reflect.apply(blockUsers, undefined, [createBlockList(), options])).toThrow(
      "unreadableEmail is 'Deny'; expected 'look-up' or 'deny'",
    )
  })

  it('is denied where it has more readings than one look-up takes', async () => {
    const email = Array.from({ length: 120 }, (_, index) => `a@b${index}.com`).join(',')
    expect(await decide(createBlockList(), {}, odd(email))).toMatchObject({ kind: 'denied', reason: 'email-malformed' })
    expect(await decide(createBlockList(), {}, odd(`eve@${'a.'.repeat(110)}com`))).toMatchObject({
      kind: 'denied',
      reason: 'email-malformed',
    })
  })

  it('is denied at sign-up', async () => {
    const handler = preSignUp(blockUsers(createBlockList()))
    for (const triggerSource of ['PreSignUp_SignUp', 'PreSignUp_ExternalProvider', 'PreSignUp_Telepathy'])
      expect(await handler.decide(preSignUpEvent({ email: '"eve"@evil.com' }, { triggerSource }))).toMatchObject({
        kind: 'denied',
        reason: 'email-malformed',
      })
  })
})

describe('in a pre sign-up chain, blockUsers', () => {
  it('denies a blocked user who signs up anew', async () => {
    const handler = preSignUp(blockUsers(createBlockList(block('email', 'ann@example.com'))))
    expect(await handler.decide(preSignUpEvent({ email: 'Ann@Example.com' }, { userName: 'ann2' }))).toMatchObject({
      ...denied,
      message: SIGN_UP_NOT_POSSIBLE,
    })
  })

  it('denies the first sign-in through an identity provider, which no pre authentication comes before', async () => {
    const handler = preSignUp(blockUsers(createBlockList(block('email', 'ann@example.com'))))
    expect(await handler.decide(federatedEvent())).toMatchObject(denied)
    expect(await handler.decide(federatedEvent({ email: 'bob@example.com' }))).toMatchObject(passed)
  })
})

it('a trigger source that nobody has heard of is judged alike', async () => {
  const event = preAuthenticationEvent(undefined, { triggerSource: 'PreAuthentication_Telepathy' })
  expect(await decide(createBlockList(block('username', 'ann')), {}, event)).toMatchObject(denied)
})
