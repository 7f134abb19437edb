import { describe, expect, it } from 'vitest'
import { preSignUp } from '../../src/pre-signup/trigger.ts'
import { waitlist } from '../../src/pre-signup/waitlist.ts'
import { failOpen } from '../../src/shared/rules/combinators.ts'
import { deny, skip } from '../../src/shared/rules/outcome.ts'
import type { Waitlist } from '../../src/shared/waitlist/waitlist.ts'
import { memoryWaitlist } from '../../src/testing/memory-waitlist.ts'
import { adminCreatedEvent, federatedEvent, preSignUpEvent } from '../support/events.ts'

const { userPoolId } = preSignUpEvent()
const DENIED = { kind: 'denied', rule: 'waitlist', reason: 'on-waiting-list' }
const decide = (list: Waitlist, event = preSignUpEvent()) => preSignUp({ write: () => undefined }, waitlist(list)).decide(event)

describe('waitlist', () => {
  it('denies a new address with the same text each time, and records it once', async () => {
    const list = memoryWaitlist()
    for (const email of ['ann@example.com', 'Ann@EXAMPLE.com', 'ann@example.com'])
      expect(await decide(list, preSignUpEvent({ email }))).toMatchObject({
        ...{ ...DENIED, message: 'Thank you! You are on the waiting list, and cannot sign up yet' },
      })
    expect(list.entries).toEqual([{ userPoolId, email: 'ann@example.com', joinedAt: expect.any(Date) }])
  })

  it('passes an admitted address', async () => {
    const list = memoryWaitlist()
    await list.admit({ userPoolId, email: 'ann@example.com' })
    expect(await decide(list)).toMatchObject({ kind: 'proceed' })
    expect(await decide(list, preSignUpEvent({ email: 'bob@example.com' }))).toMatchObject(DENIED)
  })

  it('records no address that another rule denies', async () => {
    const list = memoryWaitlist()
    const refuse = preSignUp.rule('refuse', () => deny('no', 'No'))
    expect(await preSignUp(waitlist(list), refuse).decide(preSignUpEvent())).toMatchObject({ rule: 'refuse' })
    expect(list.entries).toEqual([])
  })

  it('keeps an address on the list although a later reservation denies it, and releases those before', async () => {
    const list = memoryWaitlist()
    const released: string[] = []
    const before = preSignUp.rule('before', () => skip(), {
      commit: { reserve: () => undefined, release: () => void released.push('before') },
    })
    const later = preSignUp.rule('later', () => skip(), { commit: { reserve: () => deny('full', 'Full'), release: () => undefined } })

    expect(await preSignUp(before, waitlist(list)).decide(preSignUpEvent())).toMatchObject(DENIED)
    expect(released).toEqual(['before'])
    await list.admit({ userPoolId, email: 'ann@example.com' })
    expect(await preSignUp(waitlist(list), later).decide(preSignUpEvent())).toMatchObject({ rule: 'later' })
    expect(list.entries).toHaveLength(1)
  })

  it.each([
    ['an administrator', adminCreatedEvent({ email: 'ann@example.com' }), 'on-waiting-list'],
    ['an identity provider', federatedEvent({ email: 'ann@example.com', email_verified: 'true' }), 'on-waiting-list'],
    ['an identity provider, unverified', federatedEvent(), 'email-not-verified'],
    ['an unknown source', preSignUpEvent(undefined, { triggerSource: 'PreSignUp_Telepathy' }), 'email-not-verified'],
    ['a user without an address', preSignUpEvent({}), 'no-email'],
    ['a user with a malformed address', preSignUpEvent({ email: '"ann"@example.com' }), 'email-malformed'],
  ])('denies a sign-up by %s', async (_, event, reason) => {
    const list = memoryWaitlist()
    expect(await decide(list, event)).toMatchObject({ kind: 'denied', reason })
    expect(list.entries).toHaveLength(reason === 'on-waiting-list' ? 1 : 0)
  })

  it('refuses the user if the list fails, hangs or returns something else, unless failOpen is composed', async () => {
    const failing = memoryWaitlist()
    failing.failWith(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }))
    const hanging = memoryWaitlist()
    hanging.hang()
    const broken: Waitlist = { ...memoryWaitlist(), record: async () => JSON.parse('true') }
    for (const [list, name] of [
      [failing, 'ThrottlingException'],
      [hanging, 'DeadlineExceededError'],
      [broken, 'TypeError'],
    ] as const) {
      expect(await preSignUp({ deadlineMs: 100 }, waitlist(list)).decide(preSignUpEvent())).toMatchObject({
        kind: 'failed',
        error: { name },
      })
      expect(await preSignUp({ deadlineMs: 100 }, failOpen(waitlist(list))).decide(preSignUpEvent())).toMatchObject({ kind: 'proceed' })
    }
  })

  it('has a text of its own, and declares the permissions of the list', async () => {
    const permissions = [{ actions: ['dynamodb:UpdateItem'], resource: 'WAITLIST_TABLE' }]
    const rule = waitlist({ ...memoryWaitlist(), permissions }, { message: 'Soon.' })
    expect(rule).toMatchObject({ can: ['deny'], permissions, reasons: ['on-waiting-list'] })
    expect(await preSignUp(rule).decide(preSignUpEvent())).toMatchObject({ ...DENIED, message: 'Soon' })
  })

  it.each<readonly [string, readonly unknown[], string]>([
    ['no list', [], 'waitlist(): the list is undefined; expected an object with a method record'],
    ['a list of addresses', [['ann@example.com']], 'waitlist(): the list is an array; expected an object with a method record'],
    ['a misspelt option', [memoryWaitlist(), { text: 'x' }], "waitlist(): unknown option 'text'"],
    ['an empty message', [memoryWaitlist(), { message: '' }], 'the message is empty'],
  ])('throws when it is composed with %s', (_, args, message) => {
    expect(() => Reflect.apply(waitlist, undefined, args)).toThrow(message)
  })
})
