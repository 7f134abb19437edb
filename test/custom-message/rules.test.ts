import { describe, expect, it } from 'vitest'
import { limitMessages } from '../../src/custom-message/limit-messages.ts'
import { message } from '../../src/custom-message/message.ts'
import { type MessagesOptions, messages } from '../../src/custom-message/messages.ts'
import { type CustomMessage, type CustomMessageEvent, customMessage } from '../../src/custom-message/trigger.ts'
import type { Counter } from '../../src/shared/limits/counter.ts'
import type { Catalogue } from '../../src/shared/messages/catalogue.ts'
import type { Rule } from '../../src/shared/rules/rule.ts'
import { memoryCounter } from '../../src/testing/memory-counter.ts'
import { messageEvent } from './message-event.ts'

const html = '<p>Hi{{#name}} {{name}}{{/name}}: {{code}}</p>'
const catalogue: Catalogue = {
  fallback: 'en',
  locales: {
    en: {
      default: { email: { subject: 'Your code', html }, sms: '{{code}} is your code' },
      Authentication: { email: { subject: 'Sign-in code', html } },
      AdminCreateUser: { email: { subject: 'Invitation', html: '<p>{{username}} {{code}}</p>' } },
    },
    de: { default: { sms: '{{code}} ist dein Code' } },
  },
}

async function decide(rule: Rule<CustomMessage>, event: CustomMessageEvent) {
  const decision = await customMessage({ write: () => undefined }, rule).decide(event)
  const [line] = decision.trace
  return { response: undefined, ...decision, reason: line?.reason, outcome: line?.outcome }
}
const write = (event: CustomMessageEvent, options: MessagesOptions = { emailSending: 'developer' }) =>
  decide(messages(catalogue, options), event)

const SMS = '{####} is your code'

describe('messages', () => {
  it.each(['SignUp', 'ResendCode', 'ForgotPassword', 'UpdateUserAttribute', 'VerifyUserAttribute'])(
    'writes the default text for %s',
    async (source) => {
      expect(await write(messageEvent(source, {}, { given_name: 'Ann' }))).toMatchObject({
        reason: 'message-written',
        response: { emailSubject: 'Your code', emailMessage: '<p>Hi Ann: {####}</p>', smsMessage: SMS },
      })
    },
  )

  it('writes the text of a message, and the default text on a channel that it lacks', async () => {
    expect(await write(messageEvent('Authentication'))).toMatchObject({ response: { emailSubject: 'Sign-in code', smsMessage: SMS } })
  })

  it('answers only with an SMS if Cognito sends the emails, which is the default', async () => {
    expect((await write(messageEvent(), {})).response).toEqual({ smsMessage: SMS })
    expect((await write(messageEvent(), { emailSending: 'cognito' })).response).toEqual({ smsMessage: SMS })
    expect(await write(messageEvent('AdminCreateUser'), {})).toMatchObject({
      kind: 'proceed',
      reason: 'email-sent-by-cognito',
      response: {},
    })
  })

  it.each([
    [{ locale: 'de-AT' }, {}, '{####} ist dein Code'],
    [{}, { clientMetadata: { locale: 'de' } }, '{####} ist dein Code'],
    [{ locale: 'en' }, { clientMetadata: { locale: 'de' } }, SMS],
    [{}, { clientMetadata: null }, SMS],
    [{ locale: 'tlh' }, {}, SMS],
  ])('chooses the language from the attributes %j and the request %j', async (attributes, request, sms) => {
    expect((await write(messageEvent('SignUp', request, attributes))).response).toMatchObject({ smsMessage: sms })
  })

  it('puts a user name into an invitation only, and no name that could be spam', async () => {
    const invitation = messageEvent('AdminCreateUser', { userAttributes: null })
    expect((await write(invitation)).response).toEqual({ emailSubject: 'Invitation', emailMessage: '<p>{username} {####}</p>' })

    const spam = messageEvent('SignUp', {}, { given_name: '<a href="https://attacker.example">Win</a>' })
    expect((await write(spam)).response).toMatchObject({ emailMessage: '<p>Hi: {####}</p>' })
  })

  it.each<[string, CustomMessageEvent]>([
    ['no-code', messageEvent('SignUp', { codeParameter: null })],
    ['no-code', messageEvent('SignUp', { codeParameter: undefined })],
    ['no-user-name', messageEvent('AdminCreateUser', { usernameParameter: null })],
    ['unknown-source', messageEvent('NewInvitation', { usernameParameter: '{username}' })],
    ['code-missing', messageEvent('SignUp', { codeParameter: '<code>' }, { locale: 'en' })],
  ])("leaves Cognito's own message with the reason %s", async (reason, event) => {
    expect(await write(event)).toMatchObject({ kind: 'proceed', outcome: 'skip', reason, response: {} })
  })

  it('writes the default text for an unknown trigger source without a user name', async () => {
    expect((await write(messageEvent('NewMessage'))).response).toMatchObject({ smsMessage: SMS })
    expect((await write({ ...messageEvent(), triggerSource: 'SomethingElse' })).response).toMatchObject({ smsMessage: SMS })
  })

  it('leaves a message to Cognito that the catalogue lacks', async () => {
    const only = { fallback: 'en', locales: { en: { SignUp: { sms: '{{code}}' } } } }

    expect(await decide(messages(only), messageEvent('ResendCode'))).toMatchObject({ kind: 'proceed', reason: 'no-message', response: {} })
  })

  it('writes an SMS invitation only for user names of the stated length', async () => {
    const invitation = (email: boolean): Catalogue => ({
      fallback: 'en',
      locales: {
        en: {
          AdminCreateUser: {
            sms: '{{username}} {{code}}',
            ...(email && { email: { subject: 'Invitation', html: '{{username}} {{code}}' } }),
          },
        },
      },
    })
    const invite = (userName: string, email = false) =>
      decide(messages(invitation(email), { emailSending: 'developer', longest: { username: 10, temporaryPassword: 16 } }), {
        ...messageEvent('AdminCreateUser', { userAttributes: { sub: '1' } }),
        userName,
      })

    expect((await invite('mary')).response).toEqual({ smsMessage: '{username} {####}' })
    expect(await invite('a-longer-name')).toMatchObject({ reason: 'user-name-too-long', response: {} })
    expect((await invite('a-longer-name', true)).response).toEqual({ emailSubject: 'Invitation', emailMessage: '{username} {####}' })
  })

  it('declares its attributes and its samples', () => {
    const { reads, samples, permissions } = messages(catalogue)

    expect({ reads, permissions }).toEqual({ reads: ['locale', 'given_name', 'name'], permissions: [] })
    expect(samples?.()).toContainEqual({ name: 'default', locale: 'de', sms: '123456 ist dein Code' })
  })

  it.each<[string, unknown[], string]>([
    ['an unknown option', [catalogue, { email: 'developer' }], "messages(): unknown option 'email'"],
    ['an unknown value', [catalogue, { emailSending: 'ses' }], "messages(): emailSending is 'ses'; expected 'developer' or 'cognito'"],
    ['a value of a wrong type', [catalogue, { emailSending: true }], 'messages(): emailSending is a boolean'],
    [
      'a length of a wrong type',
      [catalogue, { longest: { username: 'x' } }],
      'messages(): longest.username is x; expected a number of characters',
    ],
    [
      'a text without a code',
      [{ fallback: 'en', locales: { en: { default: { sms: 'Hello' } } } }],
      'en.default.sms: the placeholder {{code}} is missing',
    ],
  ])('throws a TypeError for %s', (_, args, text) => {
    const make = () => Reflect.apply(messages, undefined, args)

    expect(make).toThrow(TypeError)
    expect(make).toThrow(text)
  })
})

