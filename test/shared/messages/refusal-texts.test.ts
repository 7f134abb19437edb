import { describe, expect, it } from 'vitest'
import { preAuthentication } from '../../../src/pre-auth/trigger.ts'
import { preSignUp } from '../../../src/pre-signup/trigger.ts'
import { type RefusalCatalogue, refusalTexts } from '../../../src/shared/messages/refusal-texts.ts'
import { denyIf } from '../../../src/shared/rules/combinators.ts'
import { preAuthenticationEvent, preSignUpEvent } from '../../support/events.ts'
import { unchecked } from '../../support/harness.ts'

const catalogue: RefusalCatalogue = {
  fallback: 'en',
  locales: {
    en: { 'no-invite': 'Not invited', closed: 'Closed' },
    de: { 'no-invite': 'Nicht eingeladen' },
    'de-AT': { closed: 'Zu' },
    'pt-BR': { closed: 'Fechado' },
  },
}
const find = refusalTexts(catalogue)
const user = (locale: string) => preSignUpEvent({ email: 'ann@example.com', locale })
const withMetadata = (field: 'clientMetadata' | 'validationData', locale: unknown, attributes = {}) =>
  preSignUpEvent({}, { request: unchecked({ userAttributes: attributes, [field]: { locale } }) })

describe('refusalTexts', () => {
  it.each([
    ['de', 'no-invite', 'Nicht eingeladen'],
    ['de_CH', 'no-invite', 'Nicht eingeladen'],
    ['DE-at', 'closed', 'Zu'],
    ['de-AT', 'no-invite', 'Nicht eingeladen'],
    ['de', 'closed', 'Closed'],
    ['pt', 'closed', 'Closed'],
    ['fr', 'closed', 'Closed'],
    ['', 'closed', 'Closed'],
    ['x'.repeat(99), 'closed', 'Closed'],
    ['de', 'toString', undefined],
    ['de', 'other', undefined],
  ])('finds for the language %j and the code %s: %s', (locale, code, expected) => {
    expect(find(code, user(locale))).toBe(expected)
  })

  it("prefers the user's language to that of the application, and reads the application's at sign-up and sign-in", () => {
    expect(find('no-invite', withMetadata('clientMetadata', 'de'))).toBe('Nicht eingeladen')
    expect(find('no-invite', withMetadata('validationData', 'de'))).toBe('Nicht eingeladen')
    expect(find('no-invite', withMetadata('clientMetadata', 'de', { locale: 'en' }))).toBe('Not invited')
    expect(find('no-invite', withMetadata('clientMetadata', 7))).toBe('Not invited')
    expect(find('no-invite', unchecked({ request: null }))).toBe('Not invited')
    expect(find('no-invite', unchecked({ request: { userAttributes: null, clientMetadata: null } }))).toBe('Not invited')
  })

  it('reads another attribute, or none', () => {
    const language = refusalTexts({ ...catalogue, localeAttribute: 'custom:language' })
    const none = refusalTexts({ ...catalogue, localeAttribute: false })

    expect(language('no-invite', preSignUpEvent({ locale: 'en', 'custom:language': 'de' }))).toBe('Nicht eingeladen')
    expect(none('no-invite', user('de'))).toBe('Not invited')
    expect(none('no-invite', withMetadata('clientMetadata', 'de', { locale: 'en' }))).toBe('Nicht eingeladen')
  })

  it('translates the refusals of a handler', async () => {
    const denied = denyIf(() => true, 'not-invited', 'You need an invitation', { code: 'no-invite', field: 'email' })
    const signUp = preSignUp({ refusalTexts: find, write: () => undefined }, denied)
    const signIn = preAuthentication({ refusalTexts: find, write: () => undefined }, denied)

    await expect(signUp(user('de'))).rejects.toThrow(/^Nicht eingeladen \[no-invite: email\]$/)
    await expect(signUp(preSignUpEvent())).rejects.toThrow(/^Not invited \[no-invite: email\]$/)
    await expect(signIn(preAuthenticationEvent({ locale: 'de' }))).rejects.toThrow(/^Nicht eingeladen \[no-invite: email\]$/)
  })

  it.each([
    [{ fallback: 'en' }, 'refusalTexts(): locales is undefined'],
    [{ fallback: 'fr', locales: { en: {} } }, 'refusalTexts(): fallback is "fr"; expected one of en'],
    [{ locales: { en: {} } }, 'refusalTexts(): fallback is undefined; expected one of en'],
    [{ fallback: 'en', locales: { en: {}, e: {} } }, 'refusalTexts(): "e" is not a language tag'],
    [{ fallback: 'en', locales: { en: 'x' } }, 'refusalTexts(): en is a string; expected texts by code'],
    [{ fallback: 'en', locales: { de: { a: 'x' }, en: null } }, 'refusalTexts(): en is null; expected texts by code'],
    [{ fallback: 'en', locales: { en: { 'no invite': 'x' } } }, "refusalTexts(): en has the code 'no invite'; expected an identifier"],
    [{ fallback: 'en', locales: { en: { a: ' ' } } }, 'refusalTexts(): en.a is " "; expected a text for the user'],
    [{ fallback: 'en', locales: { en: {}, de: { a: 'x' } } }, "refusalTexts(): en has no text for 'a', but de has one"],
    [{ fallback: 'en', locales: { en: {} }, localeAttribute: true }, 'refusalTexts(): localeAttribute is a boolean; expected the name'],
    [{ fallback: 'en', locales: { en: {} }, locale: 'x' }, "refusalTexts(): unknown option 'locale'"],
  ])('throws for %j', (wrong, message) => {
    expect(() => refusalTexts(unchecked(wrong))).toThrow(message)
  })
})
