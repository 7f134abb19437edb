import { describe, expect, it, vi } from 'vitest'
import { captureComplaint, stubEnvironment } from '../support/environment.ts'
import { useServices } from '../support/use-services.ts'
import { messageEvent } from './message-event.ts'

const services = useServices()
const named = { MESSAGE_APP_NAME: 'Fish & Chips' }

async function handlerWith(environment: Readonly<Record<string, string>>) {
  stubEnvironment(environment)
  return (await import('../../src/custom-message/handler.ts')).handler
}

describe('the custom message handler', () => {
  it('writes an SMS, and an email only if the pool sends emails with SES', async () => {
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    const sms = '{####} ist dein Code für Fish & Chips. Gib ihn nicht weiter.'
    const event = messageEvent('SignUp', {}, { locale: 'de', given_name: 'Ann' })

    expect((await (await handlerWith(named))(event)).response).toEqual({ ...event.response, smsMessage: sms })
    const withEmails = await handlerWith({ ...named, EMAIL_SENDING: 'developer' })
    expect((await withEmails(event)).response).toEqual({
      smsMessage: sms,
      emailSubject: 'Dein Code für Fish & Chips',
      emailMessage: expect.stringMatching(/>Hallo Ann,<.*dein Code für Fish &amp; Chips ist.*>\{####\}</s),
    })
    // The log has neither the message nor attributes.
    expect(written.mock.calls.map(([line]) => String(line)).join('')).not.toMatch(/####|@|Ann|"ann"/)
  })

  it('writes every message of Cognito in both languages', async () => {
    const { composition } = await handlerWith({ ...named, EMAIL_SENDING: 'developer' })
    const samples = composition.children?.flatMap((rule) => rule.samples?.() ?? []) ?? []

    expect(samples.map(({ locale, name }) => `${locale}.${name}`)).toEqual(
      ['en', 'de'].flatMap((locale) => ['default', 'ForgotPassword', 'AdminCreateUser'].map((name) => `${locale}.${name}`)),
    )
    for (const { html = '', subject = '' } of samples) expect(`${subject}${html}`).toMatch(/^[^{}]*Fish & Chips[^{}]*<\/html>\s*$/)
  })

  it('limits the messages of a user in an hour, and stores no name', async () => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    const handler = await handlerWith({ ...services().environment, ...named, MESSAGES_PER_HOUR: '1' })

    expect(await handler(messageEvent())).toMatchObject({ response: { smsMessage: expect.stringContaining('{####}') } })
    await expect(handler(messageEvent('ResendCode'))).rejects.toThrow(/^Too many messages were requested, please try again later$/)
    expect(handler.composition.children).toMatchObject([
      { name: 'limit-messages', permissions: [{ actions: ['dynamodb:UpdateItem'], resource: 'LIMIT_TABLE' }] },
      { name: 'messages' },
    ])
  })

  it('writes messages while the counter cannot be reached', async () => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    const handler = await handlerWith({ ...services().environment, ...named, MESSAGES_PER_HOUR: '1', LIMIT_TABLE: 'no-such-table' })

    for (const source of ['SignUp', 'ResendCode'])
      expect(await handler(messageEvent(source))).toMatchObject({ response: { smsMessage: expect.stringContaining('{####}') } })
  })

  it.each([
    [{}, 'MESSAGE_APP_NAME is missing'],
    [{ MESSAGE_APP_NAME: 'x'.repeat(100) }, 'en.default.sms: with the longest values it has 144 characters; Cognito allows 140'],
  ])('fails at init with the settings %j', async (environment, complaint) => {
    expect(await captureComplaint(() => handlerWith(environment))).toContain(complaint)
  })
})
