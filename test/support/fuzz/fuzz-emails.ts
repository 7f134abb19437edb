import { acceptedForms, hostileAddresses } from '../hostile-addresses.ts'
import type { Random } from './fuzz-random.ts'

/** A string that the fuzzer adds to addresses and other attributes. It must never appear in a log line. */
export const MARKER = 'zq7mark'

// The fuzzer rarely picks the large addresses, because they are slow.
const [small, large] = [
  hostileAddresses.filter(({ address }) => address.length <= 300).map(({ address }) => address),
  hostileAddresses.filter(({ address }) => address.length > 300).map(({ address }) => address),
]

const allowed: readonly string[] = [
  `${MARKER}@example.com`,
  `${MARKER}@mail.example.org`,
  `${MARKER}@a.b.example.org`,
  ...acceptedForms.map(({ address }) => address.replace(/^eve(?=@)/i, MARKER)),
]

/** Characters and strings that parsers may interpret differently: separators, invisible characters, encodings and look-alikes. */
const pieces: readonly string[] = [
  ...'@.,:;<>()[]"\\/?#%!*-_+=&|^~`\'{}$ \t\r\n\u0000\u007f\u0085\u00a0',
  ...[
    '\u00ad',
    '\u034f',
    '\u061c',
    '\u115f',
    '\u180e',
    '\u200b',
    '\u200d',
    '\u200e',
    '\u2028',
    '\u202e',
    '\u2060',
    '\u3164',
    '\ufe0f',
    '\ufeff',
  ],
  ...['\ud800', '\udc00', '\ud83d', '\udfff', '\uffff', '\ufffd', '\ue000', '\u{e0061}', '\u{10ffff}'],
  ...[
    '\uff20',
    '\ufe6b',
    '\uff0e',
    '\u3002',
    '\uff61',
    '\u2024',
    '\u00b7',
    '\uff0f',
    '\u2044',
    '\u2105',
    '\uff03',
    '\u212a',
    '\u017f',
    '\u00df',
    '\u0131',
    '\u0130',
  ],
  ...['\u0435', '\u03bf', '\u0430', '\u0301', '\u0323', '\uff45', '\u24d4', '\u{1d41e}', '\u0661', '\uff11'],
  ...['%00', '%40', '%2e', '%65', '\\u0040', '&#64;', 'xn--', 'xn--a', '__proto__', 'constructor', '..', '@@', '\r\n', '0x1'],
  ...['evil.com', '@evil.com', '.evil.com', 'evil.com@', 'evil', 'example.com', '@example.com', '.example.org', '127.0.0.1', '[127.0.0.1]'],
]

const separators: readonly string[] = [
  ',',
  ';',
  ' ',
  '@',
  '<',
  '>',
  ':',
  '\n',
  '\u0000',
  '"',
  '(',
  '/',
  '?',
  '#',
  '%',
  '!',
  '\uff20',
  '\u2028',
]

/** Generates an address. Some are allowed, and most of the others look like an allowed one. */
export function fuzzedAddress(random: Random): string {
  if (random.chance(0.15)) return random.pick(allowed)
  if (random.chance(0.2)) return random.pick(small)
  if (random.chance(0.003)) return random.pick(large)
  let address = random.pick(random.chance(0.85) ? allowed : small)
  for (let left = 1 + random.below(3); left > 0; left -= 1) address = random.pick(changes)(address, random)
  return address
}

type Change = (address: string, random: Random) => string

const insertAt = (address: string, place: number, piece: string): string => address.slice(0, place) + piece + address.slice(place)

const aroundTheAt: Change = (address, random) => insertAt(address, Math.max(0, address.indexOf('@') + random.below(2)), random.pick(pieces))

const inTheDomain: Change = (address, random) => {
  const start = address.lastIndexOf('@') + 1
  return insertAt(address, start + random.below(address.length - start + 1), random.pick(pieces))
}

const anywhere: Change = (address, random) => insertAt(address, random.below(address.length + 1), random.pick(pieces))

/** Inserts a random code unit, which may be a lone surrogate or an unassigned character. */
const anyCharacter: Change = (address, random) =>
  insertAt(address, random.below(address.length + 1), String.fromCharCode(random.below(0x10000)))

const replaced: Change = (address, random) => {
  const place = random.below(address.length)
  return address.slice(0, place) + random.pick(pieces) + address.slice(place + 1)
}

const removed: Change = (address, random) => {
  const place = random.below(address.length)
  return address.slice(0, place) + address.slice(place + 1)
}

const capitals: Change = (address) => address.toUpperCase()

const fullWidth: Change = (address, random) =>
  address.replace(/[!-~]/g, (char) => (random.chance(0.2) ? String.fromCharCode(char.charCodeAt(0) + 0xfee0) : char))

const joined: Change = (address, random) => {
  const other = random.pick(random.chance(0.5) ? small : allowed)
  return random.chance(0.5) ? `${address}${random.pick(separators)}${other}` : `${other}${random.pick(separators)}${address}`
}

const belowAnother: Change = (address, random) => `${address}${random.pick(['.', '-', '', '\u3002', '%2e'])}evil.com`

const quoted: Change = (address) => `"${address}"@evil.com`

const decomposed: Change = (address) => address.normalize('NFD')

const changes: readonly Change[] = [
  ...[aroundTheAt, aroundTheAt, inTheDomain, inTheDomain, anywhere, anyCharacter, replaced, removed],
  ...[capitals, fullWidth, joined, belowAnother, quoted, decomposed],
]
