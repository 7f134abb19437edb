import { once } from 'node:events'
import { connect } from 'node:net'
import { type SESClient, SendEmailCommand } from '@aws-sdk/client-ses'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LocalSes } from '../../../../src/tools/local/ses/local-ses.ts'
import { startSes } from '../../../../src/tools/local/ses/server.ts'
import { sesClient } from '../../../support/local-clients.ts'

let ses: LocalSes
let client: SESClient

beforeEach(async () => {
  ses = await startSes()
  client = sesClient(ses.endpoint)
})

afterEach(async () => {
  await ses.stop()
  client.destroy()
})

const HOSTILE = '</td><script>alert(1)</script>"\'&<img src=x onerror=alert(2)>'

async function send(subject: string, html?: string): Promise<string | undefined> {
  const Body = { Text: { Data: '<script>text</script>' }, ...(html === undefined ? {} : { Html: { Data: html } }) }
  const Message = { Subject: { Data: subject }, Body }
  const Destination = { ToAddresses: ['"<script>" <jane@example.com>'], CcAddresses: ['cc@example.com'], BccAddresses: ['bcc@example.com'] }
  const { MessageId } = await client.send(new SendEmailCommand({ Source: 'welcome@example.com', Destination, Message }))
  return MessageId
}

async function post(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<{ status: number; xml: string }> {
  const response = await fetch(ses.endpoint, { method: 'POST', body, headers })
  return { status: response.status, xml: await response.text() }
}

async function get(path: string): Promise<Response> {
  return fetch(new URL(path, ses.endpoint))
}

describe('the inbox page', () => {
  it('shows a hint if the inbox is empty', async () => {
    await expect(get('/').then((response) => response.text())).resolves.toContain('No email has been sent yet')
  })

  it('lists the emails, newest first, and escapes a hostile subject', async () => {
    await send('First')
    await send(HOSTILE)
    const response = await get('/')
    const page = await response.text()
    expect(page).toContain('&lt;/td&gt;&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(page).not.toContain('<script')
    expect(page).not.toContain('<img')
    expect(page).toContain('cc: cc@example.com, bcc: bcc@example.com')
    expect(page.indexOf('alert(1)')).toBeLessThan(page.indexOf('First'))
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
  })

  it("shows an email's HTML in a sandbox without scripts", async () => {
    const id = await send('Hello', '<p>Hello</p><script>alert(1)</script>')
    expect(await (await get('/')).text()).toContain(`href="/mails/${id}/html"`)
    const response = await get(`/mails/${id}/html`)
    const policy = response.headers.get('content-security-policy')?.split('; ')
    expect(policy).toEqual(expect.arrayContaining(['sandbox', "default-src 'none'"]))
    expect(await response.text()).toBe('<p>Hello</p><script>alert(1)</script>')
  })

  it("shows an email's text as plain text", async () => {
    const response = await get(`/mails/${await send('Hello')}/text`)
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(await response.text()).toBe('<script>text</script>')
  })

  it.each(['/nothing', '/mails/no-such-id/text', '/mails/', '/%', '//evil.test/mails'])(
    'responds to the path %s with 404',
    async (path) => {
      await send('Hello')
      expect((await fetch(`${ses.endpoint}${path}`)).status).toBe(404)
    },
  )

  it('responds with 404 if the email has no HTML part', async () => {
    expect((await get(`/mails/${await send('Hello')}/html`)).status).toBe(404)
  })

  it('returns the list as JSON', async () => {
    await send(HOSTILE)
    const response = await get('/mails.json?since=yesterday')
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toEqual(ses.inbox())
  })

  it('rejects other methods', async () => {
    const response = await fetch(ses.endpoint, { method: 'DELETE' })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('GET, HEAD, POST')
  })
})

describe('startSes with an invalid request', () => {
  it.each([
    { what: 'an empty string', body: '' },
    { what: 'JSON', body: '{"Action":"SendEmail"}' },
    { what: 'broken percent signs', body: '%%%=&&&=%zz&%E0%A4%A' },
    { what: 'random bytes', body: Uint8Array.from({ length: 4096 }, (_, n) => (n * 131 + 7) % 256) },
  ])('responds with MissingAction if the body is $what', async ({ body }) => {
    const { status, xml } = await post(body)
    expect(status).toBe(400)
    expect(xml).toContain('<Code>MissingAction</Code>')
  })

  it('escapes the invalid action in the error message, so that the response is valid XML', async () => {
    const { status, xml } = await post('Action=%3Ca%3E%00%1b%26%22%ED%A0%80')
    expect(status).toBe(400)
    expect(xml).toContain(
      '<Message>The action &lt;a&gt;\uFFFD\uFFFD&amp;&quot;\uFFFD\uFFFD\uFFFD is not valid for this web service.</Message>',
    )
  })

  it('ignores a recipient whose list index is not a number', async () => {
    const body = new URLSearchParams({
      Action: 'SendEmail',
      Source: 'a@example.com',
      'Destination.ToAddresses.member.x': 'x@example.com',
      'Destination.ToAddresses.member.1': 'b@example.com',
      'Message.Subject.Data': 'Hello',
      'Message.Body.Text.Data': 'Hello',
    })
    expect((await post(body.toString())).status).toBe(200)
    expect(ses.inbox()[0]?.to).toEqual(['b@example.com'])
  })

  it('rejects a request body above the size limit, and serves the next request', async () => {
    const { status, xml } = await post(`Action=SendEmail&Message.Body.Text.Data=${'x'.repeat(10 * 1024 * 1024)}`)
    expect(status).toBe(413)
    expect(xml).toContain('<Code>RequestEntityTooLarge</Code>')
    await send('Hello')
    expect(ses.inbox()).toHaveLength(1)
  })

  it('serves later requests after a request that is incomplete or is not HTTP', async () => {
    const port = Number(new URL(ses.endpoint).port)
    for (const bytes of ['\u0000garbage\r\n\r\n', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nAction=']) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined)
      await once(socket, 'connect')
      socket.end(bytes)
      socket.resume()
      await once(socket, 'close')
    }
    await send('Hello')
    expect(ses.inbox()).toHaveLength(1)
  })
})
