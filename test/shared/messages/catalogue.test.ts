import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Catalogue, type CatalogueUse, compileCatalogue } from '../../../src/shared/messages/catalogue.ts'
import { codeLink } from '../../../src/shared/messages/code-link.ts'
import type { MessageTexts } from '../../../src/shared/messages/texts.ts'
import { runs } from '../../support/runs.ts'

const catalogue: Catalogue = {
  fallback: 'en',
  values: { appName: 'Fish & Chips', link: codeLink('https://app.example.com/confirm?a=1') },
  locales: {
    en: {
      default: {
        email: {
          subject: 'Your code for {{appName}}',
          html: '<p>Hi{{#name}} {{name}}{{/name}}: <b>{{code}}</b></p>',
          text: '{{appName}}: {{code}}',
        },
        sms: '{{code}} is your code',
      },
      SignUp: { email: { subject: 'Welcome', html: '<a href="{{link}}">Confirm</a>' } },
      AdminCreateUser: { email: { subject: 'Invitation', html: '{{username}} <code>{{code}}</code>' } },
      AccountTakeOverNotification: { email: { subject: 'Sign-in{{#city}} in {{city}}{{/city}}', html: '{{deviceName}}' } },
    },
    de: { default: { sms: '{{code}} ist dein Code' }, ForgotPassword: { sms: 'Neues Passwort: {{code}}' } },
  },
}
const use: CatalogueUse = { owner: 'messages()', cognitoLimits: {} }
const { write, reads, samples } = compileCatalogue(catalogue, use)

const code = '123456'
const german = { attributes: { locale: 'de_AT' } }
const english = { attributes: {} }

describe('write', () => {
  it('chooses the text by message and language, for each channel', () => {
    expect(write('ForgotPassword', german, { code })?.sms).toBe('Neues Passwort: 123456')
    expect(write('ResendCode', german, { code })).toMatchObject({
      sms: '123456 ist dein Code',
      email: { subject: 'Your code for Fish & Chips' },
    })
    expect(write('SignUp', english, { code })).toMatchObject({ sms: '123456 is your code', email: { subject: 'Welcome', text: '' } })
  })

  it.each([
    [{ locale: 'de' }, { locale: 'en' }, 'de'],
    [{ locale: 'fr' }, { locale: 'de-CH' }, 'de'],
    [{}, { locale: 'DE' }, 'de'],
    [{}, null, 'en'],
    [{ locale: '' }, { locale: 'constructor' }, 'en'],
    [{ locale: 'd'.repeat(1000) }, undefined, 'en'],
  ])('reads the language from the attributes %j, then from the client metadata %j: %s', (attributes, clientMetadata, language) => {
    expect(write('ResendCode', { attributes, clientMetadata }, { code })?.sms).toBe(
      language === 'de' ? '123456 ist dein Code' : '123456 is your code',
    )
  })

  it.each(['NewInTheFuture', 'constructor', '__proto__', 'default', ''])('writes the default text for the unknown message %j', (name) => {
    expect(write(name, english, { code })?.sms).toBe('123456 is your code')
  })

  it('never writes the default text into an invitation or a take-over notification', () => {
    const onlyDefault = compileCatalogue({ fallback: 'en', locales: { en: { default: { sms: '{{code}}' } } } }, use)

    expect(onlyDefault.write('AdminCreateUser', english, { code, username: 'mary' })).toBeUndefined()
    expect(onlyDefault.write('AccountTakeOverNotification', english, {})).toBeUndefined()
  })

  it('escapes values in HTML only', () => {
    const password = `<a>'"&`

    expect(write('AdminCreateUser', english, { code: password, username: '<b>' })?.email).toMatchObject({
      html: '&lt;b&gt; <code>&lt;a&gt;&apos;&quot;&amp;</code>',
    })
    expect(write('ResendCode', english, { code: password })).toMatchObject({
      sms: `${password} is your code`,
      email: { text: `Fish & Chips: ${password}` },
    })
  })

  it("leaves out a name that could be spam, and Cognito's placeholder stays as it is", () => {
    const mail = (given_name: string) => write('ResendCode', { attributes: { given_name } }, { code: '{####}' })?.email?.html

    expect(mail("O'Neil")).toBe('<p>Hi O&apos;Neil: <b>{####}</b></p>')
    expect(mail('Win at evil.com')).toBe('<p>Hi: <b>{####}</b></p>')
  })

  it('puts a code into a link', () => {
    const link = (given: string) => write('SignUp', english, { code: given })?.email?.html

    expect(link('{####}')).toBe('<a href="https://app.example.com/confirm?a=1&amp;code={####}">Confirm</a>')
    expect(link('1&2')).toBe('<a href="https://app.example.com/confirm?a=1&amp;code=1%262">Confirm</a>')
  })

  it('leaves out optional values, and puts values on one line', () => {
    const subject = (city?: string) => write('AccountTakeOverNotification', english, { city })?.email?.subject

    expect(subject('Vienna\r\nBcc: x')).toBe('Sign-in in Vienna Bcc: x')
    expect(subject()).toBe('Sign-in')
  })

  it('throws if a needed value is missing', () => {
    expect(() => write('ResendCode', english, {})).toThrow(new TypeError('The message needs a value for {{code}}'))
  })
})

