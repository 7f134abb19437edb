import { ListIdentitiesCommand, type SESClient, SendEmailCommand, type SendEmailCommandInput } from '@aws-sdk/client-ses'
import { afterEach, describe, expect, it } from 'vitest'
import type { LocalSes, SesOptions } from '../../../../src/tools/local/ses/local-ses.ts'
import { startSes } from '../../../../src/tools/local/ses/server.ts'
import { sesClient } from '../../../support/local-clients.ts'

const open: { ses: LocalSes; client: SESClient }[] = []

async function start(options?: SesOptions, region?: string): Promise<{ ses: LocalSes; client: SESClient }> {
  const ses = await startSes(options)
  const started = { ses, client: sesClient(ses.endpoint, region === undefined ? {} : { region }) }
  open.push(started)
  return started
}

afterEach(async () => {
  for (const { ses, client } of open.splice(0)) {
    await ses.stop()
    client.destroy()
  }
})

function mail(changes: Partial<SendEmailCommandInput> = {}): SendEmailCommand {
  return new SendEmailCommand({
    Source: 'welcome@example.com',
    Destination: { ToAddresses: ['jane@example.com'] },
    Message: { Subject: { Data: 'Welcome' }, Body: { Text: { Data: 'Hello' } } },
    ...changes,
  })
}

function to(...addresses: string[]): { Destination: { ToAddresses: string[] } } {
  return { Destination: { ToAddresses: addresses } }
}

