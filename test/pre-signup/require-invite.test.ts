import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { keepInvite } from '../../src/post-confirmation/keep-invite.ts'
import { postConfirmation } from '../../src/post-confirmation/trigger.ts'
import { type RequireInviteOptions, requireInvite } from '../../src/pre-signup/require-invite.ts'
import { preSignUp } from '../../src/pre-signup/trigger.ts'
import type { AttributeMap } from '../../src/shared/cognito/event.ts'
import { dynamoInviteWriter } from '../../src/shared/invites/dynamo-invite-writer.ts'
import { dynamoInvites } from '../../src/shared/invites/dynamo-invites.ts'
import type { Invites, NewInvite } from '../../src/shared/invites/invites.ts'
import { anyOf, failOpen } from '../../src/shared/rules/combinators.ts'
import { deny, skip } from '../../src/shared/rules/outcome.ts'
import { memoryInvites } from '../../src/testing/memory-invites.ts'
import { onEveryDynamoDb } from '../support/dynamodb-engines.ts'
import { adminCreatedEvent, federatedEvent, postConfirmationEvent, preSignUpEvent } from '../support/events.ts'

const MESSAGE = 'You need a valid invitation to sign up'
const friends: NewInvite = { type: 'code', value: 'FRIENDS-2026' }
const toAnn: NewInvite = { type: 'email', value: 'ann@example.com' }

/** Returns the sign-up of a user with a code. */
function signUp(userName: string, code?: string, email: string = `${userName}@example.com`) {
  const request = { userAttributes: { email }, validationData: null, clientMetadata: code === undefined ? null : { invitation: code } }
  return preSignUpEvent({ email }, { userName, request })
}
const decide = (invites: Invites, event: ReturnType<typeof signUp>, options?: RequireInviteOptions) =>
  preSignUp({ write: () => undefined }, requireInvite(invites, options)).decide(event)
const confirm = (invites: Invites, userName: string) =>
  postConfirmation({ write: () => undefined }, keepInvite(invites)).decide(postConfirmationEvent(undefined, { userName }))

