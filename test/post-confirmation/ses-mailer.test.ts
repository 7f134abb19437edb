import { Agent, type IncomingMessage } from 'node:http'
import { SESClient, type SESClientConfig } from '@aws-sdk/client-ses'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Mail, Mailer } from '../../src/post-confirmation/send-welcome-email.ts'
import { sesMailer } from '../../src/post-confirmation/ses-mailer.ts'
import { sesClient } from '../../src/shared/aws/ses.ts'
import { NotDoneError } from '../../src/shared/rules/errors.ts'
import { endpointEnvironment, stubEnvironment } from '../support/environment.ts'
import { type FaultySes, startFaultySes } from '../support/faulty-ses.ts'
import { startTroubledService, type TroubledService } from '../support/troubled-service.ts'

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
  it('sends a mail as it is', async () => {
    await mailer.send(mail, signal)
    const { to, subject, text, html } = mail
    expect(ses.inbox()).toMatchObject([{ from: 'welcome@example.com', to: [to], cc: [], bcc: [], replyTo: [], subject, text, html }])
  })

  it('says what it needs of a deployment', () => {
    expect(mailer.permissions).toEqual([{ actions: ['ses:SendEmail'], resource: 'WELCOME_EMAIL_FROM' }])
  })

  it('tells a refused mail from one of which nobody knows: throttled', async () => {
    ses.fault('throttling')
    const refusal = await mailer.send(mail, signal).catch((error) => error)
    expect(refusal).toBeInstanceOf(NotDoneError)
    expect(refusal).toMatchObject({ reason: 'Throttling', cause: { name: 'Throttling' } })
    expect(ses.inbox()).toEqual([])
  })

  it('tells a refused mail from one of which nobody knows: the sandbox', async () => {
    ses.fault('sandbox')
    const refusal = await mailer.send(mail, signal).catch((error) => error)
    expect(refusal).toBeInstanceOf(NotDoneError)
    expect(refusal).toMatchObject({ reason: 'MessageRejected', cause: { name: 'MessageRejected' } })
  })

  it.each([
    { fault: 'status500', arrived: 0 },
    { fault: 'reset', arrived: 0 },
    { fault: 'dropResponse', arrived: 1 },
  ] as const)('throws where nobody can know: $fault', async ({ fault, arrived }) => {
    ses.fault(fault)
    const error = await mailer.send(mail, signal).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(Error)
    expect(error).not.toBeInstanceOf(NotDoneError)
    expect(ses.inbox()).toHaveLength(arrived)
  })

  it('knows that nothing was sent where nobody was there to talk to', async () => {
    await ses.stop()
    expect(await mailer.send(mail, signal).catch((error) => error)).toMatchObject({
      name: 'NotDoneError',
      code: 'not-done',
      reason: 'ECONNREFUSED',
    })
  })

  it('throws where the answer is none of SES', async () => {
    const proxy = await startTroubledService(({ response }) => response.writeHead(403, { 'content-type': 'text/html' }).end('<h1>No'))
    vi.stubEnv('AWS_ENDPOINT_URL_SES', proxy.endpoint)
    const client = sesClient()
    await expect(sesMailer({ ses: client, from: 'welcome@example.com' }).send(mail, signal)).rejects.toBeInstanceOf(Error)
    client().destroy()
    await proxy.stop()
  })

  it('throws where nobody can know: the time was over before the answer', async () => {
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

  it('knows that nothing was sent when there was no more time to begin with', async () => {
    expect(await mailer.send(mail, AbortSignal.abort()).catch((error) => error)).toMatchObject({
      name: 'NotDoneError',
      code: 'not-done',
      reason: 'AbortError',
    })
    expect(ses.inbox()).toEqual([])
  })
})

describe('sesMailer with a client of its own', () => {
  const open: { destroy(): void }[] = []
  const stops: (() => Promise<void>)[] = []

  afterEach(async () => {
    for (const each of open.splice(0)) each.destroy()
    for (const stop of stops.splice(0)) await stop()
  })

  /** What sending comes to, with a client that keeps nothing of ours. */
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

  /** A service that loses the answer to the first mail, which it accepts, and refuses the others. */
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

  it('takes a refusal for one where it was the only attempt', async () => {
    ses.fault('throttling')
    expect(await send({ maxAttempts: 1 })).toMatchObject({ name: 'NotDoneError', code: 'not-done', reason: 'Throttling' })
  })

  it('takes no refusal for one where an earlier attempt may have been accepted', async () => {
    const { endpoint, calls } = await startForgetful()
    expect(await send({ endpoint, maxAttempts: 2 })).toMatchObject({ name: 'Throttling', $metadata: { attempts: 2 } })
    expect(calls()).toBe(2)
    expect(ses.inbox()).toHaveLength(1)
  })

  it('takes no lost connection for one that was never made where an earlier attempt may have been accepted', async () => {
    const dying = await startTroubledService(async ({ body, request }) => {
      await forward(body, request)
      await dying.stop()
    })
    expect(await send({ endpoint: dying.endpoint, maxAttempts: 2 })).toMatchObject({ code: 'ECONNREFUSED', $metadata: { attempts: 2 } })
    expect(ses.inbox()).toHaveLength(1)
  })

  it.each([
    { what: 'nobody listened', config: { endpoint: 'http://127.0.0.1:1' }, code: 'ECONNREFUSED' },
    { what: 'the host does not exist', config: { endpoint: `http://${'a'.repeat(64)}.invalid` }, code: 'ENOTFOUND' },
    {
      what: 'nobody listened at any address',
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
      what: 'there were no credentials',
      config: { credentials: () => Promise.reject(new Error('none')) },
      code: 'Error',
    },
  ])('knows that nothing was sent where $what', async ({ config, code }) => {
    expect(await send({ maxAttempts: 1, ...config })).toMatchObject({ name: 'NotDoneError', code: 'not-done', reason: code })
  })

  it('knows that nothing was sent where no connection was established in time, by the words of the SDK', async () => {
    // Never connects: its name is never found.
    const httpAgent = new Agent({ lookup: () => undefined })
    const error = await send({ endpoint: 'http://slow.invalid', maxAttempts: 1, requestHandler: { httpAgent, connectionTimeout: 50 } })
    expect(error).toMatchObject({ name: 'NotDoneError', code: 'not-done', reason: 'TimeoutError' })
  })

  it.each([
    { timeout: 'of the request', requestHandler: { requestTimeout: 50, throwOnRequestTimeout: true } },
    { timeout: 'of a silent socket', requestHandler: { socketTimeout: 50 } },
  ])('takes no other timeout for that: $timeout', async ({ requestHandler }) => {
    ses.fault('hang')
    expect(await send({ maxAttempts: 1, requestHandler })).toMatchObject({ name: 'TimeoutError' })
  })

  it('does not believe a client that sends something else', async () => {
    const client = new SESClient({})
    open.push(client)
    const thrown = Object.assign(new Error('refused'), { syscall: 'connect' })
    vi.spyOn(client, 'send').mockImplementation(() => Promise.reject(thrown))
    await expect(sesMailer({ ses: () => client, from: 'welcome@example.com' }).send(mail, signal)).rejects.toBe(thrown)
  })

  it.each([[[]], [['no error']], [[new Error('refused'), new Error('later')]]])(
    'takes no errors together for no connection unless each of them is: %j',
    async (errors) => {
      const requestHandler = { handle: () => Promise.reject(new AggregateError(errors)) }
      expect(await send({ maxAttempts: 1, requestHandler })).toBeInstanceOf(AggregateError)
    },
  )
})
