import { parseMailbox } from './addresses.ts'
import type { ReceivedMail } from './local-ses.ts'

const BOUNDARY = 'lifeguard-part'
// A line with an encoded word has at most 76 characters. 39 bytes are 52 characters of base64, and the longest name of a header needs 12.
const ENCODED_BYTES = 39
// A line has at most 998 characters, and a name of a header needs some of them.
const MAX_PLAIN = 900

/**
 * Formats an email as a message that mail programs open (RFC 5322, `.eml`). Text that is not ASCII is encoded, so line breaks in it
 * cannot add a header.
 */
export function formatEml(mail: ReceivedMail): string {
  const parts = [
    ...(mail.text === undefined ? [] : [formatPart('text/plain', mail.text)]),
    ...(mail.html === undefined ? [] : [formatPart('text/html', mail.html)]),
  ]
  const body =
    parts.length === 1
      ? (parts[0] ?? '')
      : [
          `Content-Type: multipart/alternative; boundary="${BOUNDARY}"`,
          '',
          ...parts.flatMap((part) => [`--${BOUNDARY}`, part]),
          `--${BOUNDARY}--`,
          '',
        ].join('\r\n')
  return [
    `Date: ${new Date(mail.at).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${mail.messageId}@email.amazonses.com>`,
    ...formatAddresses('From', [mail.from]),
    ...formatAddresses('To', mail.to),
    ...formatAddresses('Cc', mail.cc),
    ...formatAddresses('Bcc', mail.bcc),
    ...formatAddresses('Reply-To', mail.replyTo),
    `Subject: ${encodeText(mail.subject)}`,
    'MIME-Version: 1.0',
    body,
  ].join('\r\n')
}

function formatPart(type: string, text: string): string {
  const lines =
    Buffer.from(text)
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  return [`Content-Type: ${type}; charset=utf-8`, 'Content-Transfer-Encoding: base64', '', ...lines, ''].join('\r\n')
}

function formatAddresses(name: string, mailboxes: readonly string[]): readonly string[] {
  return mailboxes.length === 0 ? [] : [`${name}: ${mailboxes.map(encodeMailbox).join(',\r\n ')}`]
}

/** Encodes the display name of a mailbox, if it is not ASCII. The local SES has checked that the address is ASCII. */
function encodeMailbox(mailbox: string): string {
  if (/^[\x20-\x7e]*$/.test(mailbox)) return mailbox
  const name = mailbox.slice(0, Math.max(0, mailbox.lastIndexOf('<'))).trim()
  const address = parseMailbox(mailbox)
  return name === '' ? address : `${encodeText(name.replace(/^"(.*)"$/s, '$1'))} <${address}>`
}

/** Encodes a header's text as encoded words (RFC 2047), if it is not plain ASCII. */
function encodeText(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text) && !text.includes('=?') && text.length < MAX_PLAIN) return text
  const chunks = ['']
  for (const character of text) {
    const last = `${chunks.at(-1)}${character}`
    if (Buffer.byteLength(last) <= ENCODED_BYTES) chunks[chunks.length - 1] = last
    else chunks.push(character)
  }
  return chunks.map((chunk) => `=?UTF-8?B?${Buffer.from(chunk).toString('base64')}?=`).join('\r\n ')
}
