import {
  GetSendQuotaCommand,
  ListIdentitiesCommand,
  MessageRejected,
  type SESClient,
  SendEmailCommand,
  type SendEmailCommandInput,
  SendRawEmailCommand,
} from '@aws-sdk/client-ses'
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
  it('puts the mail into the inbox with every field', async () => {
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

  it('takes a mail with blind copies alone', async () => {
    const { ses, client } = await start()
    await client.send(mail({ Destination: { BccAddresses: ['bcc@example.com'] } }))
    expect(ses.inbox()).toMatchObject([{ to: [], bcc: ['bcc@example.com'] }])
  })

  it('gives every mail an id of its own and lists the oldest first', async () => {
    const { ses, client } = await start()
    const first = await client.send(mail(to('one@example.com')))
    const second = await client.send(mail(to('two@example.com')))
    expect(ses.inbox().map(({ messageId }) => messageId)).toEqual([first.MessageId, second.MessageId])
  })

  it('forgets the oldest mails beyond what it was told to keep', async () => {
    const { ses, client } = await start({ keep: 2 })
    for (const name of ['one', 'two', 'three']) await client.send(mail(to(`${name}@example.com`)))
    expect(ses.inbox().map((received) => received.to[0])).toEqual(['two@example.com', 'three@example.com'])
  })

  it('empties the inbox when told to, and leaves a list handed out before as it was', async () => {
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
    { what: 'an open angle', changes: { Source: 'Jane <jane@example.com' }, message: 'Illegal address' },
    { what: 'text after the angle', changes: { Source: '<jane@example.com> Jane' }, message: 'Illegal address' },
    { what: 'a space in the local part', changes: to('jane doe@example.com'), message: 'Local address contains control or whitespace' },
    {
      what: 'a line break in an address',
      changes: to('jane@example.com\r\nBcc: x@example.com'),
      message: 'Domain contains control or whitespace',
    },
    { what: 'an umlaut in the domain', changes: to('jane@exämple.com'), message: 'Domain contains control or whitespace' },
    { what: 'a dot before the domain', changes: to('jane@.example.com'), message: 'Domain starts with dot' },
    { what: 'two dots in the domain', changes: to('jane@example..com'), message: 'Domain contains dot-dot' },
    { what: 'a second at', changes: to('jane@example.com@evil.com'), message: 'Domain contains illegal character' },
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
  ])('refuses $what', async ({ changes, message }) => {
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
  ])('refuses a mail without $what', async ({ changes, member }) => {
    const { client } = await start()
    const failure = client.send(mail(changes))
    await expect(failure).rejects.toMatchObject({ name: 'ValidationError', message: expect.stringContaining(`Value null at '${member}'`) })
  })
})

describe('verified identities', () => {
  it('lets everybody send when they are not restricted', async () => {
    const { client } = await start()
    await expect(client.send(mail({ Source: 'anybody@anywhere.test' }))).resolves.toBeDefined()
  })

  it("refuses a sender outside them with the SDK's own MessageRejected, naming the client's region", async () => {
    const { ses, client } = await start({ verified: ['example.org'] }, 'eu-central-1')
    const failure = client.send(mail())
    await expect(failure).rejects.toThrow(MessageRejected)
    await expect(failure).rejects.toMatchObject({
      name: 'MessageRejected',
      message: 'Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: welcome@example.com',
      $metadata: { httpStatusCode: 400 },
    })
    expect(ses.inbox()).toEqual([])
  })

  it.each(['welcome@example.com', 'Welcome <welcome+news@EXAMPLE.com>', 'x@domain.test', 'x@sub.Domain.test'])(
    'cover %s',
    async (Source) => {
      const { client } = await start({ verified: ['welcome@example.com', 'Domain.test'] })
      await expect(client.send(mail({ Source }))).resolves.toBeDefined()
    },
  )

  it.each(['Welcome@example.com', 'other@example.com', 'x@evildomain.test', 'x@domain.test.evil.com', '"x@domain.test"@evil.com'])(
    'do not cover %s',
    async (Source) => {
      const { client } = await start({ verified: ['welcome@example.com', 'domain.test'] })
      await expect(client.send(mail({ Source }))).rejects.toThrow(MessageRejected)
    },
  )

  it('must cover the return path too', async () => {
    const { client } = await start({ verified: ['example.com'] })
    await expect(client.send(mail({ ReturnPath: 'bounce@elsewhere.test' }))).rejects.toThrow('bounce@elsewhere.test')
  })

  it('leave recipients alone outside the sandbox', async () => {
    const { client } = await start({ verified: ['example.com'] })
    await expect(client.send(mail(to('x@elsewhere.test')))).resolves.toBeDefined()
  })
})

