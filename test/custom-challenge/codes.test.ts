import { describe, expect, it } from 'vitest'
import { captcha, customChallenge, emailCode, smsCode, type Texter, type TextMessage } from '../../src/custom-challenge/index.ts'
import { memoryCounter, memoryMailer } from '../../src/testing/index.ts'
import { beginAuthentication } from './cognito-simulation.ts'
import { key, texts } from './support.ts'

const make = (options: unknown) => JSON.parse('{}', () => options)
const mailer = memoryMailer()

function memoryTexter(): Texter & { readonly sent: readonly TextMessage[] } {
  const sent: TextMessage[] = []
  return { permissions: [], sent, send: async (message) => void sent.push(message) }
}

describe('smsCode', () => {
  const phone = { phone_number: '+436641234567', phone_number_verified: 'true' }

  it('sends a code in a text message, in the language of the user', async () => {
    const texter = memoryTexter()
    const handlers = customChallenge({ steps: [smsCode({ texter, texts, key })], counter: memoryCounter(), answersAfterMs: 0 })
    const signIn = await beginAuthentication(handlers, { userName: 'mary', attributes: { ...phone, locale: 'de' } })
    expect(texter.sent).toEqual([{ to: '+436641234567', text: expect.stringMatching(/^\d{6} ist Ihr Code$/) }])
    expect(signIn.view()).toMatchObject({ parameters: { challenge: 'sms-code', digits: '6' } })
    expect(await signIn.respond(texter.sent[0]?.text.slice(0, 6) ?? '')).toEqual({ kind: 'tokens' })
  })

  it.each([
    ['has no phone number', {}, 0],
    ['has a malformed number', { ...phone, phone_number: '0664' }, 0],
    ['has not verified the number', { ...phone, phone_number_verified: 'false' }, 0],
    ['has verified the number', phone, 1],
  ])('sends a message only if the user %s: %j', async (_, attributes, count) => {
    const texter = memoryTexter()
    const handlers = customChallenge({ steps: [smsCode({ texter, texts, key })], counter: memoryCounter(), answersAfterMs: 0 })
    const signIn = await beginAuthentication(handlers, { userName: 'mary', attributes })
    expect(texter.sent).toHaveLength(count)
    expect(signIn.view()).toMatchObject({ parameters: { challenge: 'sms-code' } })
  })

  it('sends to an unverified number if the option says so', async () => {
    const texter = memoryTexter()
    const step = smsCode({ texter, texts, key, unverified: 'send' })
    const handlers = customChallenge({ steps: [step], counter: memoryCounter(), answersAfterMs: 0 })
    await beginAuthentication(handlers, { userName: 'mary', attributes: { phone_number: '+436641234567' } })
    expect(texter.sent).toHaveLength(1)
  })

  it.each([
    [{ texts, key }, 'smsCode(): texter is undefined; expected an object with a method send'],
    [{ texter: memoryTexter(), texts, key, unverified: true }, "smsCode(): unverified is a boolean; expected 'refuse' or 'send'"],
    [
      { texter: memoryTexter(), texts: { fallback: 'en', locales: { en: { SignUp: { sms: '{{code}}' } } } }, key },
      'smsCode(): texts has no sms in the language en',
    ],
    [{ texter: memoryTexter(), texts, key, length: 6 }, "unknown option 'length'"],
  ])('rejects %j', (options, message) => {
    expect(() => smsCode(make(options))).toThrow(message)
  })
})

describe('emailCode', () => {
  it.each([
    [{ texts, key }, 'emailCode(): mailer is undefined; expected an object with a method send'],
    [{ mailer, texts, key: 'short' }, 'emailCode(): key is too short; expected a random secret of at least 16 characters'],
    [{ mailer, texts }, 'emailCode(): key is undefined; expected a random secret'],
    [{ mailer, texts, key, unverified: 'x' }, "emailCode(): unverified is a string; expected 'refuse' or 'send'"],
    [{ mailer, texts, key, digits: 4 }, 'emailCode(): digits is 4; expected an integer from 6 to 10'],
    [{ mailer, texts, key, expiresInSeconds: 1000 }, 'emailCode(): expiresInSeconds is 1000; expected an integer from 30 to 900'],
    [{ mailer, texts, key, attempts: 11 }, 'attempts is 11; expected an integer from 1 to 10'],
    [
      { mailer, texts: { fallback: 'en', locales: { en: { default: { sms: '{{code}}' } } } }, key },
      'emailCode(): texts has no email in the language en',
    ],
  ])('rejects %j', (options, message) => {
    expect(() => emailCode(make(options))).toThrow(message)
  })

  it('never shows a short key in the error', () => {
    expect(() => emailCode(make({ mailer, texts, key: 'secret-key' }))).not.toThrow('secret-key')
  })
})

describe('captcha', () => {
  it.each([
    [undefined, {}, 'captcha(): argument 1 is undefined; expected a function'],
    [async () => true, { tries: 1 }, "captcha(): unknown option 'tries'"],
  ])('rejects %j', (verify, options, message) => {
    expect(() => captcha(make(verify), make(options))).toThrow(message)
  })

  it('accepts only the result true', async () => {
    const step = captcha(async (token) => make(token))
    const texter = memoryTexter()
    const handlers = customChallenge({ steps: [step, smsCode({ texter, texts, key })], limitPerSessionOnly: true })
    const signIn = await beginAuthentication(handlers, { userName: 'mary' })
    expect(await signIn.respond('yes')).toMatchObject({ parameters: { challenge: 'captcha' } })
    expect(texter.sent).toEqual([])
  })
})
