import { describe, expect, it } from 'vitest'
import { type PreAuthentication, preAuthentication } from '../../src/pre-auth/trigger.ts'
import { preSignUp } from '../../src/pre-signup/trigger.ts'
import { BLOCKED, type BlockUsersOptions, blockUsers, SIGN_IN_NOT_POSSIBLE, SIGN_UP_NOT_POSSIBLE } from '../../src/rules/block-users.ts'
import type { Block, BlockKey, BlockList, BlockType } from '../../src/shared/blocks/block-list.ts'
import { anyOf } from '../../src/shared/rules/combinators.ts'
import { ann, federatedEvent, preAuthenticationEvent, preSignUpEvent } from '../support/events.ts'

const { userPoolId } = ann
const now = () => new Date('2026-05-01T12:00:00Z')

/** Creates a block list in memory that records the requested keys. */
function createBlockList(...blocks: readonly Block[]): BlockList & { readonly lookups: (readonly BlockKey[])[] } {
  const lookups: (readonly BlockKey[])[] = []
  const same = (one: BlockKey, other: BlockKey) =>
    one.userPoolId === other.userPoolId && one.type === other.type && one.value === other.value
  return {
    lookups,
    async find(keys) {
      lookups.push(keys)
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
  ] as const)('blockUsers denies a user who is blocked by $type', async ({ type, value }) => {
    const decision = await decide(createBlockList(block(type, value)))
    expect(decision).toMatchObject(denied)
    expect(decision.trace[0]?.detail).toBe(`${type}: chargeback`)
  })

  it('blockUsers matches an email address case-insensitively', async () => {
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
  ])('blockUsers skips the user ann if the block $userPoolId $type $value does not match ann', async (other) => {
    const list = createBlockList(other)
    expect(await decide(list)).toMatchObject(passed)
    expect(list.lookups).toHaveLength(1)
  })

  it('blockUsers denies a user in a subdomain of a blocked domain', async () => {
    const event = preAuthenticationEvent({ email: 'eve@a.mail.evil.com' })
    for (const domain of ['evil.com', 'mail.evil.com', 'a.mail.evil.com'])
      expect(await decide(createBlockList(block('emailDomain', domain)), {}, event)).toMatchObject(denied)
    expect(await decide(createBlockList(block('emailDomain', 'b.mail.evil.com')), {}, event)).toMatchObject(passed)
  })

  it('blockUsers denies a blocked user name in another case or Unicode form', async () => {
    for (const userName of ['Ann', 'ANN', 'ann'])
      expect(await decide(createBlockList(block('username', 'ann')), {}, preAuthenticationEvent({}, { userName }))).toMatchObject(denied)
    const list = createBlockList(block('username', 'zo\u00eb'))
    expect(await decide(list, {}, preAuthenticationEvent({}, { userName: 'Zoe\u0308' }))).toMatchObject(denied)
    // A block with capital letters in its value matches only exactly that user name.
    expect(await decide(createBlockList(block('username', 'Ann')), {}, preAuthenticationEvent({}, { userName: 'ann' }))).toMatchObject(
      passed,
    )
  })

  it('blockUsers looks up all keys of a user in one call', async () => {
    const list = createBlockList()
    await decide(list)
    expect(list.lookups.map((keys) => keys.map(({ type }) => type))).toEqual([['sub', 'username', 'email', 'emailDomain']])
  })

  it('blockUsers never allows a user inside anyOf', async () => {
    const decision = await preAuthentication(anyOf(blockUsers(createBlockList()))).decide(preAuthenticationEvent())
    expect(decision).toMatchObject({ kind: 'denied', reason: 'no-rule-allowed' })
  })

  it('blockUsers declares the permissions of the block list', () => {
    const permissions = [{ actions: ['x:Y'], resource: 'Z' }]
    expect(blockUsers({ ...createBlockList(), permissions })).toMatchObject({ can: ['deny'], permissions })
    expect(blockUsers(createBlockList())).not.toHaveProperty('permissions')
  })

  it('blockUsers fails with a fixed message if the block list is unreachable', async () => {
    const list = { find: () => Promise.reject(new Error('no table')) }
    expect(await decide(list)).toMatchObject({ kind: 'failed', rule: 'block-users' })
    await expect(preAuthentication({ write: () => undefined }, blockUsers(list))(preAuthenticationEvent())).rejects.toThrow(
      'Something went wrong, please try again later',
    )
  })
})