describe('the sandbox', () => {
  it('refuses recipients that are not verified, and names each once', async () => {
    const { client } = await start({ sandbox: true, verified: ['welcome@example.com', 'jane@example.com'] })
    const Destination = { ToAddresses: ['jane@example.com', 'x@test.test'], CcAddresses: ['y@test.test'], BccAddresses: ['x@test.test'] }
    await expect(client.send(mail({ Destination }))).rejects.toThrow(/US-EAST-1: x@test\.test, y@test\.test$/)
  })

  it("lets mail through to verified recipients and to Amazon's mailbox simulator", async () => {
    const { ses, client } = await start({ sandbox: true, verified: ['example.com'] })
    await client.send(mail(to('jane@example.com', 'success@simulator.amazonses.com')))
    expect(ses.inbox()).toHaveLength(1)
  })

  it('knows nobody when no identity is given', async () => {
    const { client } = await start({ sandbox: true })
    await expect(client.send(mail())).rejects.toThrow('welcome@example.com, jane@example.com')
  })

  it('has the quota of a new account', async () => {
    const { client } = await start({ sandbox: true })
    await expect(client.send(new GetSendQuotaCommand())).resolves.toMatchObject({ Max24HourSend: 200, MaxSendRate: 1, SentLast24Hours: 0 })
  })
})

describe('GetSendQuota', () => {
  it('counts recipients, and goes on counting when the inbox is emptied', async () => {
    const { ses, client } = await start()
    await client.send(mail(to('a@example.com', 'b@example.com')))
    ses.clear()
    await expect(client.send(new GetSendQuotaCommand())).resolves.toMatchObject({
      Max24HourSend: 50_000,
      MaxSendRate: 14,
      SentLast24Hours: 2,
    })
  })

  it('gives the limit that SendEmail holds to', async () => {
    const { ses, client } = await start({ sendQuota: { max24HourSend: 2, maxSendRate: 5 } })
    await client.send(mail())
    await expect(client.send(mail(to('a@example.com', 'b@example.com')))).rejects.toMatchObject({
      name: 'Throttling',
      message: 'Daily message quota exceeded.',
    })
    expect(ses.inbox()).toHaveLength(1)
  })

  it('can be without limit', async () => {
    const { client } = await start({ sendQuota: { max24HourSend: -1, maxSendRate: 5 } })
    await client.send(mail())
    await expect(client.send(new GetSendQuotaCommand())).resolves.toMatchObject({ Max24HourSend: -1 })
  })
})

describe('SendRawEmail', () => {
  const raw = [
    'From: =?UTF-8?B?SsO2cmc=?= <joerg@example.com>',
    'To: "Doe, Jane" <jane@example.com>,',
    '\t=?utf-8?q?Doe=2C_Joe?= <joe@example.com>',
    'CC: cc@example.com',
    'Reply-To: help@example.com',
    'Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe_an?= =?iso-8859-1?Q?_die_T=FCr?=',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'Subject: this is the body',
    'Grüße',
  ].join('\r\n')

  it("takes sender and recipients from the message's header", async () => {
    const { ses, client } = await start()
    const { MessageId } = await client.send(new SendRawEmailCommand({ RawMessage: { Data: Buffer.from(raw) } }))
    expect(ses.inbox()).toEqual([
      {
        messageId: MessageId,
        from: '=?UTF-8?B?SsO2cmc=?= <joerg@example.com>',
        to: ['"Doe, Jane" <jane@example.com>', '=?utf-8?q?Doe=2C_Joe?= <joe@example.com>'],
        cc: ['cc@example.com'],
        bcc: [],
        replyTo: ['help@example.com'],
        subject: 'Grüße an die Tür',
        raw,
        at: expect.any(String),
      },
    ])
  })

  it('prefers the sender and the recipients of the call', async () => {
    const { ses, client } = await start()
    const call = { Source: 'other@example.com', Destinations: ['only@example.com'], RawMessage: { Data: Buffer.from(raw) } }
    await client.send(new SendRawEmailCommand(call))
    expect(ses.inbox()).toMatchObject([{ from: 'other@example.com', to: ['only@example.com'], cc: [], bcc: [] }])
  })

  it.each([
    { what: 'a sender', text: 'To: a@example.com\r\n\r\nHello', message: "Missing required header 'From'." },
    { what: 'a recipient', text: 'From: a@example.com\r\n\r\nHello', message: "Missing required header 'To'." },
    { what: 'anything that is a header', text: 'Hello', message: "Missing required header 'From'." },
    { what: 'a sound list of recipients', text: `From: a@example.com\r\nTo: ${'"\\'.repeat(20_000)}\r\n\r\n`, message: 'Illegal address' },
  ])('refuses a message without $what', async ({ text, message }) => {
    const { client } = await start()
    const failure = client.send(new SendRawEmailCommand({ RawMessage: { Data: Buffer.from(text) } }))
    await expect(failure).rejects.toMatchObject({ name: 'InvalidParameterValue', message })
  })

  it('refuses a call without a message', async () => {
    const { client } = await start()
    await expect(client.send(new SendRawEmailCommand({ RawMessage: { Data: undefined } }))).rejects.toMatchObject({
      name: 'ValidationError',
    })
  })

  it('leaves an encoded word of an unknown charset as it is', async () => {
    const { ses, client } = await start()
    const text = 'From: a@example.com\nTo: b@example.com\nSubject: =?no-such-charset?q?x?=\n\nHello'
    await client.send(new SendRawEmailCommand({ RawMessage: { Data: Buffer.from(text) } }))
    expect(ses.inbox()[0]?.subject).toBe('=?no-such-charset?q?x?=')
  })
})

describe('other actions', () => {
  it("get SES's InvalidAction", async () => {
    const { client } = await start()
    await expect(client.send(new ListIdentitiesCommand())).rejects.toMatchObject({
      name: 'InvalidAction',
      message: 'The action ListIdentities is not valid for this web service.',
    })
  })
})
