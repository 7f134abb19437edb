import { domainToASCII } from 'node:url'
import libmime from 'libmime'
import addressparser from 'nodemailer/lib/addressparser'
import { describe, expect, it } from 'vitest'
import { parseEmailAddress } from '../../../src/shared/email/address.ts'
import { runs } from '../../support/runs.ts'

/** Returns a deterministic generator of random numbers below a limit (xorshift32). */
function startRandom(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % limit
  }
}

const charsets = ['utf-8', 'UTF-8', 'iso-8859-1', 'us-ascii', 'windows-1252', 'shift_jis', 'x', '']
const hidden = ['eve@evil.com', 'eve@evil.com>', 'eve@evil.com,', '<eve@evil.com>', '@evil.com:', '"', '(', ' ', '\0', '\r\n']
const whole = ['eve@example.com', 'Ann.Lee+x@example.org', 'a@münchen.de', "o'neill@mail.example.com", 'x@xn--mnchen-3ya.de', 'e@ΑΒΓ.gr']
const pieces = [
  ...['@', '.', ',', ';', ':', '<', '>', '(', ')', '"', '\\', '%', '!', '[', ']', ' ', '\t', '\0', '\r\n ', '\u0085', '\u2028', '\u202e'],
  ...['=?', '?=', '=?utf-8?q?', '=?utf-8?b?', '=40', '=3e', '=', '?', '_', '+AEA-', '&#64', '@evil.com', '(@evil.com)', '"eve@evil.com"'],
  ...[
    '<eve@evil.com>',
    '@evil.com:',
    'evil.com!',
    '%evil.com',
    'group:',
    ';',
    'mailto:',
    'é',
    'ｅ',
    '。',
    '\u212a',
    '\u{1f600}',
    'a',
    'example.com',
  ],
]

function encodedWord(random: (limit: number) => number): string {
  const text = hidden[random(hidden.length)] ?? ''
  const charset = charsets[random(charsets.length)] ?? ''
  const inHex = (char: string): string => `=${char.charCodeAt(0).toString(16).padStart(2, '0')}`
  return random(2) === 0
    ? `=?${charset}?${'qQ'[random(2)]}?${text.replace(/[^a-z]/g, inHex)}?=`
    : `=?${charset}?${'bB'[random(2)]}?${Buffer.from(text).toString('base64')}?=`
}

/** Inserts up to four pieces into an address, mostly before the `@`, and returns the result. */
function oddAddress(random: (limit: number) => number): string {
  let text = whole[random(whole.length)] ?? ''
  for (let left = random(5); left > 0; left -= 1) {
    const piece = random(3) === 0 ? encodedWord(random) : (pieces[random(pieces.length)] ?? '')
    const at = random(2) === 0 ? random(text.indexOf('@') + 1) : random(text.length + 1)
    text = text.slice(0, at) + piece + text.slice(at)
  }
  return text
}

/** Returns the addresses that libmime and nodemailer read in a string, with and without decoding encoded words first. */
function addressesRead(text: string): readonly string[] {
  return [libmime.decodeWords(text), text].flatMap((read) =>
    addressparser(read, { flatten: true }).map(({ address }) => {
      const at = address.lastIndexOf('@')
      return `${address.slice(0, at)}@${domainToASCII(address.slice(at + 1)).replace(/\.$/, '')}`
    }),
  )
}

describe('parseEmailAddress', () => {
  it('accepts a string only if libmime and nodemailer read the same single address in it', () => {
    const random = startRandom(20261126)
    const differing: string[] = []
    let accepted = 0
    const texts = runs(200_000)
    for (let left = texts; left > 0; left -= 1) {
      const text = oddAddress(random)
      const address = parseEmailAddress(text)
      if (address === undefined) continue
      accepted += 1
      const ours = `${address.local}@${address.domain}`
      if (addressesRead(text).some((theirs) => theirs !== ours)) differing.push(text)
    }
    expect(differing).toEqual([])
    expect(accepted).toBeGreaterThan(texts / 10)
  }, 120_000)

  it('rejects an encoded word, in which mail software reads another address', () => {
    const text = '=?utf-8?q?eve=40evil.com=3e=00?=x@example.com'

    expect(addressesRead(text)).toContainEqual(expect.stringContaining('eve@evil.com'))
    expect(parseEmailAddress(text)).toBeUndefined()
  })
})