describe('message', () => {
  const greet = message(
    ['CustomMessage_SignUp', 'CustomMessage_ResendCode'],
    ({ code, name, locale, username, user }) => ({
      sms: `${code} ${name ?? '-'} ${locale ?? '-'} ${username ?? '-'} ${user.userName}`,
      email: { subject: 'x', html: code },
    }),
    { emailSending: 'developer' },
  )

  it('writes the message of its trigger sources', async () => {
    const event = messageEvent('ResendCode', { clientMetadata: { locale: 'de_AT' } }, { given_name: 'Ann', locale: 'klingon language' })

    expect((await decide(greet, event)).response).toEqual({
      smsMessage: '{####} Ann de-at - ann',
      emailSubject: 'x',
      emailMessage: '{####}',
    })
    expect(await decide(greet, messageEvent('ForgotPassword'))).toMatchObject({ reason: 'other-source', response: {} })
  })

  it('passes the user name for an invitation, which must contain it', async () => {
    const invite = (text: (username: string) => string) =>
      message('CustomMessage_AdminCreateUser', async ({ code, username }) => ({ sms: `${text(username)} ${code}` }))

    expect(
      (
        await decide(
          invite((username) => username),
          messageEvent('AdminCreateUser'),
        )
      ).response,
    ).toEqual({ smsMessage: '{username} {####}' })
    expect(
      await decide(
        invite(() => 'you'),
        messageEvent('AdminCreateUser'),
      ),
    ).toMatchObject({ reason: 'user-name-missing', response: {} })
  })

  it.each<[string, () => object | undefined, string | undefined]>([
    ['no message', () => undefined, 'no-message'],
    ['an empty message', () => ({}), 'no-message'],
    ['only an email', () => ({ email: { subject: 'x', html: '{####}' } }), 'email-sent-by-cognito'],
    ['no code', () => ({ sms: 'Hello' }), 'code-missing'],
    ['a long SMS', () => ({ sms: `{####}${'x'.repeat(140)}` }), 'message-too-long'],
  ])("leaves Cognito's own message if the function returns %s", async (_, make, reason) => {
    expect(await decide(message('CustomMessage_SignUp', make), messageEvent())).toMatchObject({ kind: 'proceed', reason, response: {} })
  })

  it("leaves Cognito's own message if the function throws, or returns a misspelt field", async () => {
    const broken = message('CustomMessage_SignUp', () => Promise.reject(new Error('down')))
    expect(await decide(broken, messageEvent())).toMatchObject({ kind: 'proceed', outcome: 'error', response: {} })

    const misspelt = Reflect.apply(message, undefined, ['CustomMessage_SignUp', () => ({ sm: '{####}' })])
    expect(await decide(misspelt, messageEvent())).toMatchObject({ kind: 'proceed', outcome: 'error', response: {} })
  })

  it('skips an event without a code', async () => {
    expect(await decide(greet, messageEvent('SignUp', { codeParameter: undefined }))).toMatchObject({ reason: 'no-code' })
  })

  it.each<[unknown[], string]>([
    [[[], () => undefined], 'message() needs at least one value'],
    [[[1], () => undefined], 'message(): argument 1 is a number; expected a string'],
    [['CustomMessage_SignUp', { sms: 'x' }], 'message(): argument 2 is an object; expected a function'],
    [['CustomMessage_SignUp', () => undefined, { email: true }], "message(): unknown option 'email'"],
    [['CustomMessage_SignUp', () => undefined, { emailSending: 'ses' }], "message(): emailSending is 'ses'"],
  ])('throws a TypeError for the arguments %j', (args, text) => {
    const make = () => Reflect.apply(message, undefined, args)

    expect(make).toThrow(TypeError)
    expect(make).toThrow(text)
  })
})

