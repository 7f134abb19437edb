import { describe, expect, it } from 'vitest'
import { limitMessages } from '../../src/custom-message/limit-messages.ts'
import { customMessage } from '../../src/custom-message/trigger.ts'
import { requireHostedDomain } from '../../src/inbound-federation/require-hosted-domain.ts'
import { preAuthentication } from '../../src/pre-auth/trigger.ts'
import { autoConfirm } from '../../src/pre-signup/auto-confirm.ts'
import { denyDuplicateEmail } from '../../src/pre-signup/deny-duplicate-email.ts'
import { guardAlias } from '../../src/pre-signup/guard-alias.ts'
import { limitSignUps } from '../../src/pre-signup/limit-sign-ups.ts'
import { linkProviders } from '../../src/pre-signup/link-providers.ts'
import { requireInvite } from '../../src/pre-signup/require-invite.ts'
import { reserveLegacyUsers } from '../../src/pre-signup/reserve-legacy-users.ts'
import { preSignUp } from '../../src/pre-signup/trigger.ts'
import { uniqueCanonicalEmail } from '../../src/pre-signup/unique-canonical-email.ts'
import { verifyCaptcha } from '../../src/pre-signup/verify-captcha.ts'
import { waitlist } from '../../src/pre-signup/waitlist.ts'
import { allowEmailDomains } from '../../src/rules/allow-email-domains.ts'
import { blockUsers } from '../../src/rules/block-users.ts'
import { denyDisposableEmail } from '../../src/rules/deny-disposable-email.ts'
import { denyEmailDomains } from '../../src/rules/deny-email-domains.ts'
import { denyFreeEmail } from '../../src/rules/deny-free-email.ts'
import { denySubaddressing } from '../../src/rules/deny-subaddressing.ts'
import { requireAttributes } from '../../src/rules/require-attributes.ts'
import { requireConsent } from '../../src/rules/require-consent.ts'
import type { Directory } from '../../src/shared/directory/directory.ts'
import { anyOf } from '../../src/shared/rules/combinators.ts'
import type { Decision } from '../../src/shared/rules/decision.ts'
import { skip } from '../../src/shared/rules/outcome.ts'
import { defineRule } from '../../src/shared/rules/rule.ts'
import { memoryCanonicalEmails } from '../../src/testing/memory-canonical-emails.ts'
import { memoryCounter } from '../../src/testing/memory-counter.ts'
import { memoryInvites } from '../../src/testing/memory-invites.ts'
import { memoryWaitlist } from '../../src/testing/memory-waitlist.ts'
import { messageEvent } from '../custom-message/message-event.ts'
import { decide as decideFederation, federationEvent } from '../inbound-federation/federation-event.ts'
import { memoryAccounts } from '../pre-signup/memory-accounts.ts'
import { federatedEvent, preAuthenticationEvent, preSignUpEvent } from '../support/events.ts'

/** Returns the code and the field of a denial, which must be quiet. */
function readCode(decision: Decision): readonly (string | undefined)[] {
  if (decision.kind !== 'denied') throw new Error(`Not denied: ${decision.kind}`)
  expect(decision.quiet).toBe(true)
  return [decision.code, decision.field]
}

const signUp = preSignUpEvent({ email: 'eve@evil.example' })
const signIn = preAuthenticationEvent({ email: 'eve@evil.example', email_verified: 'true' })

