import fc from 'fast-check'
import libmime from 'libmime'
import addressparser from 'nodemailer/lib/addressparser'
import { describe, expect, it } from 'vitest'
import { formatMailbox, parseMailbox } from '../../../src/shared/email/mailbox.ts'

const address = 'hello@example.com'

describe('parseMailbox', () => {
  it.each([
    { text: address, mailbox: { address } },
    { text: `<${address}>`, mailbox: { address } },
    { text: `Example <${address}>`, mailbox: { name: 'Example', address } },
    { text: ` Example  App<${address}> `, mailbox: { name: 'Example  App', address } },
    { text: `Example, Inc. (shop) <${address}>`, mailbox: { name: 'Example, Inc. (shop)', address } },
    { text: `"The \\"best\\" <shop> @ home" <${address}>`, mailbox: { name: 'The "best" <shop> @ home', address } },
    { text: `Zoë's Café 李 <${address}>`, mailbox: { name: "Zoë's Café 李", address } },
  ])('reads $text', ({ text, mailbox }) => {
    expect(parseMailbox(text)).toEqual(mailbox)
  })

  it.each([
    ...['', 'hello', 'Example', 'Example <>', 'Example <hello>', `Example ${address}`, `Example <${address}> Inc`],
    ...[`${address}, Example <b@example.com>`, `a@example.com <${address}>`, `Example <a@example.com> <${address}>`],
    ...[`Example" <${address}>`, `"Example <${address}>`, `Exa\\mple <${address}>`, 'Example <a@example.com,b@example.com>'],
    ...['Example <bücher@example.com>', 'Example <hello@bücher.example>', 'Example <hello @example.com>'],
    ...[
      `Example\r\nBcc: eve@evil.com <${address}>`,
      `"Example\nBcc" <${address}>`,
      `Example\u2028x <${address}>`,
      `Exa\0mple <${address}>`,
    ],
    ...[
      `Example <${address}\r\nBcc: eve@evil.com>`,
      `=?UTF-8?Q?eve?= <${address}>`,
      `Example\ud800 <${address}>`,
      `${'ä'.repeat(200)} <${address}>`,
    ],
  ])('rejects %j', (text) => {
    expect(parseMailbox(text)).toBeUndefined()
  })
})

describe('formatMailbox', () => {
  it.each([
    { mailbox: address, header: address },
    { mailbox: `Example App <${address}>`, header: `Example App <${address}>` },
    { mailbox: { name: 'Example, Inc.', address }, header: `"Example, Inc." <${address}>` },
    { mailbox: { name: 'a "b" \\c', address }, header: `"a \\"b\\" \\\\c" <${address}>` },
    { mailbox: { name: 'Zoë', address }, header: `=?UTF-8?B?Wm/Dqw==?= <${address}>` },
  ])('writes $header', ({ mailbox, header }) => {
    expect(formatMailbox(mailbox)).toBe(header)
  })

  it.each<{ mailbox: unknown }>([
    { mailbox: 'Example' },
    { mailbox: undefined },
    { mailbox: null },
    { mailbox: 7 },
    { mailbox: { name: 'Example' } },
    { mailbox: { name: 7, address } },
    { mailbox: { name: '', address } },
    { mailbox: { name: 'Example\r\nBcc: eve@evil.com', address } },
    { mailbox: { name: 'Example', address: 'a@example.com, b@example.com' } },
  ])('returns undefined for $mailbox', ({ mailbox }) => {
    expect(formatMailbox(mailbox as string)).toBeUndefined()
  })

  it('writes one mailbox in ASCII from which libmime and nodemailer read the same name and address', () => {
    const names = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ unit: fc.constantFrom(...'aé李😀 "\\,<>@()=?\r\n.') }))
    let read = 0
    fc.assert(
      fc.property(names, (name) => {
        const header = formatMailbox({ name, address })
        if (header === undefined) return
        read += 1
        expect(header).toMatch(/^[ -~]+$/)
        for (const [word] of header.matchAll(/=\?[^ ]*/g)) expect(word.length).toBeLessThanOrEqual(75)
        const found = addressparser(header)
        expect(found).toHaveLength(1)
        expect(found[0]?.address).toBe(address)
        // Readers trim a name and join its spaces, so the comparison ignores spaces.
        expect(libmime.decodeWords(found[0]?.name ?? '').replaceAll(/\s/g, '')).toBe(name.replaceAll(/\s/g, ''))
      }),
    )
    expect(read).toBeGreaterThan(10)
  })
})