describe('the expiry of a block', () => {
  const until = (expiresAt: string) => createBlockList(block('username', 'ann', { expiresAt: new Date(expiresAt) }))

  it('blockUsers checks the expiry of a block with the clock of the now option', async () => {
    expect(await decide(until('2026-05-01T12:00:00.001Z'))).toMatchObject(denied)
    expect(await decide(until('2026-05-01T12:00:00.000Z'))).toMatchObject(passed)
    expect(await decide(until('2026-05-01T11:59:59.999Z'))).toMatchObject(passed)
  })

  it('blockUsers checks the expiry of a block with the system clock by default', async () => {
    const decideNow = (ms: number) =>
      preAuthentication(blockUsers(createBlockList(block('username', 'ann', { expiresAt: new Date(Date.now() + ms) })))).decide(
        preAuthenticationEvent(),
      )
    expect(await decideNow(3_600_000)).toMatchObject(denied)
    expect(await decideNow(-3_600_000)).toMatchObject(passed)
  })

  it('an expired block does not end another block of the same user', async () => {
    const list = createBlockList(block('sub', ann.sub, { expiresAt: new Date(0) }), block('username', 'ann', { reason: 'fraud' }))
    const decision = await decide(list)
    expect(decision).toMatchObject(denied)
    expect(decision.trace[0]?.detail).toBe('username: fraud')
  })

  it('a block whose expiry is an invalid date is permanent', async () => {
    expect(await decide(createBlockList(block('username', 'ann', { expiresAt: new Date(Number.NaN) })))).toMatchObject(denied)
  })
})

describe('the message to a blocked user', () => {
  const captureMessage = async (options: BlockUsersOptions, message?: string) => {
    const decision = await decide(createBlockList(block('username', 'ann', message === undefined ? {} : { message })), options)
    return decision.kind === 'denied' ? decision.message : decision.kind
  }

  it('the message does not reveal the block, unless revealBlock is set', async () => {
    expect(await captureMessage({}, 'Call us')).toBe(SIGN_IN_NOT_POSSIBLE)
    expect(await captureMessage({ revealBlock: false }, 'Call us')).toBe(SIGN_IN_NOT_POSSIBLE)
    expect(await captureMessage({ revealBlock: true }, 'Call us.')).toBe('Call us')
    expect(await captureMessage({ revealBlock: true })).toBe(BLOCKED)
  })

  it.each(['', ' ', '...'])('a blocked user gets the default message if the message of the block is %j', async (message) => {
    expect(await captureMessage({ revealBlock: true }, message)).toBe(BLOCKED)
  })
})

describe('users who do not exist', () => {
  const unknown = (more: Partial<PreAuthentication['event']['request']> = {}) =>
    preAuthenticationEvent(null, { request: { userAttributes: {}, validationData: null, userNotFound: true, ...more } })

  it('blockUsers looks up and denies a user who does not exist in the same way as an existing user', async () => {
    const list = createBlockList(block('username', 'ann'))
    const existing = preAuthenticationEvent({}, { request: { userAttributes: {}, validationData: null, userNotFound: false } })
    const { trace: _, ...answer } = await decide(list, {}, unknown())
    expect(answer).toEqual({ ...denied, code: 'sign-in-not-possible', quiet: true })
    expect(await decide(list, {}, existing)).toMatchObject(answer)
    expect(list.lookups[0]).toEqual(list.lookups[1])
    expect(await decide(createBlockList(), {}, unknown())).toMatchObject(passed)
  })

  it('blockUsers looks up as many keys of each type as for a user with an address', async () => {
    const list = createBlockList()
    await decide(list, {}, unknown())
    await decide(list, {}, preAuthenticationEvent())
    const [forUnknown = [], forKnown = []] = list.lookups.map((keys) => keys.map(({ type }) => type).toSorted())
    expect(forUnknown).toEqual(forKnown)
  })

  it('blockUsers does not fail for a user who does not exist and has no attributes', async () => {
    expect(await decide(createBlockList(), {}, unknown({ userAttributes: null }))).toMatchObject(passed)
    const { userAttributes: __, ...request } = unknown().request
    expect(await decide(createBlockList(block('username', 'ann')), {}, { ...unknown(), request })).toMatchObject(denied)
  })
})

describe('an event without a user or pool', () => {
  it.each([
    { without: 'an empty user name', event: preAuthenticationEvent({}, { userName: '' }) },
    { without: 'an empty pool id', event: preAuthenticationEvent(undefined, { userPoolId: '' }) },
  ])('blockUsers denies an event with $without, without a lookup', async ({ event }) => {
    const list = createBlockList()
    const decision = await decide(list, { revealBlock: true }, event)
    expect(decision).toMatchObject({ kind: 'denied', reason: 'user-not-named', message: SIGN_IN_NOT_POSSIBLE })
    expect(list.lookups).toEqual([])
  })
})

