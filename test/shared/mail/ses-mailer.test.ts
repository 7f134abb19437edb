import { Agent, type IncomingMessage } from 'node:http'
import { SESClient, type SESClientConfig } from '@aws-sdk/client-ses'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { sesClient } from '../../../src/shared/aws/ses.ts'
import type { Mail, Mailer } from '../../../src/shared/mail/mailer.ts'
import { sesMailer } from '../../../src/shared/mail/ses-mailer.ts'
import { NotDoneError } from '../../../src/shared/rules/errors.ts'
import { testLostAnswers } from '../../support/contracts/sending.ts'
import { endpointEnvironment, stubEnvironment } from '../../support/environment.ts'
import { type FaultySes, startFaultySes } from '../../support/faulty-ses.ts'
import { startTroubledService, type TroubledService } from '../../support/troubled-service.ts'

const { signal } = new AbortController()
const mail: Mail = {
  to: 'ann@example.com',
  subject: 'Willkommen, Zoë – 李',
  text: 'Grüße\r\n.\r\nfrom us',
  html: '<p>Grüße</p>',
}

let ses: FaultySes
let mailer: Mailer
let destroy: () => void

async function start(): Promise<void> {
  ses = await startFaultySes()
  stubEnvironment(endpointEnvironment({ ses: ses.endpoint }))
  const client = sesClient()
  mailer = sesMailer({ ses: client, from: 'welcome@example.com' })
  destroy = () => client().destroy()
}

beforeEach(() => start())
afterEach(async () => {
  destroy()
  await ses.stop()
  vi.unstubAllEnvs()
})