it('lists the attributes that it reads', () => {
  const locales = { en: { default: { sms: '{{code}}' } } }

  expect(reads).toEqual(['locale', 'given_name', 'name'])
  expect(compileCatalogue({ fallback: 'en', localeAttribute: 'custom:lang', locales }, use).reads).toEqual(['custom:lang'])
})

it('makes a sample of each message', () => {
  expect(samples().map(({ name, locale }) => `${locale}.${name}`)).toEqual([
    ...['en.default', 'en.SignUp', 'en.AdminCreateUser', 'en.AccountTakeOverNotification'],
    ...['de.default', 'de.ForgotPassword'],
  ])
  expect(samples()[2]).toEqual({
    name: 'AdminCreateUser',
    locale: 'en',
    subject: 'Invitation',
    html: 'mary <code>Temp-pass1</code>',
    text: '',
  })
  expect(samples()[5]).toEqual({ name: 'ForgotPassword', locale: 'de', sms: 'Neues Passwort: 123456' })
})

const email = (html: string, subject = 'x'): MessageTexts => ({ email: { subject, html } })
const long = 'x'.repeat(133)

describe('compileCatalogue', () => {
  it.each<[string, string, unknown, string]>([
    ['a message without a code', 'SignUp', { sms: 'Hello' }, 'en.SignUp.sms: the placeholder {{code}} is missing'],
    ['a code in an optional section', 'SignUp', { sms: '{{#name}}{{code}}{{/name}}' }, 'the placeholder {{code}} is missing'],
    ['an invitation without a user name', 'AdminCreateUser', email('{{code}}'), 'html: the placeholder {{username}} is missing'],
    ['an unknown placeholder', 'SignUp', { sms: '{{cod}}' }, 'unknown placeholder {{cod}}; expected code, name, appName, link'],
    ['a user name outside of an invitation', 'SignUp', { sms: '{{code}} {{username}}' }, 'unknown placeholder {{username}}'],
    ['an unknown section', 'SignUp', { sms: '{{code}} {{#city}}{{/city}}' }, 'unknown placeholder {{#city}}{{/city}}'],
    ['a section of a value', 'SignUp', { sms: '{{code}} {{#appName}}{{/appName}}' }, 'unknown placeholder {{#appName}}'],
    ['a placeholder that is not closed', 'SignUp', { sms: '{{code}} {{name}' }, 'a placeholder is not closed'],
    ["Cognito's placeholder", 'SignUp', { sms: '{{code}} {####}' }, 'write {{code}} instead of {####}'],
    ["Cognito's link", 'SignUp', { sms: '{{code}} {##Click##}' }, 'write {{code}} instead of {##Click##}'],
    ["Cognito's user name", 'AdminCreateUser', email('{{username}} {{code}} {username}'), 'write {{username}} instead of {username}'],
    ['an attribute without quotes', 'SignUp', email('<a href={{link}}>x</a>'), 'a placeholder is inside a tag without quotes around it'],
    ['a code in the subject', 'SignUp', email('{{code}}', '{{code}}'), 'Cognito fills in codes and user names only in the body'],
    ['a link in the subject', 'SignUp', email('{{code}}', '{{link}}'), 'Cognito fills in codes and user names only in the body'],
    ['a password before a full stop', 'AdminCreateUser', email('<p>{{username}} <b>{{code}}</b>.</p>'), "{{code}} touches '.'"],
    ['a password after a colon', 'AdminCreateUser', { sms: '{{username}}:{{code}}' }, "{{code}} touches ':'"],
    [
      'a password in an attribute',
      'AdminCreateUser',
      email('{{username}} {{code}} <a href="/{{code}}">x</a>'),
      'cannot be in an attribute',
    ],
    ['a password in a link', 'AdminCreateUser', email('{{username}} {{code}} {{link}}'), '{{link}} is a link with a code'],
    ['a long SMS', 'SignUp', { sms: `{{code}}${long}` }, 'with the longest values it has 141 characters; Cognito allows 140'],
    ['a long SMS with a name', 'SignUp', { sms: `{{code}}{{#name}}{{name}}{{/name}}${'x'.repeat(93)}` }, 'it has 141 characters'],
    ['a long subject', 'SignUp', email('{{code}}', 'x'.repeat(141)), 'subject: with the longest values it has 141 characters'],
    [
      'a long email',
      'SignUp',
      email(`{{code}}${'x'.repeat(20_000)}`),
      'html: with the longest values it has 20008 characters; Cognito allows 20000',
    ],
    [
      'an SMS invitation',
      'AdminCreateUser',
      { sms: '{{username}} {{code}}' },
      'it has 385 characters; Cognito allows 140. If your user names',
    ],
    ['an empty text', 'SignUp', email(' '), 'en.SignUp.email.html is a string; expected a text'],
    ['no subject', 'SignUp', { email: { html: '{{code}}' } }, 'en.SignUp.email.subject is undefined; expected a text'],
    [
      'an unknown text',
      'SignUp',
      { email: { subject: 'x', html: '{{code}}', body: 'x' } },
      "unknown text 'body'; expected subject, html, text",
    ],
    ['a string for an email', 'SignUp', { email: 'x' }, 'en.SignUp.email is a string; expected { subject, html, text }'],
    ['an unknown channel', 'SignUp', { mail: 'x' }, "en.SignUp: unknown option 'mail'"],
    ['an unknown message', 'Signup', { sms: '{{code}}' }, "en: unknown option 'Signup'; expected some of { default, SignUp, "],
  ])('refuses %s', (_, name, texts, message) => {
    const make = () => compileCatalogue({ ...catalogue, locales: { en: { [name]: texts } } }, use)

    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })

  it.each<[string, object, string]>([
    ['without languages', { fallback: 'en' }, 'locales is undefined; expected texts by language'],
    ['with a fallback that has no texts', { fallback: 'fr', locales: { en: {}, de: {} } }, 'fallback is "fr"; expected one of en, de'],
    ['with a fallback that is not a string', { fallback: 1, locales: { en: {} } }, 'fallback is 1; expected one of en'],
    ['with an invalid language', { fallback: 'en', locales: { 'e n': {} } }, '"e n" is not a language tag'],
    ['with a language twice', { fallback: 'en', locales: { en: {}, EN: {} } }, 'there are two entries for en'],
    ['with a value for a placeholder of the message', { ...catalogue, values: { code: '1' } }, 'values.code is the name of a placeholder'],
    [
      'with a value that is not a string',
      { ...catalogue, values: { appName: 1 } },
      'values.appName is a number; expected a string or codeLink(url)',
    ],
    [
      'with an empty attribute name',
      { ...catalogue, localeAttribute: '' },
      'localeAttribute is a string; expected the name of a user attribute',
    ],
    ['with an unknown option', { ...catalogue, language: 'en' }, "unknown option 'language'"],
  ])('refuses a catalogue %s', (_, given, message) => {
    const make = () => Reflect.apply(compileCatalogue, undefined, [given, use])

    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })

  it('allows an SMS invitation if the greatest lengths are set', () => {
    const locales = { en: { AdminCreateUser: { sms: '{{username}} {{code}}' } } }
    const lengths = (username: number) => ({ owner: 'messages()', cognitoLimits: { username, temporaryPassword: 12 } })

    expect(() => compileCatalogue({ fallback: 'en', locales }, lengths(127))).not.toThrow()
    expect(() => compileCatalogue({ fallback: 'en', locales }, lengths(128))).toThrow('it has 141 characters')
  })

  it("has neither Cognito's lengths nor its subject for a rule that sends itself, and can need text", () => {
    const own = { owner: 'sendEmail()', needsText: true }
    const locales = (text?: string) => ({
      en: { SignUp: { email: { subject: '{{code}}', html: '{{code}}', ...(text && { text }) }, sms: `{{code}}${long}` } },
    })

    expect(() => compileCatalogue({ fallback: 'en', locales: locales('{{code}}') }, own)).not.toThrow()
    expect(() => compileCatalogue({ fallback: 'en', locales: locales() }, own)).toThrow(
      'en.SignUp.email.text is undefined; expected a text',
    )
  })

  it('accepts an SMS exactly if no user can get one that is too long', () => {
    const names = fc.constantFrom('', 'Ann', "a'b'c'd", 'x'.repeat(20), `${'x'.repeat(19)} ${'y'.repeat(20)}`)
    fc.assert(
      fc.property(fc.nat(140), fc.boolean(), names, (length, greets, given_name) => {
        const sms = `{{code}}${greets ? '{{#name}}{{name}}{{/name}}' : ''}${'x'.repeat(length)}`
        const compile = () => compileCatalogue({ fallback: 'en', locales: { en: { SignUp: { sms } } } }, use)
        if (length + 8 + (greets ? 40 : 0) > 140) {
          expect(compile).toThrow('Cognito allows 140')
          return
        }
        const written = compile().write('SignUp', { attributes: { given_name } }, { code: '12345678' })?.sms
        expect(written?.length).toBeLessThanOrEqual(140)
      }),
      { numRuns: runs(200) },
    )
  })

  it('throws a TypeError or returns, for every text', () => {
    const pieces = fc.constantFrom(
      '{{',
      '}}',
      '{{code}}',
      '{{#name}}',
      '{{/name}}',
      '{{username}}',
      '<a href=',
      '"',
      "'",
      '>',
      '<!--',
      '-->',
      '<style>',
      ' ',
      '.',
    )
    const text = fc.array(pieces, { maxLength: 12 }).map((all) => all.join(''))
    fc.assert(
      fc.property(text, fc.constantFrom('SignUp', 'AdminCreateUser'), (html, name) => {
        let compiled: ReturnType<typeof compileCatalogue> | undefined
        try {
          compiled = compileCatalogue({ fallback: 'en', locales: { en: { [name]: email(html) } } }, use)
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError)
        }
        const written = compiled?.write(name, english, { code: '{####}', username: '{username}' })?.email?.html
        if (compiled !== undefined) expect(written).toContain('{####}')
        expect(written ?? '').not.toContain('{{')
      }),
      { numRuns: runs(300) },
    )
  })
})
