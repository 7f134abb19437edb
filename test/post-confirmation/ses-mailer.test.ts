import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LocalSes, SesOptions } from '../../src/local/ses/local-ses.ts'
import { startSes } from '../../src/local/ses/server.ts'
import type { Mail, Mailer } from '../../src/post-confirmation/mailer.ts'
import { sesMailer } from '../../src/post-confirmation/ses-mailer.ts'
import { sesClient } from '../../src/shared/aws/ses.ts'
import { NotDone } from '../../src/shared/rules/not-done.ts'
import { endpointEnvironment, stubEnvironment } from '../support/environment.ts'
import { startTroubledService } from '../support/troubled-service.ts'

const { signal } = new AbortController()
const mail: Mail = {
  to: 'ann@example.com',
  subject: 'Willkommen, Zoë – 李',
  text: 'Grüße\r\n.\r\nfrom us',
  html: '<p>Grüße</p>',
}

let ses: LocalSes
let mailer: Mailer
let destroy: () => void

async function start(options: SesOptions = {}): Promise<void> {
  ses = await startSes(options)
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
    expect(mailer.needs).toEqual([{ actions: ['ses:SendEmail'], on: 'WELCOME_EMAIL_FROM' }])
  })

  it('tells a refused mail from one of which nobody knows: throttled', async () => {
    ses.fault('throttling')
    const refusal = await mailer.send(mail, signal).catch((error) => error)
    expect(refusal).toBeInstanceOf(NotDone)
    expect(refusal).toMatchObject({ code: 'Throttling', cause: { name: 'Throttling' } })
    expect(ses.inbox()).toEqual([])
  })

  it('tells a refused mail from one of which nobody knows: the sandbox', async () => {
    destroy()
    await ses.stop()
    await start({ sandbox: true, verified: ['welcome@example.com'] })
    const refusal = await mailer.send(mail, signal).catch((error) => error)
    expect(refusal).toBeInstanceOf(NotDone)
    expect(refusal).toMatchObject({ code: 'MessageRejected', cause: { name: 'MessageRejected' } })
  })

  it.each([
    { fault: 'status500', arrived: 0 },
    { fault: 'reset', arrived: 0 },
    { fault: 'hang', arrived: 0 },
    { fault: 'dropResponse', arrived: 1 },
  ] as const)('throws where nobody can know: $fault', async ({ fault, arrived }) => {
    ses.fault(fault)
    const error = await mailer.send(mail, signal).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(Error)
    expect(error).not.toBeInstanceOf(NotDone)
    expect(ses.inbox()).toHaveLength(arrived)
  })

  it('knows that nothing was sent where nobody was there to talk to', async () => {
    await ses.stop()
    expect(await mailer.send(mail, signal).catch((error) => error)).toMatchObject({ name: 'NotDone', code: 'ECONNREFUSED' })
  })

  it('throws where the answer is none of SES', async () => {
    const proxy = await startTroubledService(({ response }) => response.writeHead(403, { 'content-type': 'text/html' }).end('<h1>No'))
    vi.stubEnv('AWS_ENDPOINT_URL_SES', proxy.endpoint)
    const client = sesClient()
    await expect(sesMailer({ ses: client, from: 'welcome@example.com' }).send(mail, signal)).rejects.toBeInstanceOf(Error)
    client().destroy()
    await proxy.stop()
  })

  it('sends nothing when there is no more time', async () => {
    await expect(mailer.send(mail, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
    expect(ses.inbox()).toEqual([])
  })
})