describe('sesMailer', () => {
  it('sends an email unchanged', async () => {
    await mailer.send(mail, signal)
    const { to, subject, text, html } = mail
    expect(ses.inbox()).toMatchObject([{ from: 'welcome@example.com', to: [to], cc: [], bcc: [], replyTo: [], subject, text, html }])
  })

  it('sends from a display name, with a reply address', async () => {
    const client = sesClient({ region: 'eu-central-1' })
    expect(await client().config.region()).toBe('eu-central-1')
    await sesMailer({
      ses: client,
      from: 'Zoë <welcome@example.com>',
      replyTo: { name: 'Help, please', address: 'help@example.com' },
    }).send(mail, signal)
    expect(ses.inbox()).toMatchObject([
      { from: '=?UTF-8?B?Wm/Dqw==?= <welcome@example.com>', replyTo: ['"Help, please" <help@example.com>'] },
    ])
    client().destroy()
  })

  it.each<{ options: object; message: string }>([
    { options: { from: 'welcome' }, message: 'sesMailer({ from }): the address is "welcome"; expected one address in ASCII, such as' },
    { options: { from: undefined }, message: 'sesMailer({ from }): the address is undefined; expected one address' },
    {
      options: { from: 'a@example.com', replyTo: 'Us\r\nBcc: eve@evil.com <a@example.com>' },
      message: 'sesMailer({ replyTo }): the address is "Us\\r',
    },
  ])('throws a TypeError when it is made: $message', ({ options, message }) => {
    const make = () => Reflect.apply(sesMailer, undefined, [{ ses: sesClient(), ...options }])
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })

  it('replaces a lone surrogate, and sends the next email unchanged', async () => {
    await mailer.send({ ...mail, to: 'eve@example.com', subject: 'Eve \ud800', text: 'Eve \ud800', html: 'Eve \udfff' }, signal)
    await mailer.send(mail, signal)
    const { to, subject, text, html } = mail
    expect(ses.inbox()).toMatchObject([
      { to: ['eve@example.com'], subject: 'Eve \ufffd', text: 'Eve \ufffd', html: 'Eve \ufffd' },
      { to: [to], subject, text, html },
    ])
  })

  it('declares its IAM permissions', () => {
    expect(mailer.permissions).toEqual([{ actions: ['ses:SendEmail'], resource: 'WELCOME_EMAIL_FROM' }])
    const other = sesMailer({ ses: sesClient(), from: 'code@example.com', fromSetting: 'EMAIL_FROM' })
    expect(other.permissions).toEqual([{ actions: ['ses:SendEmail'], resource: 'EMAIL_FROM' }])
  })

  it('throws NotDoneError if SES throttles', async () => {
    ses.fault('throttling')
    const refusal = await mailer.send(mail, signal).catch((error) => error)
    expect(refusal).toBeInstanceOf(NotDoneError)
    expect(refusal).toMatchObject({ reason: 'Throttling', cause: { name: 'Throttling' } })
    expect(ses.inbox()).toEqual([])
  })

  it('throws NotDoneError if the SES sandbox rejects the email', async () => {
    ses.fault('sandbox')
    const refusal = await mailer.send(mail, signal).catch((error) => error)
    expect(refusal).toBeInstanceOf(NotDoneError)
    expect(refusal).toMatchObject({ reason: 'MessageRejected', cause: { name: 'MessageRejected' } })
  })

  testLostAnswers(() => ({ ses, mailer }), mail)

  it('throws NotDoneError if the connection is refused', async () => {
    await ses.stop()
    expect(await mailer.send(mail, signal).catch((error) => error)).toMatchObject({
      name: 'NotDoneError',
      code: 'not-done',
      reason: 'ECONNREFUSED',
    })
  })

  it('throws if the response is not from SES', async () => {
    const proxy = await startTroubledService(({ response }) => response.writeHead(403, { 'content-type': 'text/html' }).end('<h1>No'))
    vi.stubEnv('AWS_ENDPOINT_URL_SES', proxy.endpoint)
    const client = sesClient()
    await expect(sesMailer({ ses: client, from: 'welcome@example.com' }).send(mail, signal)).rejects.toBeInstanceOf(Error)
    client().destroy()
    await proxy.stop()
  })

  it('throws AbortError if the signal aborts before SES answers', async () => {
    const abort = new AbortController()
    const hanging = await startTroubledService(() => abort.abort())
    vi.stubEnv('AWS_ENDPOINT_URL_SES', hanging.endpoint)
    const client = sesClient()
    await expect(sesMailer({ ses: client, from: 'welcome@example.com' }).send(mail, abort.signal)).rejects.toMatchObject({
      name: 'AbortError',
    })
    client().destroy()
    await hanging.stop()
  })

  it('throws NotDoneError if the signal has already aborted', async () => {
    expect(await mailer.send(mail, AbortSignal.abort()).catch((error) => error)).toMatchObject({
      name: 'NotDoneError',
      code: 'not-done',
      reason: 'AbortError',
    })
    expect(ses.inbox()).toEqual([])
  })
})

