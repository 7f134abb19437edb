import { describe, expect, it } from 'vitest'
import { preAuthentication } from '../../src/pre-auth/trigger.ts'
import { preSignUp } from '../../src/pre-signup/trigger.ts'
import { requireConsent } from '../../src/rules/require-consent.ts'
import { adminCreatedEvent, federatedEvent, preAuthenticationEvent, preSignUpEvent } from '../support/events.ts'

const byAttribute = preSignUp(requireConsent('2026-05', { attribute: 'custom:terms' }))
const byMetadata = preSignUp(requireConsent('2026-05', { metadata: 'terms' }))
const denied = (reason: string) => ({ kind: 'denied', rule: 'require-consent', reason, message: 'Please accept the current terms' })

/** Creates a sign-up with a client's metadata. */
const signUp = (clientMetadata?: Readonly<Record<string, string>> | null) => {
  const { request } = preSignUpEvent()
  return preSignUpEvent(undefined, { request: { ...request, ...(clientMetadata !== undefined && { clientMetadata }) } })
}

describe('requireConsent', () => {
  it('compares an attribute', async () => {
    expect(await byAttribute.decide(preSignUpEvent({ 'custom:terms': '2026-05' }))).toMatchObject({ kind: 'proceed', rule: null })
    expect(await byAttribute.decide(preSignUpEvent({ 'custom:terms': '2025-01' }))).toMatchObject(denied('consent-outdated'))
    for (const attributes of [{}, { 'custom:terms': '' }])
      expect(await byAttribute.decide(preSignUpEvent(attributes))).toMatchObject(denied('consent-missing'))
  })

  it('compares the metadata of the app', async () => {
    expect(await byMetadata.decide(signUp({ terms: '2026-05' }))).toMatchObject({ kind: 'proceed', rule: null })
    expect(await byMetadata.decide(signUp({ terms: '2025-01' }))).toMatchObject(denied('consent-outdated'))
    for (const metadata of [{ terms: '' }, { other: '2026-05' }, null, undefined])
      expect(await byMetadata.decide(signUp(metadata))).toMatchObject(denied('consent-missing'))
  })

  it('reads no inherited property', async () => {
    const handler = preSignUp(requireConsent('2026-05', { metadata: 'constructor' }))
    expect(await handler.decide(signUp({}))).toMatchObject(denied('consent-missing'))
  })

  it.each([
    ['an administrator', adminCreatedEvent()],
    ['an identity provider', federatedEvent()],
  ])('denies a user from %s without consent', async (_, event) => {
    expect(await byAttribute.decide(event)).toMatchObject(denied('consent-missing'))
    expect(await byMetadata.decide(event)).toMatchObject(denied('consent-missing'))
  })

  it('denies a sign-in by an attribute, with the given message', async () => {
    const handler = preAuthentication(requireConsent('2026-05', { attribute: 'custom:terms', message: 'New terms' }))
    expect(await handler.decide(preAuthenticationEvent())).toMatchObject({ ...denied('consent-missing'), message: 'New terms' })
  })

  it('cannot compare metadata in another trigger', () => {
    expect(() => preAuthentication(requireConsent('2026-05', { metadata: 'terms' }))).toThrow(
      "The rule 'require-consent' is for PreSignUp and cannot run in PreAuthentication",
    )
  })

  it.each<readonly [readonly unknown[], string]>([
    [['', { attribute: 'a' }], "the version is empty; expected a text such as '2026-05'"],
    [[2026, { attribute: 'a' }], 'the version is a number'],
    [['1'], 'the options are undefined'],
    [['1', {}], 'expected either attribute'],
    [['1', { attribute: 'a', metadata: 'b' }], 'expected either attribute'],
    [['1', { attribute: 'a b' }], 'attribute is a string; expected the name of an attribute'],
    [['1', { attribute: 1 }], 'attribute is a number'],
    [['1', { metadata: '' }], 'metadata is a string; expected the key of a value'],
    [['1', { metadata: 1 }], 'metadata is a number'],
    [['1', { attribute: 'a', message: '' }], 'the message is empty'],
    [['1', { attributes: 'a' }], "unknown option 'attributes'"],
  ])('throws when it is composed with %j', (args, message) => {
    const make = (): unknown => Reflect.apply(requireConsent, undefined, args)
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })
})
