import { describe, expect, it } from 'vitest'
import { combineMessages, encodeMessage, type Message } from '../../src/custom-message/encode-message.ts'
import { customMessage } from '../../src/custom-message/trigger.ts'
import { deny, respond } from '../../src/shared/rules/outcome.ts'
import { messageEvent } from './message-event.ts'

const quiet = { write: () => undefined }
const event = messageEvent()
const invitation = messageEvent('AdminCreateUser')
const email = { subject: 'Your code', html: '<b>{####}</b>' }

describe('encodeMessage', () => {
  it("builds Cognito's fields, and leaves out a channel without a message", () => {
    expect(encodeMessage({ email, sms: '{####}' }, event)).toEqual({
      ...{ smsMessage: '{####}', emailMessage: '<b>{####}</b>', emailSubject: 'Your code' },
    })
    expect(encodeMessage({ sms: '{####}' }, event)).toEqual({ smsMessage: '{####}' })
    expect(encodeMessage(undefined, event)).toBeUndefined()
  })

  it.each<[string, unknown, typeof event, string]>([
    ['an unknown field', { text: '{####}' }, event, "Unknown message field 'text'; expected email, sms"],
    ['a string', 'Your code', event, 'The message is not an object'],
    ['an email that is a string', { email: '{####}' }, event, 'The email is not an object'],
    ['an unknown field of an email', { email: { ...email, text: 'x' } }, event, "Unknown email field 'text'; expected subject, html"],
    ['an email without a subject', { email: { html: '{####}' } }, event, "Message field 'email.subject' is not a text"],
    ['an empty email', { email: { subject: 'x', html: '' } }, event, "Message field 'email.html' is not a text"],
    ['an SMS of a wrong type', { sms: 1 }, event, "Message field 'sms' is not a string"],
    ['a message without a code', { sms: 'Hello' }, event, 'sms: the placeholder of the code is missing'],
    ['a message for an event without a code', { sms: '{####}' }, messageEvent('SignUp', { codeParameter: null }), 'sms: the placeholder'],
    ['an invitation without a user name', { email }, invitation, 'html: the placeholder of the user name is missing'],
    ['a long SMS', { sms: `{####}${'x'.repeat(133)}` }, event, 'sms: 141 characters with the code; Cognito allows 140'],
    ['a long subject', { email: { ...email, subject: 'x'.repeat(141) } }, event, 'subject: 141 characters'],
    ['a long email', { email: { ...email, html: `{####}${'x'.repeat(19_993)}` } }, event, 'html: 20001 characters'],
  ])('throws a TypeError for %s', (_, message, given, text) => {
    const encode = () => Reflect.apply(encodeMessage, undefined, [message, given])

    expect(encode).toThrow(TypeError)
    expect(encode).toThrow(text)
  })

  it('accepts the longest texts', () => {
    const longest = { sms: `{####}${'x'.repeat(132)}`, email: { subject: 'x'.repeat(140), html: `{####}${'x'.repeat(19_992)}` } }

    expect(() => encodeMessage(longest, event)).not.toThrow()
  })

  it('needs both placeholders in an invitation only', () => {
    const both = { sms: '{username} {####}' }

    expect(encodeMessage(both, invitation)).toEqual({ smsMessage: '{username} {####}' })
    expect(encodeMessage({ sms: '{####}' }, messageEvent('SignUp', { usernameParameter: 'None' }))).toEqual({ smsMessage: '{####}' })
  })
})

describe('combineMessages', () => {
  it('keeps the later message of each channel', () => {
    expect(combineMessages({ email, sms: 'a' }, { sms: 'b' })).toEqual({ email, sms: 'b' })
  })
})

describe('customMessage', () => {
  const answer = (message: Message) => customMessage.rule('answer', () => respond(message))

  it('returns the whole event with the message in its response', async () => {
    expect(await customMessage(quiet, answer({ sms: '{####}' }), answer({ email }))(event)).toEqual({
      ...event,
      response: { smsMessage: '{####}', emailMessage: '<b>{####}</b>', emailSubject: 'Your code' },
    })
  })

  it("leaves Cognito's own message if a rule answers an invalid message, and the trace has the error", async () => {
    const handler = customMessage(quiet, answer({ sms: 'Hello' }))

    expect(await handler(event)).toEqual(event)
    expect((await handler.decide(event)).trace).toMatchObject([
      { rule: 'answer', outcome: 'error', error: new TypeError('sms: the placeholder of the code is missing') },
    ])
  })

  it('stops a message by a denial', async () => {
    const stop = customMessage.rule('stop', () => deny('stopped', 'No message'))

    await expect(customMessage(quiet, stop, answer({ sms: '{####}' }))(event)).rejects.toThrow(/^No message$/)
  })
})