describe('sesMailer with a custom SES client', () => {
  const open: { destroy(): void }[] = []
  const stops: (() => Promise<void>)[] = []

  afterEach(async () => {
    for (const each of open.splice(0)) each.destroy()
    for (const stop of stops.splice(0)) await stop()
  })

  /** Sends an email through a plain SDK client. Returns the error, if any. */
  async function send(config: SESClientConfig, until = signal): Promise<unknown> {
    const client = new SESClient({
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      endpoint: ses.endpoint,
      ...config,
    })
    open.push(client)
    return sesMailer({ ses: () => client, from: 'welcome@example.com' })
      .send(mail, until)
      .catch((error) => error)
  }

  const forward = (body: string, { headers: { authorization = '' } }: IncomingMessage): Promise<Response> =>
    fetch(ses.endpoint, { method: 'POST', body, headers: { authorization } })

  /** Starts a service that accepts the first email without a response, and rejects all later emails. */
  async function startForgetful(): Promise<TroubledService> {
    let calls = 0
    const service = await startTroubledService(async ({ body, request, response }) => {
      calls += 1
      if (calls > 1) ses.fault('throttling')
      const answer = await forward(body, request)
      if (calls === 1) request.socket.destroy()
      else response.writeHead(answer.status).end(await answer.text())
    })
    stops.push(service.stop)
    return service
  }

  it('throws NotDoneError if SES rejected the only attempt', async () => {
    ses.fault('throttling')
    expect(await send({ maxAttempts: 1 })).toMatchObject({ name: 'NotDoneError', code: 'not-done', reason: 'Throttling' })
  })

  it('throws the SES error of the last attempt if SES may have accepted an earlier attempt', async () => {
    const { endpoint, calls } = await startForgetful()
    expect(await send({ endpoint, maxAttempts: 2 })).toMatchObject({ name: 'Throttling', $metadata: { attempts: 2 } })
    expect(calls()).toBe(2)
    expect(ses.inbox()).toHaveLength(1)
  })

  it('throws the connection error of the last attempt if SES may have accepted an earlier attempt', async () => {
    const dying = await startTroubledService(async ({ body, request }) => {
      await forward(body, request)
      await dying.stop()
    })
    expect(await send({ endpoint: dying.endpoint, maxAttempts: 2 })).toMatchObject({ code: 'ECONNREFUSED', $metadata: { attempts: 2 } })
    expect(ses.inbox()).toHaveLength(1)
  })

  it.each([
    { what: 'the connection is refused', config: { endpoint: 'http://127.0.0.1:1' }, code: 'ECONNREFUSED' },
    { what: 'the host does not exist', config: { endpoint: `http://${'a'.repeat(64)}.invalid` }, code: 'ENOTFOUND' },
    {
      what: 'the connection is refused at each IP address',
      config: {
        endpoint: 'http://several.invalid:1',
        requestHandler: {
          httpAgent: new Agent({
            lookup: (_name, _options, found) =>
              found(
                null,
                ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 })),
              ),
          }),
        },
      },
      code: 'ECONNREFUSED',
    },
    {
      what: 'credentials are missing',
      config: { credentials: () => Promise.reject(new Error('none')) },
      code: 'Error',
    },
  ])('throws NotDoneError if $what', async ({ config, code }) => {
    expect(await send({ maxAttempts: 1, ...config })).toMatchObject({ name: 'NotDoneError', code: 'not-done', reason: code })
  })

  it('throws NotDoneError for a connection timeout, which it recognises by the message of the SDK', async () => {
    // Never connects, because the DNS look-up never ends.
    const httpAgent = new Agent({ lookup: () => undefined })
    const error = await send({ endpoint: 'http://slow.invalid', maxAttempts: 1, requestHandler: { httpAgent, connectionTimeout: 50 } })
    expect(error).toMatchObject({ name: 'NotDoneError', code: 'not-done', reason: 'TimeoutError' })
  })

  it.each([
    { timeout: 'request timeout', requestHandler: { requestTimeout: 50, throwOnRequestTimeout: true } },
    { timeout: 'socket timeout', requestHandler: { socketTimeout: 50 } },
  ])('throws TimeoutError if the client times out after it has connected: $timeout', async ({ requestHandler }) => {
    ses.fault('hang')
    expect(await send({ maxAttempts: 1, requestHandler })).toMatchObject({ name: 'TimeoutError' })
  })

  it('throws the original error if the client never started the command, because it may have sent another command', async () => {
    const client = new SESClient({})
    open.push(client)
    const thrown = Object.assign(new Error('refused'), { syscall: 'connect' })
    vi.spyOn(client, 'send').mockImplementation(() => Promise.reject(thrown))
    await expect(sesMailer({ ses: () => client, from: 'welcome@example.com' }).send(mail, signal)).rejects.toBe(thrown)
  })

  it.each([[[]], [['no error']], [[new Error('refused'), new Error('later')]]])(
    'throws the AggregateError itself unless all its errors are connection errors: %j',
    async (errors) => {
      const requestHandler = { handle: () => Promise.reject(new AggregateError(errors)) }
      expect(await send({ maxAttempts: 1, requestHandler })).toBeInstanceOf(AggregateError)
    },
  )
})