describe('an ambiguous email address', () => {
  const odd = (email: string) => preAuthenticationEvent({ sub: ann.sub, email })
  const oddAddresses = [
    '"eve"@evil.com',
    'eve%evil.com@example.com',
    '=?utf-8?q?eve=40evil.com=3e?=@example.com',
    'eve@evil.com,x@example.com',
  ]

  it.each(oddAddresses)(
    'blockUsers denies an ambiguous address if one address that it may mean is blocked, also by domain or parent domain: %s',
    async (email) => {
      expect(await decide(createBlockList(block('emailDomain', 'evil.com')), {}, odd(email))).toMatchObject(denied)
      expect(
        await decide(createBlockList(block('emailDomain', 'evil.com')), {}, odd(email.replace('evil.com', 'mail.evil.com'))),
      ).toMatchObject(denied)
      expect(await decide(createBlockList(block('email', 'eve@evil.com')), {}, odd(email))).toMatchObject(denied)
    },
  )

  it.each([...oddAddresses, 'eve', 'eve@', 'eve@@example.com'])(
    'blockUsers skips an ambiguous address at a sign-in if no address that it may mean is blocked: %s',
    async (email) => {
      const list = createBlockList(block('emailDomain', 'other.com'))
      const decision = await decide(list, {}, odd(email))

      expect(decision).toMatchObject({ ...passed, trace: [{ outcome: 'skip', reason: 'email-unreadable' }] })
      expect(list.lookups).toHaveLength(1)
    },
  )

  it("if unreadableEmail is 'deny', blockUsers denies an ambiguous address without a lookup", async () => {
    const list = createBlockList()
    expect(await decide(list, { unreadableEmail: 'deny' }, odd('"eve"@evil.com'))).toMatchObject({
      kind: 'denied',
      reason: 'email-malformed',
    })
    expect(list.lookups).toEqual([])
  })

  it('blockUsers throws for an unknown value of unreadableEmail', () => {
    const options = { unreadableEmail: 'Deny' }
    expect(() => Reflect.apply(blockUsers, undefined, [createBlockList(), options])).toThrow(
      "unreadableEmail is 'Deny'; expected 'look-up' or 'deny'",
    )
  })

  it('blockUsers denies an ambiguous address that is too long, or that may mean more addresses than one lookup can hold', async () => {
    const email = Array.from({ length: 120 }, (_, index) => `a@b${index}.com`).join(',')
    expect(await decide(createBlockList(), {}, odd(email))).toMatchObject({ kind: 'denied', reason: 'email-malformed' })
    expect(await decide(createBlockList(), {}, odd(`eve@${'a.'.repeat(110)}com`))).toMatchObject({
      kind: 'denied',
      reason: 'email-malformed',
    })
  })

  it('blockUsers denies an ambiguous address at sign-up', async () => {
    const handler = preSignUp(blockUsers(createBlockList()))
    for (const triggerSource of ['PreSignUp_SignUp', 'PreSignUp_ExternalProvider', 'PreSignUp_Telepathy'])
      expect(await handler.decide(preSignUpEvent({ email: '"eve"@evil.com' }, { triggerSource }))).toMatchObject({
        kind: 'denied',
        reason: 'email-malformed',
      })
  })
})

describe('blockUsers in a pre sign-up chain', () => {
  it('blockUsers denies a blocked user who signs up again', async () => {
    const handler = preSignUp(blockUsers(createBlockList(block('email', 'ann@example.com'))))
    expect(await handler.decide(preSignUpEvent({ email: 'Ann@Example.com' }, { userName: 'ann2' }))).toMatchObject({
      ...denied,
      message: SIGN_UP_NOT_POSSIBLE,
    })
  })

  it('blockUsers denies a first federated sign-in at pre sign-up, because Cognito does not call pre authentication for it', async () => {
    const handler = preSignUp(blockUsers(createBlockList(block('email', 'ann@example.com'))))
    expect(await handler.decide(federatedEvent())).toMatchObject(denied)
    expect(await handler.decide(federatedEvent({ email: 'bob@example.com' }))).toMatchObject(passed)
  })
})

it('blockUsers denies a blocked user at an unknown trigger source', async () => {
  const event = preAuthenticationEvent(undefined, { triggerSource: 'PreAuthentication_Telepathy' })
  expect(await decide(createBlockList(block('username', 'ann')), {}, event)).toMatchObject(denied)
})