describe('requireInvite', () => {
  it('admits one user with a code, and denies the next', async () => {
    const invites = memoryInvites({ invites: [friends] })

    expect(await decide(invites, signUp('ann', 'friends 2026'))).toMatchObject({ kind: 'proceed' })
    expect(await decide(invites, signUp('bob', 'FRIENDS-2026'))).toMatchObject({
      ...{ kind: 'denied', rule: 'require-invite', reason: 'no-invite', message: MESSAGE },
    })
  })

  it('admits a repeated event', async () => {
    const invites = memoryInvites({ invites: [friends] })
    for (let time = 0; time < 3; time += 1) expect(await decide(invites, signUp('ann', 'FRIENDS-2026'))).toMatchObject({ kind: 'proceed' })
  })

  it('denies an event without a user name, because all such users would share one use', async () => {
    const invites = memoryInvites({ invites: [friends] })
    const decision = await decide(invites, signUp('', 'FRIENDS-2026'))
    expect(decision).toMatchObject({ kind: 'denied', reason: 'no-invite', message: MESSAGE })
    expect(decision.trace).toMatchObject([{ detail: 'no-user-name' }])
  })

  it('gives the same answer, after the same single request, for an unknown, a used and an expired code', async () => {
    const invites = memoryInvites({ invites: [friends, { type: 'code', value: 'old', until: new Date(0) }] })
    await decide(invites, signUp('ann', 'FRIENDS-2026'))
    const calls: string[] = []
    const counted: Invites = {
      ...invites,
      find: (...args) => {
        calls.push('find')
        return invites.find(...args)
      },
      reserve: (...args) => {
        calls.push('reserve')
        return invites.reserve(...args)
      },
    }

    const handler = preSignUp({ write: () => undefined }, requireInvite(counted))
    const errors = await Promise.all(['FRIENDS-2026', 'nonsense', 'old'].map((code) => handler(signUp('bob', code)).catch(String)))

    expect(new Set(errors)).toEqual(new Set([expect.stringContaining(MESSAGE)]))
    expect(calls).toEqual(['find', 'find', 'find'])
  })

  it('logs why it denied', async () => {
    const invites = memoryInvites({ invites: [friends, { type: 'code', value: 'old', until: new Date(0) }] })
    await decide(invites, signUp('ann', 'FRIENDS-2026'))

    const details: unknown[] = []
    for (const code of [undefined, '', 'nonsense', 'FRIENDS-2026', 'old'])
      details.push((await decide(invites, signUp('bob', code))).trace.find(({ outcome }) => outcome === 'deny')?.detail)
    expect(details).toEqual(['missing', 'missing', 'unknown', 'used', 'expired'])
  })

  it.each([
    ['clientMetadata.promo', { clientMetadata: { promo: 'FRIENDS-2026' } }],
    ['validationData.promo', { validationData: { promo: 'FRIENDS-2026' } }],
  ] as const)('reads the code from %s, and from no other field', async (from, fields) => {
    const event = { ...signUp('ann'), request: { userAttributes: { email: 'ann@example.com' }, ...fields } }
    expect(await decide(memoryInvites({ invites: [friends] }), event, { from })).toMatchObject({ kind: 'proceed' })
    expect(await decide(memoryInvites({ invites: [friends] }), event)).toMatchObject({ kind: 'denied', reason: 'no-invite' })
    expect(await decide(memoryInvites({ invites: [friends] }), event, { from: 'clientMetadata.toString' })).toMatchObject({
      kind: 'denied',
    })
  })

  it('admits the user of an invited address, in any spelling of its case', async () => {
    const options = { from: 'email' } as const
    for (const email of ['ann@example.com', 'Ann@Example.COM.'])
      expect(await decide(memoryInvites({ invites: [toAnn] }), signUp('ann', undefined, email), options)).toMatchObject({ kind: 'proceed' })
    for (const email of ['bob@example.com', 'not an address'])
      expect(await decide(memoryInvites({ invites: [toAnn] }), signUp('bob', undefined, email), options)).toMatchObject({ kind: 'denied' })
    expect(await decide(memoryInvites({ invites: [toAnn] }), preSignUpEvent({}), options)).toMatchObject({ kind: 'denied' })
  })

  it('does not take a code for an address, nor an address for a code', async () => {
    const invites = memoryInvites({ invites: [toAnn, { type: 'code', value: 'bob@example.com' }] })
    expect(await decide(invites, signUp('eve', 'ann@example.com'))).toMatchObject({ kind: 'denied' })
    expect(await decide(invites, signUp('bob'), { from: 'email' })).toMatchObject({ kind: 'denied' })
  })

  it('denies an invited address that an identity provider or an unknown source has not verified', async () => {
    const verified = (email_verified: string): AttributeMap => ({ email: 'ann@example.com', email_verified })
    const telepathy = (attributes: AttributeMap) => preSignUpEvent(attributes, { triggerSource: 'PreSignUp_Telepathy' })
    for (const create of [federatedEvent, telepathy]) {
      expect(await decide(memoryInvites({ invites: [toAnn] }), create(verified('false')), { from: 'email' })).toMatchObject({
        kind: 'denied',
      })
      expect(await decide(memoryInvites({ invites: [toAnn] }), create(verified('true')), { from: 'email' })).toMatchObject({
        kind: 'proceed',
      })
    }
  })

  it('judges a user whom an administrator creates too', async () => {
    expect(await decide(memoryInvites(), adminCreatedEvent())).toMatchObject({ kind: 'denied', reason: 'no-invite' })
  })

  it('is one way of several in anyOf, and reserves only if it was needed', async () => {
    const invites = memoryInvites({ invites: [friends] })
    const staff = preSignUp.rule('staff', ({ user }) => (user.email?.startsWith('staff') ? { kind: 'allow' } : skip()))
    const handler = preSignUp(anyOf(staff, requireInvite(invites)))

    expect(await handler.decide(signUp('staff', 'FRIENDS-2026'))).toMatchObject({ kind: 'proceed' })
    expect(await handler.decide(signUp('ann', 'FRIENDS-2026'))).toMatchObject({ kind: 'proceed' })
    expect(await handler.decide(signUp('bob', 'FRIENDS-2026'))).toMatchObject({ kind: 'denied', reason: 'no-invite' })
  })

  it('refuses the user if the store fails, hangs or returns an unknown state, unless failOpen is composed', async () => {
    const down = Object.assign(new Error('slow down'), { name: 'ThrottlingException' })
    const failing = (call: 'find' | 'reserve'): Invites => {
      const invites = memoryInvites({ invites: [friends] })
      invites.failWith(down, call)
      return invites
    }
    const hanging = memoryInvites({ invites: [friends] })
    hanging.hang('find')
    const broken: Invites = { ...memoryInvites(), find: async () => JSON.parse('true') }

    for (const [invites, name] of [
      [failing('find'), 'ThrottlingException'],
      [failing('reserve'), 'ThrottlingException'],
      [hanging, 'DeadlineExceededError'],
      [broken, 'TypeError'],
    ] as const) {
      const event = signUp('ann', 'FRIENDS-2026')
      expect(await preSignUp({ deadlineMs: 100 }, requireInvite(invites)).decide(event)).toMatchObject({ kind: 'failed', error: { name } })
      expect(await preSignUp({ deadlineMs: 100 }, failOpen(requireInvite(invites))).decide(event)).toMatchObject({ kind: 'proceed' })
    }
  })

  it('releases the use if the response of the reservation was lost', async () => {
    const invites = memoryInvites({ invites: [friends] })
    invites.loseAnswers('reserve')
    expect(await decide(invites, signUp('ann', 'FRIENDS-2026'))).toMatchObject({ kind: 'failed' })
    invites.recover()
    expect(await decide(invites, signUp('bob', 'FRIENDS-2026'))).toMatchObject({ kind: 'proceed' })
  })

  it.each<readonly [string, readonly unknown[], string]>([
    ['no store', [], 'requireInvite(): the store is undefined; expected an object with a method find'],
    [
      'a store without reserve',
      [{ find: () => 'usable' }],
      'requireInvite(): the store is an object; expected an object with a method reserve',
    ],
    ['a misspelt option', [memoryInvites(), { form: 'email' }], "requireInvite(): unknown option 'form'"],
    ['another place', [memoryInvites(), { from: 'phone' }], "requireInvite(): from is 'phone'; expected a field"],
    ['a place without a field', [memoryInvites(), { from: 'clientMetadata.' }], "requireInvite(): from is 'clientMetadata.'"],
    ['a list of places', [memoryInvites(), { from: ['email'] }], 'requireInvite(): from is an array'],
    ['an empty message', [memoryInvites(), { message: '.' }], 'the message is empty'],
  ])('throws when it is composed with %s', (_, args, message) => {
    expect(() => Reflect.apply(requireInvite, undefined, args)).toThrow(message)
  })

  it('has a text of its own, and declares the permissions of the store', async () => {
    const permissions = [{ actions: ['dynamodb:GetItem'], resource: 'INVITE_TABLE' }]
    expect(requireInvite({ ...memoryInvites(), permissions })).toMatchObject({
      can: ['allow', 'deny'],
      permissions,
      reasons: ['no-invite'],
    })
    expect(await decide(memoryInvites(), signUp('ann'), { message: 'Members only.' })).toMatchObject({ message: 'Members only' })
  })
})

