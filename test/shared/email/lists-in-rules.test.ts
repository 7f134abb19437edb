import { describe, expect, it } from 'vitest'
import { autoConfirm } from '../../../src/pre-signup/auto-confirm.ts'
import { preSignUp } from '../../../src/pre-signup/trigger.ts'
import { allowEmailDomains } from '../../../src/rules/allow-email-domains.ts'
import { denyEmailDomains } from '../../../src/rules/deny-email-domains.ts'
import { buildDomainList, InvalidDomainListError, readDomainList } from '../../../src/shared/email/domain-file.ts'
import { type DomainList, domainList, isDomainList, toDomainList } from '../../../src/shared/email/domain-list.ts'
import { emailDomainIn } from '../../../src/shared/email/email-domain-in.ts'
import { when } from '../../../src/shared/rules/combinators.ts'
import { preSignUpEvent } from '../../support/events.ts'

const patterns = ['example.com', '*.example.org']
const { bytes } = buildDomainList(patterns)
const lists: readonly (readonly [string, DomainList])[] = [
  ['a built list', readDomainList(bytes)],
  ['a list of patterns', domainList(patterns)],
]
const emails = [
  'ann@example.com',
  'ann@mail.example.org',
  'ann@example.org',
  'ann@evil.com',
  'ann@example.com.evil.com',
  '"a"@example.com',
  undefined,
]
const events = emails.map((email) => preSignUpEvent(email === undefined ? {} : { email }))

describe.each(lists)('rules with %s', (_, list) => {
  it.each([
    ['allowEmailDomains', [allowEmailDomains(list), allowEmailDomains({ domains: list }), allowEmailDomains(...patterns)]],
    ['denyEmailDomains', [denyEmailDomains(list), denyEmailDomains(...patterns)]],
    [
      'emailDomainIn',
      [emailDomainIn(list), emailDomainIn(...patterns)].map((condition) =>
        when(condition, denyEmailDomains('example.com', '*.example.org')),
      ),
    ],
  ])('%s leads to the same decisions with a list as with the patterns of the list', async (_name, rules) => {
    const decisions = await Promise.all(
      rules.map((rule) => Promise.all(events.map(async (event) => ({ ...(await preSignUp(rule).decide(event)), trace: undefined })))),
    )
    for (const decided of decisions) expect(decided).toEqual(decisions.at(-1))
    expect(decisions.flat().map(({ kind }) => kind)).toEqual(expect.arrayContaining(['proceed', 'denied']))
  })

  it('autoConfirm rejects emailDomainIn with a list as proof', () => {
    expect(() => autoConfirm({ when: emailDomainIn(list) })).toThrow('an email domain proves nothing')
  })

  it('isDomainList and toDomainList accept the list', () => {
    expect(isDomainList(list)).toBe(true)
    expect(toDomainList(list)).toBe(list)
  })
})

describe('a domain list', () => {
  it('allowEmailDomains allows a user without an email address only if the list is *', async () => {
    const every = allowEmailDomains(domainList(['*']))
    expect(await preSignUp(every).decide(preSignUpEvent({}))).toMatchObject({ kind: 'proceed' })
    for (const [, list] of lists) {
      expect(await preSignUp(allowEmailDomains(list)).decide(preSignUpEvent({}))).toMatchObject({ kind: 'denied', reason: 'no-email' })
    }
  })

  it('readDomainList rejects damaged bytes', () => {
    const damaged = Uint8Array.from(bytes)
    damaged[damaged.length - 1] = 0x7a
    expect(() => allowEmailDomains(readDomainList(damaged))).toThrow(InvalidDomainListError)
  })

  it.each([0, -1, Number.NaN])('rules reject a custom implementation of DomainList with the size %d', (size) => {
    const empty: DomainList = { has: () => false, size, every: false }
    for (const make of [() => allowEmailDomains(empty), () => denyEmailDomains(empty), () => emailDomainIn(empty)]) {
      expect(make).toThrow('A domain list needs at least one pattern; this one is empty')
    }
  })

  it.each([
    ['the bytes of a list file', bytes],
    ['a Set, which does not match patterns', new Set(patterns)],
    ['an array of patterns', patterns],
  ])('rejects %s as a domain list', (_, value) => {
    expect(isDomainList(value)).toBe(false)
    for (const rule of [denyEmailDomains, emailDomainIn]) {
      expect(() => Reflect.apply(rule, undefined, [value])).toThrow(
        /^(denyEmailDomains|emailDomainIn)\(\): argument 1 is (an array|an object|a Set); expected/,
      )
    }
  })
})
