import { describe, expect, it } from 'vitest'
import { parseBuiltInDomains } from '../../scripts/built-in-domains.ts'
import { preAuthentication } from '../../src/pre-auth/trigger.ts'
import { preSignUp } from '../../src/pre-signup/trigger.ts'
import { EMAIL_NOT_ALLOWED, EMAIL_NOT_ALLOWED_AT_SIGN_IN } from '../../src/rules/allow-email-domains.ts'
import { denyDisposableEmail } from '../../src/rules/deny-disposable-email.ts'
import { denyFreeEmail } from '../../src/rules/deny-free-email.ts'
import { DISPOSABLE_DOMAINS } from '../../src/rules/lists/disposable-domains.ts'
import { FREE_DOMAINS } from '../../src/rules/lists/free-domains.ts'
import { domainList, normalisePattern } from '../../src/shared/email/domain-list.ts'
import { bundleSource } from '../support/bundled.ts'
import { adminCreatedEvent, federatedEvent, preAuthenticationEvent, preSignUpEvent } from '../support/events.ts'
import { hostileAddresses } from '../support/hostile-addresses.ts'

describe.each([
  {
    make: denyDisposableEmail,
    name: 'denyDisposableEmail',
    rule: 'deny-disposable-email',
    reason: 'disposable-email',
    domain: 'yopmail.com',
  },
  { make: denyFreeEmail, name: 'denyFreeEmail', rule: 'deny-free-email', reason: 'free-email', domain: 'gmail.com' },
])('$name', ({ make, name, rule, reason, domain }) => {
  const denied = { kind: 'denied', rule, reason, message: EMAIL_NOT_ALLOWED }
  const passed = { kind: 'proceed', rule: null }
  const decide = (email: string, options?: Parameters<typeof make>[0]) => preSignUp(make(options)).decide(preSignUpEvent({ email }))

  it('denies a listed domain and the domains below it, in any case', async () => {
    for (const email of [`ann@${domain}`, `ann@${domain.toUpperCase()}.`, `ann@a.${domain}`, `ann@a.b.c.d.e.f.g.${domain}`])
      expect(await decide(email)).toMatchObject(denied)
  })

  it('skips another domain, the domain above a listed one, and a user without an address', async () => {
    for (const email of ['ann@example.com', `ann@not${domain}`, `ann@${domain}.example.com`])
      expect(await decide(email)).toMatchObject(passed)
    expect(await preSignUp(make()).decide(preSignUpEvent({}))).toMatchObject(passed)
  })

  it('denies a malformed address, and never allows a hostile one', async () => {
    expect(await decide(`"ann"@${domain}`)).toMatchObject({ ...denied, reason: 'email-malformed' })
    for (const { address } of hostileAddresses) {
      const decision = await decide(address)
      expect([address, decision.kind === 'denied' || decision.rule === null]).toEqual([address, true])
    }
  })

  it('skips what allow lists, even if more lists it too', async () => {
    const options = { allow: [domain, 'ann@a.example.com'], more: domainList([domain, '.example.com']) }
    expect(await decide(`ann@${domain}`, options)).toMatchObject(passed)
    expect(await decide('ann@a.example.com', options)).toMatchObject(passed)
    expect(await decide('eve@a.example.com', options)).toMatchObject(denied)
    expect(await decide(`ann@a.${domain}`, options)).toMatchObject(denied)
  })

  it('denies what more lists', async () => {
    expect(await decide('ann@example.com', { more: ['example.com'] })).toMatchObject(denied)
    expect(await decide('ann@a.example.com', { more: ['example.com'] })).toMatchObject(passed)
  })

  it.each([
    ['an administrator', adminCreatedEvent],
    ['an identity provider', federatedEvent],
  ])('denies a listed domain from %s too', async (_, event) => {
    expect(await preSignUp(make()).decide(event({ email: `ann@${domain}` }))).toMatchObject(denied)
  })

  it('denies a sign-in with the text for a sign-in, or with the given one', async () => {
    const event = preAuthenticationEvent({ email: `ann@${domain}` })
    expect(await preAuthentication(make()).decide(event)).toMatchObject({ ...denied, message: EMAIL_NOT_ALLOWED_AT_SIGN_IN })
    expect(await preAuthentication(make({ message: 'Not here' })).decide(event)).toMatchObject({ message: 'Not here' })
    expect(await decide(`ann@${domain}`, { message: 'Not here' })).toMatchObject({ message: 'Not here' })
  })

  it.each<readonly [unknown, string]>([
    ['example.com', `${name}(): the options are a string`],
    [{ allowed: [] }, "unknown option 'allowed'"],
    [{ allow: 'example.com' }, 'domains is a string; expected a list'],
    [{ more: [] }, 'A domain list needs at least one pattern'],
    [{ message: '' }, 'the message is empty'],
  ])('throws when it is composed with %j', (options, message) => {
    const compose = (): unknown => Reflect.apply(make, undefined, [options])
    expect(compose).toThrow(TypeError)
    expect(compose).toThrow(message)
  })
})