describe('the codes of rules', () => {
  it.each([
    ['an address in another domain', preSignUpEvent({ email: 'eve@evil.example' })],
    ['no address', preSignUpEvent({})],
    ['a malformed address', preSignUpEvent({ email: 'a@b@example.com' })],
    ['an unverified address', federatedEvent()],
  ])('allowEmailDomains has one code for all reasons: %s', async (_, event) => {
    expect(readCode(await preSignUp(allowEmailDomains('example.com')).decide(event))).toEqual(['email-not-allowed', 'email'])
  })

  it('denyEmailDomains has the same code as allowEmailDomains, so that it does not reveal which list refused', async () => {
    const rule = denyEmailDomains('evil.example')

    expect(readCode(await preSignUp(rule).decide(signUp))).toEqual(['email-not-allowed', 'email'])
    expect(readCode(await preSignUp(rule).decide(preSignUpEvent({ email: 'a@b@c' })))).toEqual(['email-not-allowed', 'email'])
    expect(readCode(await preAuthentication(rule).decide(signIn))).toEqual(['email-not-allowed', 'email'])
  })

  it.each([
    ['denyDisposableEmail', denyDisposableEmail({ more: ['evil.example'] })],
    ['denyFreeEmail', denyFreeEmail({ more: ['evil.example'] })],
  ])('%s has the code of the other rules for domains', async (_, rule) => {
    for (const email of ['eve@evil.example', 'a@b@c'])
      expect(readCode(await preSignUp(rule).decide(preSignUpEvent({ email })))).toEqual(['email-not-allowed', 'email'])
  })

  it('denySubaddressing has one code for a tag and for a malformed address', async () => {
    for (const email of ['eve+1@gmail.com', 'a@b@c'])
      expect(readCode(await preSignUp(denySubaddressing()).decide(preSignUpEvent({ email })))).toEqual(['email-with-tag', 'email'])
  })

  it('verifyCaptcha has one code for a missing and for a refused token', async () => {
    const handler = preSignUp(verifyCaptcha(async () => false))
    const refused = { ...signUp, request: { ...signUp.request, clientMetadata: { captcha: 'token' } } }

    expect(readCode(await handler.decide(signUp))).toEqual(['captcha-not-solved', undefined])
    expect(readCode(await handler.decide(refused))).toEqual(['captcha-not-solved', undefined])
  })

  it('requireInvite has one code for every cause', async () => {
    const handler = preSignUp(requireInvite(memoryInvites()))
    const unknown = { ...signUp, request: { ...signUp.request, clientMetadata: { invitation: 'unknown' } } }

    expect(readCode(await handler.decide(signUp))).toEqual(['invite-not-valid', undefined])
    expect(readCode(await handler.decide(unknown))).toEqual(['invite-not-valid', undefined])
  })

  it('waitlist tells a waiting address from an address that cannot be listed', async () => {
    const handler = preSignUp(waitlist(memoryWaitlist()))

    expect(readCode(await handler.decide(signUp))).toEqual(['on-waiting-list', undefined])
    expect(readCode(await handler.decide(preSignUpEvent({})))).toEqual(['email-not-allowed', 'email'])
    expect(readCode(await handler.decide(preSignUpEvent({ email: 'a@b@c' })))).toEqual(['email-not-allowed', 'email'])
    expect(readCode(await handler.decide(federatedEvent()))).toEqual(['email-not-allowed', 'email'])
  })

  it('limitSignUps has a code', async () => {
    const handler = preSignUp(limitSignUps({ max: 1, windowSeconds: 60, per: 'client' }, memoryCounter()))
    await handler.decide(signUp)

    expect(readCode(await handler.decide({ ...signUp, userName: 'another' }))).toEqual(['too-many-sign-ups', undefined])
  })

  it('blockUsers reveals a block only with revealBlock', async () => {
    const block = { userPoolId: signIn.userPoolId, type: 'email', value: 'eve@evil.example', reason: 'spam' } as const
    const list = { find: async () => [block] }

    expect(readCode(await preAuthentication(blockUsers(list)).decide(signIn))).toEqual(['sign-in-not-possible', undefined])
    expect(readCode(await preSignUp(blockUsers(list)).decide(signUp))).toEqual(['sign-up-not-possible', undefined])
    expect(readCode(await preAuthentication(blockUsers(list, { revealBlock: true })).decide(signIn))).toEqual(['user-blocked', undefined])
  })

  it('requireAttributes names the first attribute at sign-up, and none at a sign-in', async () => {
    const rule = requireAttributes('email', 'given_name', 'custom:terms')

    expect(readCode(await preSignUp(rule).decide(signUp))).toEqual(['attributes-not-valid', 'given_name'])
    expect(readCode(await preAuthentication(rule).decide(signIn))).toEqual(['attributes-not-valid', undefined])
  })

  it('requireAttributes names no attribute whose name could break the code', async () => {
    const validate = () => ({ issues: [{ message: 'x', path: ['a] [b'] }, { message: 'x' }] })
    const rule = requireAttributes({ '~standard': { version: 1, vendor: 'test', validate } })

    expect(readCode(await preSignUp(rule).decide(signUp))).toEqual(['attributes-not-valid', undefined])
  })

  it('denyDuplicateEmail reveals the account in the code only if its message may do so too', async () => {
    const directory = { isTaken: async () => true }
    const generic = denyDuplicateEmail(directory, { revealsExistence: true })
    const plain = denyDuplicateEmail(directory, { revealsExistence: true, message: 'You have an account' })

    expect(readCode(await preSignUp(generic).decide(signUp))).toEqual(['email-not-allowed', 'email'])
    expect(readCode(await preSignUp(plain).decide(signUp))).toEqual(['email-taken', 'email'])
  })

  it('uniqueCanonicalEmail reveals the account in the code only if its message may do so too', async () => {
    const emails = memoryCanonicalEmails()
    const generic = preSignUp(uniqueCanonicalEmail(emails, { revealsExistence: true }))
    const plain = preSignUp(uniqueCanonicalEmail(emails, { revealsExistence: true, message: 'You have an account' }))
    await generic.decide(signUp)
    const again = { ...signUp, userName: 'another' }

    expect(readCode(await generic.decide(again))).toEqual(['email-not-allowed', 'email'])
    expect(readCode(await plain.decide(again))).toEqual(['email-taken', 'email'])
  })

  it('guardAlias has the code of reserveLegacyUsers, also for a malformed address', async () => {
    const verify = autoConfirm({ verifyEmail: 'trust-unproven-address' })
    const handler = preSignUp(guardAlias({ isHeld: async () => true }, { revealsExistence: true }, verify))

    for (const email of ['ann@example.com', 'a@b@c'])
      expect(readCode(await handler.decide(preSignUpEvent({ email })))).toEqual(['account-exists', undefined])
  })

  it.each([undefined, '2025-01'])('requireConsent has one code, also for the version %s', async (version) => {
    const handler = preSignUp(requireConsent('2026-05', { attribute: 'custom:terms' }))
    const event = preSignUpEvent({ email: 'ann@example.com', ...(version && { 'custom:terms': version }) })

    expect(readCode(await handler.decide(event))).toEqual(['consent-missing', undefined])
  })

  it('linkProviders has the codes of its reasons only for messages that differ', async () => {
    const account = { userName: 'ann', status: 'CONFIRMED', enabled: true, email: 'ann@example.com', emailVerified: false, identities: [] }
    const event = federatedEvent({ email: 'ann@example.com', email_verified: 'true' })
    const decide = (verified: boolean, messages = {}) =>
      preSignUp(
        linkProviders(memoryAccounts({ ...account, emailVerified: verified }), { trust: ['Google'], revealsExistence: true, messages }),
      ).decide(event)

    expect(readCode(await decide(true))).toEqual(['linked-retry', undefined])
    expect(readCode(await decide(false))).toEqual(['email-not-allowed', 'email'])
    expect(readCode(await decide(false, { 'use-your-password': 'Use your password' }))).toEqual(['use-your-password', undefined])
  })

  it('reserveLegacyUsers, limitMessages, requireHostedDomain and anyOf have a code each', async () => {
    const directory: Directory = { checkPassword: async () => 'unknown-user', findUser: async () => ({ attributes: {} }) }
    const counter = memoryCounter()
    const limit = limitMessages({ counter, perUser: { max: 1, windowSeconds: 60 } })
    const messages = customMessage(limit)
    await messages.decide(messageEvent('ForgotPassword'))
    const noOpinion = defineRule('no-opinion', () => skip())

    expect(readCode(await preSignUp(reserveLegacyUsers(directory, { revealsExistence: true })).decide(signUp))).toEqual([
      'account-exists',
      undefined,
    ])
    expect(readCode(await messages.decide(messageEvent('ForgotPassword')))).toEqual(['too-many-messages', undefined])
    expect(readCode(await decideFederation(federationEvent({}), requireHostedDomain('example.com')))).toEqual([
      'account-not-allowed',
      undefined,
    ])
    expect(readCode(await preSignUp(anyOf(noOpinion)).decide(signUp))).toEqual(['not-allowed', undefined])
  })
})