describe('an invitation in a table', () => {
  onEveryDynamoDb((engine) => {
    const open = async (more: Partial<NewInvite> = {}) => {
      const options = { documents: () => engine.documents(), table: engine.tables.limits }
      const code = randomUUID()
      await dynamoInviteWriter(options).create({ type: 'code', value: code, ...more })
      return { code, invites: dynamoInvites(options) }
    }
    const named = (each: number) => `user-${each}-${randomUUID()}`

    it.each([1, 7])(
      'is used by exactly %i of 50 parallel sign-ups, and by none after they have confirmed',
      async (uses) => {
        const { code, invites } = await open({ uses })
        const handler = preSignUp({ deadlineMs: 5000, write: () => undefined }, requireInvite(invites))
        const events = Array.from({ length: 50 }, (_, each) => signUp(named(each), code))

        const decisions = await Promise.all(events.map((event) => handler.decide(event)))
        const admitted = events.filter((_, each) => decisions[each]?.kind === 'proceed')
        expect(decisions.filter(({ kind }) => kind === 'failed')).toEqual([])
        expect(admitted).toHaveLength(uses)

        for (const { userName } of admitted) expect(await confirm(invites, userName)).toMatchObject({ kind: 'proceed' })
        for (const event of [...admitted, signUp('late', code)]) expect((await handler.decide(event)).kind).toBe('denied')
      },
      60_000,
    )

    it('survives a denial by a later rule, and by a later reservation', async () => {
      const { code, invites } = await open()
      const refuse = preSignUp.rule('refuse', () => deny('no', 'No'))
      const full = preSignUp.rule('full', () => skip(), { commit: { reserve: () => deny('full', 'Full'), release: () => undefined } })

      for (const later of [refuse, full])
        expect(await preSignUp(requireInvite(invites), later).decide(signUp('ann', code))).toMatchObject({
          kind: 'denied',
          rule: later.name,
        })

      expect(await decide(invites, signUp('bob', code))).toMatchObject({ kind: 'proceed' })
    })
  })
})