const hasParent = (listed: ReadonlySet<string>, domain: string): boolean =>
  domain.split('.').some((_, index, labels) => listed.has(labels.slice(index).join('.')))

describe('the built-in lists', () => {
  it('have only normalised domains, each once', () => {
    for (const domains of [DISPOSABLE_DOMAINS, FREE_DOMAINS].map(parseBuiltInDomains)) {
      expect(domains.filter((domain) => normalisePattern(domain) !== domain)).toEqual([])
      expect(new Set(domains).size).toBe(domains.length)
    }
  })

  it('deny each of their domains, and no domain that they lack', async () => {
    for (const [text, rule] of [
      [DISPOSABLE_DOMAINS, denyDisposableEmail()],
      [FREE_DOMAINS, denyFreeEmail()],
    ] as const) {
      const handler = preSignUp(rule)
      const decide = async (domain: string) => (await handler.decide(preSignUpEvent({ email: `ann@${domain}` }))).kind
      const domains = parseBuiltInDomains(text)
      expect(new Set(await Promise.all(domains.map(decide)))).toEqual(new Set(['denied']))
      const listed = new Set(domains)
      // Adds a letter to the name directly below the top-level domain, so that no parent is listed either, unless by chance.
      const others = domains
        .map((domain) => domain.replace(/[^.]+\.[^.]+$/, 'x$&'))
        .filter((other) => normalisePattern(other) !== undefined && !hasParent(listed, other))
      expect(others.length).toBeGreaterThan(5000)
      expect(new Set(await Promise.all(others.map(decide)))).toEqual(new Set(['proceed']))
    }
  })

  it('have no domain of more than 6 labels, which the rules would not find', () => {
    const labels = [DISPOSABLE_DOMAINS, FREE_DOMAINS].flatMap(parseBuiltInDomains).map((domain) => domain.split('.').length)
    expect(Math.max(...labels)).toBeLessThanOrEqual(6)
  })

  it('have thousands of domains, and none in common', () => {
    const disposable = new Set(parseBuiltInDomains(DISPOSABLE_DOMAINS))
    const free = parseBuiltInDomains(FREE_DOMAINS)
    expect(disposable.size).toBeGreaterThan(8000)
    expect(free.length).toBeGreaterThan(5000)
    expect(free.filter((domain) => disposable.has(domain))).toEqual([])
  })

  it('lack registries, below which organisations have domains of their own', () => {
    const free = new Set(parseBuiltInDomains(FREE_DOMAINS))
    expect(['net.ua', 'za.com'].filter((registry) => free.has(registry))).toEqual([])
  })

  it('do not call large mail providers disposable', () => {
    const disposable = new Set(parseBuiltInDomains(DISPOSABLE_DOMAINS))
    const free = new Set(parseBuiltInDomains(FREE_DOMAINS))
    for (const domain of [
      'gmail.com',
      'outlook.com',
      'hotmail.com',
      'yahoo.com',
      'icloud.com',
      'proton.me',
      'gmx.de',
      'web.de',
      'aol.com',
      'qq.com',
    ])
      expect([domain, disposable.has(domain), free.has(domain)]).toEqual([domain, false, true])
  })
})

describe('a bundle', () => {
  it.each([
    ['denyEmailDomains', "'example.com'", []],
    ['denySubaddressing', '', []],
    ['denyDisposableEmail', '', ['src/rules/lists/disposable-domains.ts']],
    ['denyFreeEmail', '', ['src/rules/lists/free-domains.ts']],
  ])('with %s has only the list that it needs', async (rule, args, lists) => {
    for (const entry of ['index', 'email-domains']) {
      const source = `import { ${rule} } from './src/rules/${entry}.ts'\nexport const made = ${rule}(${args})`

      const { contents } = await bundleSource(source, false)

      expect(contents.filter((file) => file.includes('/lists/'))).toEqual(lists)
    }
  })
})
