import { describe, expect, it } from 'vitest'
import { mailTemplate } from '../../src/post-confirmation/template.ts'
import { type MailTemplateByLocaleOptions, mailTemplateByLocale } from '../../src/post-confirmation/template-by-locale.ts'

const template = (text: string) => mailTemplate({ subject: text, text, html: text }, {})
const templates = { en: template('Welcome'), de: template('Willkommen'), 'pt-BR': template('Boas-vindas'), pt: template('Bem-vindo') }
const options: MailTemplateByLocaleOptions = { fallback: 'en' }

function subjectFor(locale: string | undefined, more: Partial<MailTemplateByLocaleOptions> = {}): string {
  const attributes = locale === undefined ? {} : { [more.attribute ?? 'locale']: locale }
  return mailTemplateByLocale(templates, { ...options, ...more }).render({ name: undefined, attributes }).subject
}

describe('mailTemplateByLocale', () => {
  it.each([
    ['de', 'Willkommen'],
    ['de-AT', 'Willkommen'],
    ['de_CH', 'Willkommen'],
    ['DE-Latn-CH-1996', 'Willkommen'],
    ['pt-br', 'Boas-vindas'],
    ['pt-BR-x-private', 'Boas-vindas'],
    ['pt-PT', 'Bem-vindo'],
    ['en-US', 'Welcome'],
  ])('chooses the template for the locale %s: %s', (locale, subject) => {
    expect(subjectFor(locale)).toBe(subject)
  })

  it.each([undefined, '', 'fr', 'deutsch', 'd', '-', '--de', 'constructor', `de${'-x'.repeat(1000)}`, 'de\r\nBcc: eve@evil.com'])(
    'uses the fallback for the locale %j',
    (locale) => {
      expect(subjectFor(locale)).toBe('Welcome')
    },
  )

  it('reads another attribute, and declares it', () => {
    expect(subjectFor('de', { attribute: 'custom:language' })).toBe('Willkommen')
    expect(mailTemplateByLocale(templates, options).reads).toEqual(['locale'])
    const nested = { en: { ...template('Welcome'), reads: ['custom:plan', 'locale'] } }
    expect(mailTemplateByLocale(nested, { fallback: 'EN', attribute: 'custom:language' }).reads).toEqual([
      'custom:language',
      'custom:plan',
      'locale',
    ])
  })

  it.each<{ given: object; wrong: object; message: string }>([
    { given: templates, wrong: { fallback: 'fr' }, message: 'fallback is "fr"; expected one of en, de, pt-br, pt' },
    { given: templates, wrong: {}, message: 'fallback is undefined; expected one of en' },
    { given: {}, wrong: options, message: 'fallback is "en"' },
    { given: { 'not a tag': templates.en }, wrong: options, message: '"not a tag" is not a language tag such as en or pt-BR' },
    { given: { en: templates.en, EN: templates.de }, wrong: options, message: 'there are two templates for en' },
    { given: { en: { subject: 'x' } }, wrong: options, message: 'the template for en is an object; expected mailTemplate(files, values)' },
    { given: { en: null }, wrong: options, message: 'the template for en is null' },
    { given: templates, wrong: { fallback: 'en', attribute: '' }, message: 'attribute is a string; expected the name of a user attribute' },
    { given: templates, wrong: { fallback: 'en', locale: 'x' }, message: "unknown option 'locale'" },
  ])('throws a TypeError when it is made: $message', ({ given, wrong, message }) => {
    const make = () => mailTemplateByLocale(given as typeof templates, wrong as MailTemplateByLocaleOptions)
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })
})
