import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { domainToASCII } from 'node:url'
import fc from 'fast-check'
import tr46 from 'tr46'
import { describe, expect, it } from 'vitest'
import { normaliseDomain } from '../../../src/shared/email/address.ts'
import { stableLetters } from '../../../src/shared/email/stable-letters.ts'
import { oldestNode } from '../../support/oldest-node.ts'
import { runs } from '../../support/runs.ts'

const child = join(import.meta.dirname, 'fixtures/normalise-child.ts')

/** Runs `normaliseDomain` and `domainToASCII` on the oldest supported Node version. Returns null for each domain that is rejected. */
function onOldestNode(domains: readonly string[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const options = { maxBuffer: 1 << 29 }
    const running = execFile(oldestNode, ['--experimental-strip-types', '--no-warnings', child], options, (error, stdout) =>
      error === null ? resolve(JSON.parse(stdout)) : reject(error),
    )
    running.stdin?.end(JSON.stringify(domains))
  })
}

/** Does the same as {@link onOldestNode} on the current Node. */
function onThisNode(domains: readonly string[]): unknown {
  return domains.map((domain) => {
    const ours = normaliseDomain(domain)
    return ours === undefined ? null : [ours, domainToASCII(domain).replace(/\.$/, '')]
  })
}

/** Returns the two ASCII forms of a domain in UTS #46, with and without transitional processing. */
function formsByStandard(domain: string): readonly (string | null)[] {
  return [true, false].map((transitionalProcessing) =>
    tr46.toASCII(domain, { transitionalProcessing, checkBidi: true, checkJoiners: true }),
  )
}

function* everyCharacter(): Generator<string> {
  for (let code = 0x80; code <= 0x10ffff; code += 1) {
    if (code < 0xd800 || code > 0xdfff) yield String.fromCodePoint(code)
  }
}

const places = [(char: string) => `a${char}b.com`, (char: string) => `${char}.com`, (char: string) => `a.${char}${char}`]

const letters = [...stableLetters().matchAll(/\\u\{([\da-f]+)\}(?:-\\u\{([\da-f]+)\})?/g)].map(([, first = '', last = first]) =>
  fc.integer({ min: Number.parseInt(first, 16), max: Number.parseInt(last, 16) }).map((code) => String.fromCodePoint(code)),
)
const oddLetters = fc.constantFrom(
  'ß',
  'ς',
  'ẞ',
  'İ',
  'ı',
  '\u212a',
  '\u0301',
  '\u0308',
  '\u200d',
  '\u200c',
  '\u00ad',
  'ｅ',
  'ⓔ',
  '。',
  '١',
  '-',
  'a',
  '0',
)
const label = fc
  .array(fc.oneof({ weight: 6, arbitrary: fc.oneof(...letters) }, oddLetters), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join(''))
const ofOneRange = fc.oneof(...letters.map((letter) => fc.array(letter, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''))))
const wholeDomain = fc.array(fc.oneof(label, ofOneRange), { minLength: 1, maxLength: 2 }).map((labels) => `${labels.join('.')}.com`)

describe('normaliseDomain', () => {
  it('accepts a domain only if Node and UTS #46 return the same ASCII form, for each Unicode character', () => {
    const differing: string[] = []
    let accepted = 0
    for (const char of everyCharacter()) {
      for (const place of places) {
        const domain = place(char)
        const ours = normaliseDomain(domain)
        if (ours === undefined) continue
        accepted += 1
        if (domainToASCII(domain) !== ours || formsByStandard(domain).some((form) => form !== ours)) differing.push(domain)
      }
    }
    expect(differing).toEqual([])
    expect(accepted).toBeGreaterThan(100_000)
  }, 120_000)

  it('returns the same results on the oldest supported Node and the current Node, for each Unicode character', async () => {
    // The current Node may encode characters that the oldest Node cannot decode, so the Punycode forms are tested too.
    const domains = [...everyCharacter()].flatMap((char) => places.slice(0, 2).map((place) => place(char)))
    const encoded = domains.map((domain) => domainToASCII(domain)).filter((domain) => domain.includes('xn--'))
    const all = [...domains, ...encoded]

    expect(await onOldestNode(all)).toEqual(onThisNode(all))
  }, 300_000)

  it('accepts a domain only if Node and UTS #46 return the same ASCII form, for combinations of letters', async () => {
    const domains = fc.sample(wholeDomain, { numRuns: runs(20_000), seed: 20261126 })

    expect(await onOldestNode(domains)).toEqual(onThisNode(domains))
    const accepted = domains.filter((domain) => normaliseDomain(domain) !== undefined)
    expect(accepted.length).toBeGreaterThan(domains.length / 20)
    for (const domain of accepted)
      expect([domain, ...formsByStandard(domain)]).toEqual([domain, normaliseDomain(domain), normaliseDomain(domain)])
  }, 300_000)
})

describe('stableLetters', () => {
  it.each([
    ['German', 'münchen.de'],
    ['French', 'académie-française.fr'],
    ['Polish', 'żółw.pl'],
    ['Vietnamese', 'tiếngviệt.vn'],
    ['Turkish', 'ışık.tr'],
    ['Greek', 'ελλάδα.gr'],
    ['Russian', 'правительство.рф'],
    ['Hebrew', 'דוגמה.ישראל'],
    ['Arabic', 'موقع.وزارة-الاتصالات.مصر'],
    ['Hindi', 'डाटामेल.भारत'],
    ['Tamil', 'சிங்கப்பூர்.இந்தியா'],
    ['Thai', 'คน.ไทย'],
    ['Japanese', '例え.テスト'],
    ['Chinese', '中国互联网络信息中心.中国'],
    ['Korean', '한국.한국'],
  ])('includes the letters of %s domains: %s', (_, domain) => {
    expect(normaliseDomain(domain)).toBe(domainToASCII(domain))
  })
})
