import { describe, expect, it } from 'vitest'
import { preSignUp } from '../../src/pre-signup/trigger.ts'
import { uniqueCanonicalEmail } from '../../src/pre-signup/unique-canonical-email.ts'
import type { CanonicalEmails, EmailClaim } from '../../src/shared/canonical/canonical-emails.ts'
import { failOpen, shadow } from '../../src/shared/rules/combinators.ts'
import { deny, skip } from '../../src/shared/rules/outcome.ts'
import { defineRule } from '../../src/shared/rules/rule.ts'
import { adminCreatedEvent, federatedEvent, preSignUpEvent } from '../support/events.ts'
import { hostileAddresses } from '../support/hostile-addresses.ts'

const revealing = { revealsExistence: true } as const
const GENERIC = 'This email address cannot be used to sign up'

/** Makes a store that reserves everything, and records all calls. */
function createStore(
  reserve: CanonicalEmails['reserve'] = async () => true,
): CanonicalEmails & { readonly calls: (readonly [string, EmailClaim])[] } {
  const calls: (readonly [string, EmailClaim])[] = []
  return {
    calls,
    reserve(claim, signal) {
      calls.push(['reserve', claim])
      return reserve(claim, signal)
    },
    keep: async () => true,
    release: async (claim) => {
      calls.push(['release', claim])
    },
  }
}

const denier = preSignUp.rule('denier', () => deny('no', 'No'))
const lateDenier = defineRule('late-denier', () => skip(), {
  can: ['deny'],
  commit: { reserve: () => deny('no', 'No'), release: () => undefined },
})

describe('uniqueCanonicalEmail', () => {
  it('reserves the parsed address for the user, and proceeds', async () => {
    const store = createStore()
    const event = preSignUpEvent({ email: 'A.nn+x@Gmail.com' })

    expect(await preSignUp(uniqueCanonicalEmail(store, revealing)).decide(event)).toMatchObject({ kind: 'proceed', rule: null })
    const address = { local: 'A.nn+x', domain: 'gmail.com' }
    expect(store.calls).toEqual([['reserve', { userPoolId: event.userPoolId, userName: 'ann', address }]])
  })

  it('denies a mailbox of another user with a generic message, or with the given one', async () => {
    const taken = createStore(async () => false)

    expect(await preSignUp(uniqueCanonicalEmail(taken, revealing)).decide(preSignUpEvent())).toMatchObject({
      kind: 'denied',
      rule: 'unique-canonical-email',
      reason: 'mailbox-taken',
      message: GENERIC,
    })
    const message = 'Please sign in'
    expect(await preSignUp(uniqueCanonicalEmail(taken, { ...revealing, message })).decide(preSignUpEvent())).toMatchObject({ message })
  })

  it.each([
    ['an administrator', adminCreatedEvent()],
    ['an identity provider', federatedEvent()],
    ['an unknown source', preSignUpEvent(undefined, { triggerSource: 'PreSignUp_Telepathy' })],
  ])('denies a taken mailbox from %s too', async (_, event) => {
    const decision = await preSignUp(
      uniqueCanonicalEmail(
        createStore(async () => false),
        revealing,
      ),
    ).decide(event)
    expect(decision).toMatchObject({ kind: 'denied', reason: 'mailbox-taken' })
  })

  it('skips a user without an address, and denies a malformed address or a missing user name, without a write', async () => {
    const store = createStore()
    const handler = preSignUp(uniqueCanonicalEmail(store, revealing))

    expect(await handler.decide(preSignUpEvent({}))).toMatchObject({ kind: 'proceed', rule: null })
    expect(await handler.decide(preSignUpEvent({ email: '"ann"@gmail.com' }))).toMatchObject({ kind: 'denied', reason: 'email-malformed' })
    expect(await handler.decide(preSignUpEvent(undefined, { userName: '' }))).toMatchObject({ kind: 'denied', reason: 'no-user-name' })
    expect(store.calls).toEqual([])
  })

  it('never lets a hostile address pass without a reservation', async () => {
    const store = createStore()
    const handler = preSignUp(uniqueCanonicalEmail(store, revealing))
    for (const { address } of hostileAddresses.filter((each) => each.address !== '')) {
      const before = store.calls.length
      const { kind } = await handler.decide(preSignUpEvent({ email: address }))
      expect([address, kind]).toEqual([address, store.calls.length > before ? 'proceed' : 'denied'])
    }
  })

  it('reserves nothing if another rule denies, or as a shadow', async () => {
    const store = createStore()
    const rule = uniqueCanonicalEmail(store, revealing)

    expect(await preSignUp(rule, denier).decide(preSignUpEvent())).toMatchObject({ kind: 'denied', rule: 'denier' })
    expect(await preSignUp(shadow(rule)).decide(preSignUpEvent())).toMatchObject({ kind: 'proceed' })
    expect(store.calls).toEqual([])
  })

  it('releases its reservation if a later reservation denies', async () => {
    const store = createStore()

    await preSignUp(uniqueCanonicalEmail(store, revealing), lateDenier).decide(preSignUpEvent())
    await preSignUp(uniqueCanonicalEmail(store, revealing), lateDenier).decide(preSignUpEvent({}))

    expect(store.calls.map(([call]) => call)).toEqual(['reserve', 'release'])
  })

  it('refuses the user if the write fails or hangs, unless failOpen is composed', async () => {
    const broken = [
      [() => Promise.reject(new Error('throttled')), 'Error'],
      [() => new Promise<boolean>(() => undefined), 'DeadlineExceededError'],
    ] as const
    for (const [reserve, name] of broken) {
      const rule = uniqueCanonicalEmail(createStore(reserve), revealing)
      expect(await preSignUp({ deadlineMs: 50 }, rule).decide(preSignUpEvent())).toMatchObject({ kind: 'failed', error: { name } })
      expect(await preSignUp({ deadlineMs: 50 }, failOpen(rule)).decide(preSignUpEvent())).toMatchObject({ kind: 'proceed' })
    }
  })

  it('declares the permissions of its store', () => {
    const permissions = [{ actions: ['dynamodb:UpdateItem'], resource: 'TABLE' }]
    expect(uniqueCanonicalEmail({ ...createStore(), permissions }, revealing)).toMatchObject({ can: ['deny'], permissions })
    expect(uniqueCanonicalEmail(createStore(), revealing).permissions).toBeUndefined()
  })

  it.each<readonly [string, readonly unknown[], string]>([
    ['no options', [createStore()], 'the options are undefined; expected an object'],
    ['options without revealsExistence', [createStore(), {}], 'a mailbox has an account; expected revealsExistence: true'],
    ['another truthy value', [createStore(), { revealsExistence: 1 }], 'expected revealsExistence: true'],
    ['a misspelt option', [createStore(), { ...revealing, messages: '' }], "unknown option 'messages'"],
    ['an empty message', [createStore(), { ...revealing, message: ' ' }], 'the message is empty'],
    ['no store', [undefined, revealing], 'the table of addresses is undefined; expected an object with a method reserve'],
    ['half a store', [{ reserve: () => true }, revealing], 'the table of addresses is an object; expected an object with a method keep'],
  ])('throws when it is composed with %s', (_, args, message) => {
    const make = (): unknown => Reflect.apply(uniqueCanonicalEmail, undefined, args)
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })
})