describe('limitMessages', () => {
  const perUser = { max: 2, windowSeconds: 3600 }
  const limited = (counter: Counter, text?: string) =>
    customMessage(
      { write: () => undefined },
      limitMessages({ counter, perUser, ...(text !== undefined && { message: text }) }),
      messages(catalogue),
    )

  it('stops further messages to a user, and counts each user separately', async () => {
    const handler = limited(memoryCounter())
    const other = { ...messageEvent(), userName: 'bob' }
    const otherPool = { ...messageEvent(), userPoolId: 'eu-west-1_Other0001' }

    expect(await handler(messageEvent('SignUp'))).toMatchObject({ response: { smsMessage: SMS } })
    await handler(messageEvent('ResendCode'))
    await expect(handler(messageEvent('ForgotPassword'))).rejects.toThrow(/^Too many messages were requested, please try again later$/)
    expect(await handler(other)).toMatchObject({ response: { smsMessage: SMS } })
    expect(await handler(otherPool)).toMatchObject({ response: { smsMessage: SMS } })
  })

  it('denies with its own message', async () => {
    const counter: Counter = { ...memoryCounter(), count: async () => false }

    expect(await limited(counter, 'Wait an hour.').decide(messageEvent())).toMatchObject({
      ...{ kind: 'denied', rule: 'limit-messages', reason: 'too-many-messages', message: 'Wait an hour' },
    })
  })

  it('lets messages pass while the counter cannot be reached, and the trace has the error', async () => {
    const counter: Counter = { ...memoryCounter(), count: () => Promise.reject(new Error('down')) }
    const decision = await limited(counter).decide(messageEvent())

    expect(decision).toMatchObject({ kind: 'proceed', response: { smsMessage: SMS } })
    expect(decision.trace).toContainEqual(expect.objectContaining({ rule: 'limit-messages', outcome: 'error', commit: true }))
  })

  it('declares the permissions of its counter', () => {
    const permissions = [{ actions: ['dynamodb:UpdateItem'], resource: 'LIMIT_TABLE' }]

    expect(limitMessages({ counter: { ...memoryCounter(), permissions }, perUser })).toMatchObject({ permissions, can: ['deny'] })
  })

  it.each<[unknown, string]>([
    [{ perUser }, 'limitMessages(): counter is undefined; expected dynamoCounter({ documents, table })'],
    [{ counter: memoryCounter(), perUser: 5 }, 'limitMessages(): perUser: the limit is a number'],
    [{ counter: memoryCounter(), perUser: { max: 0, windowSeconds: 60 } }, 'limitMessages(): perUser: max is 0'],
    [{ counter: memoryCounter(), perUser, message: '.' }, 'limitMessages(): message is a string; expected a text for the user'],
    [{ counter: memoryCounter(), perUser, window: 60 }, "limitMessages(): unknown option 'window'"],
  ])('throws for the options %j', (options, text) => {
    expect(() => Reflect.apply(limitMessages, undefined, [options])).toThrow(text)
  })
})
