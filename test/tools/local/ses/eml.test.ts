import libmime from 'libmime'
import { describe, expect, it } from 'vitest'
import { formatEml } from '../../../../src/tools/local/ses/eml.ts'
import type { ReceivedMail } from '../../../../src/tools/local/ses/local-ses.ts'

const MAIL: ReceivedMail = {
  messageId: '0100-1',
  at: '2026-01-31T09:08:07.000Z',
  from: '"Example" <welcome@example.com>',
  to: ['mary@example.com', 'ann@example.com'],
  cc: [],
  bcc: [],
  replyTo: ['help@example.com'],
  subject: 'Welcome to Example',
  text: 'Hello Mary',
  html: '<p>Hello Mary</p>',
}

interface Message {
  /** The decoded headers, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

function parse(eml: string): Message {
  const [head = '', ...rest] = eml.split('\r\n\r\n')
  const lines = head.replaceAll('\r\n ', ' ').split('\r\n')
  const headers = lines.map((line) => [
    line.slice(0, line.indexOf(':')).toLowerCase(),
    libmime.decodeWords(line.slice(line.indexOf(':') + 2)),
  ])
  return { headers: Object.fromEntries(headers), body: rest.join('\r\n\r\n') }
}

/** Parses the parts of a message with several parts. Returns each part's type and decoded content. */
function parseParts({ headers, body }: Message): readonly (readonly [string | undefined, string])[] {
  const [, boundary = ''] = /^multipart\/alternative; boundary="(.+)"$/.exec(headers['content-type'] ?? '') ?? []
  expect(body.endsWith(`--${boundary}--\r\n`)).toBe(true)
  return body
    .slice(0, -`--${boundary}--\r\n`.length)
    .split(`--${boundary}\r\n`)
    .slice(1)
    .map((part) => decodePart(parse(part)))
}

function decodePart({ headers, body }: Message): readonly [string | undefined, string] {
  expect(headers['content-transfer-encoding']).toBe('base64')
  return [headers['content-type'], Buffer.from(body, 'base64').toString()]
}

describe('formatEml', () => {
  it('formats the headers and both parts of an email', () => {
    const message = parse(formatEml(MAIL))
    expect(message.headers).toEqual({
      date: 'Sat, 31 Jan 2026 09:08:07 +0000',
      'message-id': '<0100-1@email.amazonses.com>',
      from: '"Example" <welcome@example.com>',
      to: 'mary@example.com, ann@example.com',
      'reply-to': 'help@example.com',
      subject: 'Welcome to Example',
      'mime-version': '1.0',
      'content-type': expect.any(String),
    })
    expect(parseParts(message)).toEqual([
      ['text/plain; charset=utf-8', MAIL.text],
      ['text/html; charset=utf-8', MAIL.html],
    ])
  })

  it('keeps characters of all languages, long lines and line breaks', () => {
    const text = `Grüße, 世界 👋\r\n${'long '.repeat(1000)}\n--lifeguard-part\n.\n`
    const subject = `${'Überraschung 👋 '.repeat(20)}!`
    const eml = formatEml({ ...MAIL, from: '"Zoë 世界" <welcome@example.com>', subject, text, html: `<p>${text}</p>` })
    expect(eml).toMatch(/^[\x20-\x7e\r\n]*$/)
    expect(eml.split('\r\n').filter((line) => line.length > 76)).toEqual([])
    const message = parse(eml)
    expect(message.headers).toMatchObject({ subject, from: 'Zoë 世界 <welcome@example.com>' })
    expect(parseParts(message).map(([, content]) => content)).toEqual([text, `<p>${text}</p>`])
  })

  it.each(['text', 'html'] as const)('formats an email that has only %s', (part) => {
    const { text: _, html: __, ...rest } = MAIL
    const [type, content] = decodePart(parse(formatEml({ ...rest, [part]: 'Hello' })))
    expect({ type, content }).toEqual({ type: `text/${part === 'text' ? 'plain' : 'html'}; charset=utf-8`, content: 'Hello' })
  })

  it.each(['a\r\nBcc: eve@example.com', '=?utf-8?q?a=0d=0aBcc:_eve=40example.com?=', 'x'.repeat(2000)])(
    'adds no header for the subject %s',
    (subject) => {
      const { headers } = parse(formatEml({ ...MAIL, subject, from: `"${subject.slice(0, 200)}" <welcome@example.com>` }))
      expect(headers).not.toHaveProperty('bcc')
      expect(headers.subject).toBe(subject)
    },
  )
})
