import { describe, expect, it } from 'vitest'
import { postAuthentication } from '../../src/post-auth/trigger.ts'
import { postConfirmation } from '../../src/post-confirmation/trigger.ts'
import { keepCanonicalEmail } from '../../src/rules/keep-canonical-email.ts'
import type { CanonicalEmails, EmailClaim } from '../../src/shared/canonical/canonical-emails.ts'
import { postAuthenticationEvent, postConfirmationEvent } from '../support/events.ts'

const verified = { email: 'A.nn@Gmail.com', email_verified: 'true' }

/** Makes a store that answers `keep` with the given function, and records its claims. */
function createStore(keep: () => Promise<boolean> = async () => true): CanonicalEmails & { readonly kept: EmailClaim[] } {
  const kept: EmailClaim[] = []
  return {
    kept,
    reserve: async () => true,
    keep(claim) {
      kept.push(claim)
      return keep()
    },
    release: async () => undefined,
  }
}

describe('keepCanonicalEmail', () => {
  it('keeps the verified address of a confirmed user', async () => {
    const store = createStore()
    const event = postConfirmationEvent(verified)

    const { trace } = await postConfirmation(keepCanonicalEmail(store)).decide(event)

    expect(trace).toMatchObject([{ rule: 'keep-canonical-email', outcome: 'done' }])
    expect(store.kept).toEqual([{ userPoolId: event.userPoolId, userName: 'ann', address: { local: 'A.nn', domain: 'gmail.com' } }])
  })

  it('keeps an address at a sign-in', async () => {
    const store = createStore()
    await postAuthentication(keepCanonicalEmail(store)).decide(postAuthenticationEvent(verified))
    expect(store.kept).toHaveLength(1)
  })

  it.each([
    ['no-email', {}],
    ['email-not-verified', { email: 'ann@gmail.com' }],
    ['email-malformed', { email: '"ann"@gmail.com', email_verified: 'true' }],
  ])('skips with the reason %s, without a write', async (reason, attributes) => {
    const store = createStore()
    const { trace } = await postConfirmation(keepCanonicalEmail(store)).decide(postConfirmationEvent(attributes))
    expect(trace).toMatchObject([{ outcome: 'skip', reason }])
    expect(store.kept).toEqual([])
  })

  it('skips a user without a name, without a write', async () => {
    const store = createStore()
    const { trace } = await postConfirmation(keepCanonicalEmail(store)).decide(postConfirmationEvent(verified, { userName: '' }))
    expect(trace).toMatchObject([{ outcome: 'skip', reason: 'user-not-named' }])
    expect(store.kept).toEqual([])
  })

  it('keeps an address that is not verified with unverified: keep', async () => {
    const store = createStore()
    await postConfirmation(keepCanonicalEmail(store, { unverified: 'keep' })).decide(postConfirmationEvent({ email: 'ann@gmail.com' }))
    expect(store.kept).toHaveLength(1)
  })

  it('skips if another user has the mailbox', async () => {
    const handler = postConfirmation(keepCanonicalEmail(createStore(async () => false)))
    const { kind, trace } = await handler.decide(postConfirmationEvent(verified))
    expect(kind).toBe('proceed')
    expect(trace).toMatchObject([{ outcome: 'skip', reason: 'mailbox-taken' }])
  })

  it('logs an error and continues if the write fails', async () => {
    const handler = postConfirmation(keepCanonicalEmail(createStore(() => Promise.reject(new Error('throttled')))))
    const { kind, trace } = await handler.decide(postConfirmationEvent(verified))
    expect(kind).toBe('proceed')
    expect(trace).toMatchObject([{ outcome: 'error', reason: 'Error' }])
  })

  it('declares its permissions and the attributes that it reads', () => {
    const permissions = [{ actions: ['dynamodb:UpdateItem'], resource: 'TABLE' }]
    expect(keepCanonicalEmail({ ...createStore(), permissions })).toMatchObject({ permissions, reads: ['email', 'email_verified'] })
    expect(keepCanonicalEmail(createStore()).permissions).toBeUndefined()
  })

  it.each<readonly [readonly unknown[], string]>([
    [[undefined], 'the table of addresses is undefined'],
    [[createStore(), { unverified: true }], "unverified is 'true'; expected 'skip' or 'keep'"],
    [[createStore(), { verified: 'keep' }], "unknown option 'verified'"],
  ])('throws a TypeError when it is composed with %j', (args, message) => {
    const make = (): unknown => Reflect.apply(keepCanonicalEmail, undefined, args)
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })
})
