/** The header of a raw mail: the values of a field, unfolded. Names are case-insensitive. */
export type Header = (name: string) => readonly string[]

/**
 * Reads the header of a raw mail (RFC 5322). Lines that are no fields are left out.
 *
 * @example
 * readHeader('To: a@example.com,\r\n b@example.com\r\n\r\nHello')('to') // ['a@example.com, b@example.com']
 */
export function readHeader(raw: string): Header {
  const [head = ''] = raw.split(/\r?\n\r?\n/, 1)
  const fields = head
    .replace(/\r?\n(?=[ \t])/g, '')
    .split(/\r?\n/)
    .map((line) => /^([!-9;-~]+):(.*)$/s.exec(line))
    .flatMap((match) => (match ? [{ name: `${match[1]}`.toLowerCase(), value: `${match[2]}`.trim() }] : []))
  return (name) => fields.filter((field) => field.name === name.toLowerCase()).map(({ value }) => value)
}

/**
 * Decodes the encoded words of a text such as a subject (RFC 2047). A list of addresses must be split before: a decoded
 * name may hold a comma.
 *
 * @example
 * decodeWords('=?utf-8?q?Gr=C3=BC=C3=9Fe?=') // 'Grüße'
 */
export function decodeWords(value: string): string {
  return (
    value
      // White space between two encoded words belongs to neither.
      .replace(/(=\?[^?\s]+\?[bq]\?[^?\s]*\?=)\s+(?==\?[^?\s]+\?[bq]\?)/gi, '$1')
      .replace(/=\?([^?\s]+)\?([bq])\?([^?\s]*)\?=/gi, (word, charset: string, encoding: string, text: string) => {
        const bytes = encoding.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : quotedBytes(text)
        return decode(bytes, charset) ?? word
      })
  )
}

function quotedBytes(text: string): Buffer {
  const latin = text.replaceAll('_', ' ').replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(latin, 'latin1')
}

function decode(bytes: Buffer, charset: string): string | undefined {
  try {
    return new TextDecoder(charset).decode(bytes)
  } catch {
    return undefined
  }
}
