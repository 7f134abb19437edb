import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { snsClient } from '../../src/shared/aws/sns.ts'
import { NotDoneError } from '../../src/shared/rules/errors.ts'
import type { Texter } from '../../src/shared/sms/texter.ts'
import { type SnsTexterOptions, snsTexter } from '../../src/sns/sns-texter.ts'
import { endpointEnvironment, stubEnvironment } from '../support/environment.ts'
import { type Behaviour, startTroubledService, type TroubledService } from '../support/troubled-service.ts'

const { signal } = new AbortController()
const message = { to: '+491701234567', text: 'Ihr Code: 123456 – Grüße' }

const sent: URLSearchParams[] = []
const accept: Behaviour = ({ body, response }) => {
  sent.push(new URLSearchParams(body))
  const result = '<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>'
  response.writeHead(200, { 'content-type': 'text/xml' }).end(result)
}
const refuse =
  (status: number, code: string): Behaviour =>
  ({ response }) => {
    const error = `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>No</Message></Error></ErrorResponse>`
    response.writeHead(status, { 'content-type': 'text/xml' }).end(error)
  }

let behave = accept
let service: TroubledService
let texter: Texter
const opened: (() => void)[] = []

function makeTexter(options: Omit<SnsTexterOptions, 'sns'>): Texter {
  const sns = snsClient()
  opened.push(() => sns().destroy())
  return snsTexter({ sns, ...options })
}

beforeEach(async () => {
  behave = accept
  sent.length = 0
  service = await startTroubledService((call) => behave(call))
  stubEnvironment({ ...endpointEnvironment({}), AWS_ENDPOINT_URL_SNS: service.endpoint })
  texter = makeTexter({})
})
afterEach(async () => {
  for (const close of opened.splice(0)) close()
  await service.stop()
  vi.unstubAllEnvs()
})

describe('snsTexter', () => {
  it('sends a transactional text message unchanged', async () => {
    await texter.send(message, signal)

    expect(sent.map((form) => Object.fromEntries(form))).toEqual([
      expect.objectContaining({
        Action: 'Publish',
        PhoneNumber: message.to,
        Message: message.text,
        'MessageAttributes.entry.1.Name': 'AWS.SNS.SMS.SMSType',
        'MessageAttributes.entry.1.Value.StringValue': 'Transactional',
      }),
    ])
  })

  it('sends with a sender id and an origination number', async () => {
    await makeTexter({ senderId: 'Example', originationNumber: '+12065550100' }).send(message, signal)

    expect([...(sent[0] ?? [])].filter(([name]) => /entry\.[23]/.test(name)).map(([, value]) => value)).toEqual([
      'AWS.SNS.SMS.SenderID',
      'String',
      'Example',
      'AWS.MM.SMS.OriginationNumber',
      'String',
      '+12065550100',
    ])
  })

  it('replaces a lone surrogate, and sends the next message unchanged', async () => {
    await texter.send({ to: '+12065550100', text: 'Eve \ud800' }, signal)
    await texter.send(message, signal)

    expect(sent.map((form) => [form.getAll('PhoneNumber'), form.get('Message')])).toEqual([
      [['+12065550100'], 'Eve \ufffd'],
      [[message.to], message.text],
    ])
  })

  it('calls SNS in the given region', async () => {
    const sns = snsClient({ region: 'eu-west-1' })
    expect(await sns().config.region()).toBe('eu-west-1')
    sns().destroy()
  })

  it.each([
    [{ senderId: 'Example Shop' }, 'snsTexter({ senderId }): expected 1 to 11 letters and digits'],
    [{ senderId: '12345' }, 'with at least one letter, not "12345"'],
    [{ originationNumber: '0170 123' }, `snsTexter({ originationNumber }): expected a number such as '+12065550100', not "0170 123"`],
  ])('throws a TypeError when it is made with %j', (options, text) => {
    expect(() => makeTexter(options)).toThrow(TypeError)
    expect(() => makeTexter(options)).toThrow(text)
  })

  it('declares the permission to send to phone numbers', () => {
    expect(texter.permissions).toEqual([{ actions: ['sns:Publish'], resource: 'phone-numbers' }])
  })

  it.each(['0170 1234567', '+0123', 'arn:aws:sns:us-east-1:123456789012:topic', ''])(
    'throws NotDoneError without a call if the recipient is not in E.164: %j',
    async (to) => {
      const error = await texter.send({ ...message, to }, signal).catch((thrown) => thrown)
      expect(error).toBeInstanceOf(NotDoneError)
      expect(error).toMatchObject({ reason: 'TypeError' })
      expect(service.calls()).toBe(0)
    },
  )

  it('throws NotDoneError if SNS rejects the message', async () => {
    behave = refuse(400, 'InvalidParameter')
    const error = await texter.send(message, signal).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(NotDoneError)
    expect(error.cause.name).toMatch(/^InvalidParameter/)
  })

  it.each<{ fault: string; behaviour: Behaviour }>([
    { fault: 'an internal error', behaviour: refuse(500, 'InternalError') },
    { fault: 'a closed connection', behaviour: ({ request }) => request.socket.destroy() },
  ])('throws an error other than NotDoneError after $fault, and does not retry', async ({ behaviour }) => {
    behave = behaviour
    const error = await texter.send(message, signal).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(Error)
    expect(error).not.toBeInstanceOf(NotDoneError)
    expect(service.calls()).toBe(1)
  })

  it('throws NotDoneError if the connection is refused', async () => {
    await service.stop()
    await expect(texter.send(message, signal)).rejects.toMatchObject({ code: 'not-done', reason: 'ECONNREFUSED' })
  })
})
