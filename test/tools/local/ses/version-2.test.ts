import { SESv2Client, SendEmailCommand, type SendEmailCommandInput } from '@aws-sdk/client-sesv2'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LocalSes } from '../../../../src/tools/local/ses/local-ses.ts'
import { startSes } from '../../../../src/tools/local/ses/server.ts'

let ses: LocalSes
let client: SESv2Client

beforeEach(async () => {
  ses = await startSes()
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  client = new SESv2Client({ endpoint: ses.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
})
afterEach(async () => {
  client.destroy()
  await ses.stop()
})

function mail(changes: Partial<SendEmailCommandInput> = {}): SendEmailCommand {
  return new SendEmailCommand({
    FromEmailAddress: 'Example <welcome@example.com>',
    Destination: { ToAddresses: ['jane@example.com'], CcAddresses: ['cc@example.com'], BccAddresses: ['bcc@example.com'] },
    ReplyToAddresses: ['help@example.com'],
    Content: { Simple: { Subject: { Data: 'Grüße' }, Body: { Text: { Data: 'Hello' }, Html: { Data: '<p>Hello</p>' } } } },
    ...changes,
  })
}

const simple = (Body: object): Partial<SendEmailCommandInput> => ({ Content: { Simple: { Subject: { Data: 'x' }, Body } } })

describe('SendEmail of version 2', () => {
  it('adds the email to the inbox with all fields', async () => {
    const { MessageId } = await client.send(mail())
    expect(ses.inbox()).toMatchObject([
      {
        messageId: MessageId,
        from: 'Example <welcome@example.com>',
        to: ['jane@example.com'],
        cc: ['cc@example.com'],
        bcc: ['bcc@example.com'],
        replyTo: ['help@example.com'],
        subject: 'Grüße',
        text: 'Hello',
        html: '<p>Hello</p>',
      },
    ])
    await client.send(mail({ ReplyToAddresses: undefined, ...simple({ Text: { Data: 'only text' } }) }))
    expect(ses.inbox()[1]).toMatchObject({ replyTo: [], text: 'only text' })
    expect(ses.inbox()[1]).not.toHaveProperty('html')
  })

  it.each<{ what: string; changes: Partial<SendEmailCommandInput>; message: string }>([
    { what: 'without a sender', changes: { FromEmailAddress: undefined }, message: 'FromEmailAddress' },
    { what: 'with a malformed sender', changes: { FromEmailAddress: 'welcome' }, message: "Missing final '@domain'" },
    { what: 'without a recipient', changes: { Destination: {} }, message: "Missing required header 'To'" },
    { what: 'without a body', changes: simple({}), message: 'Content.Simple.Body is empty.' },
    { what: 'with other content than Simple', changes: { Content: { Raw: { Data: new Uint8Array() } } }, message: 'Content.Simple' },
  ])('rejects an email $what', async ({ changes, message }) => {
    const error = await client.send(mail(changes)).catch((thrown) => thrown)
    expect(error).toMatchObject({ name: 'BadRequestException', $metadata: { httpStatusCode: 400 } })
    expect(error.message).toContain(message)
    expect(ses.inbox()).toEqual([])
  })

  it.each([
    { path: '/v2/email/outbound-emails', body: '{', status: 400, type: 'SerializationException' },
    { path: '/v2/email/identities', body: '{}', status: 404, type: 'UnknownOperationException' },
  ])('answers $type for a body $body to $path', async ({ path, body, status, type }) => {
    const response = await fetch(`${ses.endpoint}${path}`, { method: 'POST', body })
    expect(response.status).toBe(status)
    expect(response.headers.get('x-amzn-errortype')).toBe(type)
    expect(await response.json()).toEqual({ message: expect.any(String) })
  })
})