describe('SendEmail', () => {
  it('adds the email to the inbox with all fields', async () => {
    const { ses, client } = await start()
    const sent = mail({
      Source: '"Der Rettungsschwimmer" <welcome@example.com>',
      Destination: {
        ToAddresses: ['jane@example.com', 'Zoë <zoe@example.com>'],
        CcAddresses: ['cc@example.com'],
        BccAddresses: ['bcc1@example.com', 'bcc2@example.com'],
      },
      ReplyToAddresses: ['help@example.com'],
      Message: {
        Subject: { Data: 'Grüße & 你好 🏊 <b>+%20', Charset: 'UTF-8' },
        Body: { Text: { Data: 'Zeile 1\r\nZeile 2: ½ & = + %41 🛟' }, Html: { Data: '<p title="x">Grüße &amp; mehr</p>' } },
      },
    })
    const { MessageId, $metadata } = await client.send(sent)
    expect(ses.inbox()).toEqual([
      {
        messageId: MessageId,
        from: '"Der Rettungsschwimmer" <welcome@example.com>',
        to: ['jane@example.com', 'Zoë <zoe@example.com>'],
        cc: ['cc@example.com'],
        bcc: ['bcc1@example.com', 'bcc2@example.com'],
        replyTo: ['help@example.com'],
        subject: 'Grüße & 你好 🏊 <b>+%20',
        text: 'Zeile 1\r\nZeile 2: ½ & = + %41 🛟',
        html: '<p title="x">Grüße &amp; mehr</p>',
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      },
    ])
    expect(MessageId).toHaveLength(60)
    expect($metadata.requestId).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('keeps the order of more than nine recipients', async () => {
    const { ses, client } = await start()
    const recipients = Array.from({ length: 50 }, (_, n) => `user${n}@example.com`)
    await client.send(mail(to(...recipients)))
    expect(ses.inbox()[0]?.to).toEqual(recipients)
  })

  it('accepts an email with only Bcc recipients', async () => {
    const { ses, client } = await start()
    await client.send(mail({ Destination: { BccAddresses: ['bcc@example.com'] } }))
    expect(ses.inbox()).toMatchObject([{ to: [], bcc: ['bcc@example.com'] }])
  })

  it('gives each email a unique id, and lists the oldest email first', async () => {
    const { ses, client } = await start()
    const first = await client.send(mail(to('one@example.com')))
    const second = await client.send(mail(to('two@example.com')))
    expect(ses.inbox().map(({ messageId }) => messageId)).toEqual([first.MessageId, second.MessageId])
  })

  it('drops the oldest emails when the inbox has more than `keep` emails', async () => {
    const { ses, client } = await start({ keep: 2 })
    for (const name of ['one', 'two', 'three']) await client.send(mail(to(`${name}@example.com`)))
    expect(ses.inbox().map((received) => received.to[0])).toEqual(['two@example.com', 'three@example.com'])
  })

  it('clears the inbox, but not a list of emails that inbox() returned before', async () => {
    const { ses, client } = await start()
    await client.send(mail())
    const before = ses.inbox()
    ses.clear()
    expect(ses.inbox()).toEqual([])
    expect(before).toHaveLength(1)
  })

  it.each([
    { what: 'no recipient', changes: { Destination: {} }, message: "Missing required header 'To'." },
    { what: 'a sender without a domain', changes: { Source: 'welcome' }, message: "Missing final '@domain'" },
    { what: 'a sender with an empty domain', changes: { Source: 'welcome@' }, message: 'Missing domain' },
    { what: 'a sender without a local part', changes: { Source: '@example.com' }, message: 'Missing local name' },
    { what: 'a comma in an unquoted name', changes: { Source: 'Doe, Jane <jane@example.com>' }, message: 'Illegal address' },
    { what: 'two senders', changes: { Source: 'a@example.com, b@example.com' }, message: 'Illegal address' },
    { what: 'an unclosed angle bracket', changes: { Source: 'Jane <jane@example.com' }, message: 'Illegal address' },
    { what: 'text after the angle bracket', changes: { Source: '<jane@example.com> Jane' }, message: 'Illegal address' },
    { what: 'a space in the local part', changes: to('jane doe@example.com'), message: 'Local address contains control or whitespace' },
    {
      what: 'a line break in an address',
      changes: to('jane@example.com\r\nBcc: x@example.com'),
      message: 'Domain contains control or whitespace',
    },
    { what: 'an umlaut in the domain', changes: to('jane@exämple.com'), message: 'Domain contains control or whitespace' },
    { what: 'a dot before the domain', changes: to('jane@.example.com'), message: 'Domain starts with dot' },
    { what: 'two dots in the domain', changes: to('jane@example..com'), message: 'Domain contains dot-dot' },
    { what: 'a second @', changes: to('jane@example.com@evil.com'), message: 'Domain contains illegal character' },
    {
      what: 'an address that is too long',
      changes: to(`${'j'.repeat(320)}@example.com`),
      message: "Address length is more than 320 characters long: '332'.",
    },
    { what: 'a malformed reply address', changes: { ReplyToAddresses: ['help'] }, message: "Missing final '@domain'" },
    { what: 'a malformed return path', changes: { ReturnPath: 'bounce' }, message: "Missing final '@domain'" },
    {
      what: '51 recipients',
      changes: to(...Array.from({ length: 51 }, (_, n) => `u${n}@example.com`)),
      message: 'Recipient count exceeds 50.',
    },
  ])('rejects $what', async ({ changes, message }) => {
    const { ses, client } = await start()
    await expect(client.send(mail(changes))).rejects.toMatchObject({ name: 'InvalidParameterValue', message, $fault: 'client' })
    expect(ses.inbox()).toEqual([])
  })

  it.each([
    'jane@example.com',
    '<jane@example.com>',
    'Jane Doe <jane@example.com>',
    '"Doe, Jane \\"J\\"" <jane@example.com>',
    'Jörg (der Große) <joerg@example.com>',
    '"a b"@example.com',
    'user+label@example.co.uk',
  ])('accepts %s as a recipient', async (address) => {
    const { ses, client } = await start()
    await client.send(mail(to(address)))
    expect(ses.inbox()[0]?.to).toEqual([address])
  })

  it.each([
    { what: 'a sender', changes: { Source: undefined }, member: 'source' },
    { what: 'a subject', changes: { Message: { Subject: undefined, Body: { Text: { Data: 'Hello' } } } }, member: 'message.subject.data' },
    { what: 'a body', changes: { Message: { Subject: { Data: 'Hello' }, Body: {} } }, member: 'message.body' },
  ])('rejects an email without $what', async ({ changes, member }) => {
    const { client } = await start()
    const failure = client.send(mail(changes))
    await expect(failure).rejects.toMatchObject({ name: 'ValidationError', message: expect.stringContaining(`Value null at '${member}'`) })
  })
})

describe('startSes with an unsupported action', () => {
  it("rejects every action except SendEmail with SES's error InvalidAction", async () => {
    const { client } = await start()
    await expect(client.send(new ListIdentitiesCommand())).rejects.toMatchObject({
      name: 'InvalidAction',
      message: 'The action ListIdentities is not valid for this web service.',
    })
  })
})
