import { describe, expect, it, vi } from 'vitest'
import { type PreSignUp, preSignUp } from '../../src/pre-signup/trigger.ts'
import { allowEmailDomains, EMAIL_NOT_ALLOWED } from '../../src/rules/allow-email-domains.ts'
import { buildDomainList, readDomainList } from '../../src/shared/email/domain-file.ts'
import type { RuleArgument } from '../../src/shared/rules/rule.ts'
import { adminCreatedEvent, federatedEvent, preSignUpEvent } from '../support/events.ts'
import { acceptedForms, allowedDomains, hostileAddresses } from '../support/hostile-addresses.ts'

const decide = (rule: RuleArgument<PreSignUp>, event: PreSignUp['event']) => preSignUp(rule).decide(event)
const allowed = { kind: 'proceed', rule: 'allow-email-domains' }
const denied = (reason: string) => ({ kind: 'denied', rule: 'allow-email-domains', reason, message: EMAIL_NOT_ALLOWED })
const skipped = { kind: 'proceed', rule: null }

describe('allowEmailDomains', () => {
  it('allowEmailDomains declares that it allows and denies', () => {
    expect(allowEmailDomains('example.com')).toMatchObject({ name: 'allow-email-domains', kind: 'rule', can: ['allow', 'deny'] })
  })

  it.each([
    { form: 'a list', rule: allowEmailDomains('example.com', '*.example.org') },
    { form: 'options', rule: allowEmailDomains({ domains: ['example.com', '*.example.org'] }) },
  ])('allowEmailDomains accepts the domains as $form', async ({ rule }) => {
    expect(await decide(rule, preSignUpEvent({ email: 'ann@example.com' }))).toMatchObject(allowed)
    expect(await decide(rule, preSignUpEvent({ email: 'ann@mail.example.org' }))).toMatchObject(allowed)
    expect(await decide(rule, preSignUpEvent({ email: 'ann@example.net' }))).toMatchObject(denied('domain-not-allowed'))
  })

  it.each([
    { source: 'a self-service sign-up', event: preSignUpEvent },
    { source: 'an identity provider', event: (attributes: { email: string }) => federatedEvent({ ...attributes, email_verified: 'true' }) },
    { source: 'an administrator', event: adminCreatedEvent },
    {
      source: 'an unknown trigger source with a verified address',
      event: (attributes: { email: string }) =>
        preSignUpEvent({ ...attributes, email_verified: 'true' }, { triggerSource: 'PreSignUp_Telepathy' }),
    },
  ])('allowEmailDomains allows or denies $source by email domain', async ({ event }) => {
    const rule = allowEmailDomains('example.com')
    expect(await decide(rule, event({ email: 'ann@example.com' }))).toMatchObject(allowed)
    expect(await decide(rule, event({ email: 'eve@evil.com' }))).toMatchObject(denied('domain-not-allowed'))
  })

  it.each([
    ['an unknown trigger source', preSignUpEvent({ email: 'ann@example.com' }, { triggerSource: 'PreSignUp_Telepathy' })],
    ['a user with the status EXTERNAL_PROVIDER', preSignUpEvent({ email: 'ann@example.com', 'cognito:user_status': 'EXTERNAL_PROVIDER' })],
  ])('allowEmailDomains denies an unverified address for %s, as for a user of an identity provider', async (_, event) => {
    expect(await decide(allowEmailDomains('example.com'), event)).toMatchObject(denied('federated-email-not-verified'))
  })

  it("allowEmailDomains with withoutEmail: 'skip' denies a user without an address at any source but PreSignUp_ExternalProvider", async () => {
    const rule = allowEmailDomains({ domains: ['example.com'], federated: { withoutEmail: 'skip' } })
    expect(await decide(rule, preSignUpEvent({}, { triggerSource: 'PreSignUp_Telepathy' }))).toMatchObject(denied('no-email'))
    expect(await decide(rule, preSignUpEvent({ 'cognito:user_status': 'EXTERNAL_PROVIDER' }))).toMatchObject(denied('no-email'))
  })

  it.each(hostileAddresses)('allowEmailDomains denies a hostile address: $trick', async ({ address }) => {
    const decision = await decide(allowEmailDomains(...allowedDomains), preSignUpEvent({ email: address }))
    expect(decision).toMatchObject({ kind: 'denied', rule: 'allow-email-domains', message: EMAIL_NOT_ALLOWED })
  })

  it.each(acceptedForms)('allowEmailDomains allows an address in an allowed domain: $trick', async ({ address }) => {
    expect(await decide(allowEmailDomains(...allowedDomains), preSignUpEvent({ email: address }))).toMatchObject(allowed)
  })

  it.each([
    { what: 'no email attribute', attributes: {}, reason: 'no-email' },
    { what: 'an empty email attribute', attributes: { email: '' }, reason: 'no-email' },
    { what: 'a malformed address', attributes: { email: 'ann' }, reason: 'email-malformed' },
    { what: 'an address of another domain', attributes: { email: 'ann@example.net' }, reason: 'domain-not-allowed' },
  ])('allowEmailDomains denies a user with $what, always with the same message', async ({ attributes, reason }) => {
    expect(await decide(allowEmailDomains('example.com'), preSignUpEvent(attributes))).toMatchObject(denied(reason))
  })

  it('allowEmailDomains uses the message option for every denial, without the final full stop', async () => {
    const rule = allowEmailDomains({ domains: ['example.com'], message: 'Use your work address.' })
    for (const attributes of [{}, { email: 'ann' }, { email: 'ann@example.net' }]) {
      expect(await decide(rule, preSignUpEvent(attributes))).toMatchObject({ kind: 'denied', message: 'Use your work address' })
    }
    expect(await decide(rule, federatedEvent())).toMatchObject({ kind: 'denied', message: 'Use your work address' })
  })

  it('allowEmailDomains allows a listed address in any spelling of its case, and no other address of its domain', async () => {
    const rule = allowEmailDomains<PreSignUp>('Guest@example.net', '.example.org', '*.edu')
    for (const email of ['guest@example.net', 'GUEST@Example.NET', 'ann@example.org', 'ann@mail.example.org', 'ann@mit.edu'])
      expect(await decide(rule, preSignUpEvent({ email }))).toMatchObject(allowed)
    for (const email of ['ann@example.net', 'guest@mail.example.net', 'guest+x@example.net', 'ann@badexample.org', 'ann@edu.example'])
      expect(await decide(rule, preSignUpEvent({ email }))).toMatchObject(denied('domain-not-allowed'))
  })

  it.each([
    ['a pattern', ['example.com', '*.com'], 'com'],
    ['a pattern that is left of an empty variable', ['.net'], 'net'],
    ['a built list', readDomainList(buildDomainList(['example.com', '*.org']).bytes), 'org'],
  ])('allowEmailDomains rejects a whole open top-level domain as %s', (_, domains, topLevel) => {
    expect(() => allowEmailDomains({ domains })).toThrow(
      `allowEmailDomains(): the list matches every domain below '${topLevel}', where anyone can register one; expected single domains, or only '*'`,
    )
  })

  it('allowEmailDomains throws for an invalid list or an empty message', () => {
    expect(() => allowEmailDomains()).toThrow('allowEmailDomains() needs at least one value')
    expect(() => allowEmailDomains({ domains: [] })).toThrow('at least one pattern')
    expect(() => allowEmailDomains('example.com', 'exam ple.com')).toThrow("'exam ple.com'")
    expect(() => allowEmailDomains('example.com', '*')).toThrow("'*' matches every domain")
    expect(() => allowEmailDomains({ domains: ['example.com'], message: ' .' })).toThrow('the message is empty')
  })
})

describe('allowEmailDomains for users from an identity provider', () => {
  const domains = ['example.com']

  it("allowEmailDomains denies a federated user without an address, or skips the user if withoutEmail is 'skip'", async () => {
    const event = federatedEvent({})
    expect(await decide(allowEmailDomains({ domains }), event)).toMatchObject(denied('no-email'))
    expect(await decide(allowEmailDomains({ domains, federated: { withoutEmail: 'deny' } }), event)).toMatchObject(denied('no-email'))
    expect(await decide(allowEmailDomains({ domains, federated: { withoutEmail: 'skip' } }), event)).toMatchObject(skipped)
  })

  it("allowEmailDomains denies users without an address who are not federated, even if withoutEmail is 'skip'", async () => {
    const rule = allowEmailDomains({ domains, federated: { withoutEmail: 'skip' } })
    expect(await decide(rule, preSignUpEvent({}))).toMatchObject(denied('no-email'))
    expect(await decide(rule, adminCreatedEvent({}))).toMatchObject(denied('no-email'))
  })

  it.each([{ email_verified: 'false' }, { email_verified: 'TRUE' }, {}])(
    "allowEmailDomains denies an unverified address, or allows it if unverifiedEmail is 'trust-identity-provider' (%o)",
    async (verified) => {
      const event = federatedEvent({ email: 'ann@example.com', ...verified })
      expect(await decide(allowEmailDomains({ domains }), event)).toMatchObject(denied('federated-email-not-verified'))
      const rule = allowEmailDomains({ domains, federated: { unverifiedEmail: 'trust-identity-provider' } })
      expect(await decide(rule, event)).toMatchObject(allowed)
    },
  )

  it('allowEmailDomains denies other domains, even if unverifiedEmail is trust-identity-provider', async () => {
    const rule = allowEmailDomains({ domains, federated: { unverifiedEmail: 'trust-identity-provider', withoutEmail: 'skip' } })
    expect(await decide(rule, federatedEvent({ email: 'eve@evil.com' }))).toMatchObject(denied('domain-not-allowed'))
    expect(await decide(rule, federatedEvent({ email: 'eve' }))).toMatchObject(denied('email-malformed'))
  })
})

describe("allowEmailDomains('*')", () => {
  it("allowEmailDomains('*') allows every domain, and skips users without an address", async () => {
    const rule = allowEmailDomains('*')
    expect(await decide(rule, preSignUpEvent({ email: 'ann@example.net' }))).toMatchObject(allowed)
    expect(await decide(rule, preSignUpEvent({}))).toMatchObject(skipped)
    expect(await decide(rule, federatedEvent({}))).toMatchObject(skipped)
    expect(await decide(rule, federatedEvent({ email: 'ann@example.net', email_verified: 'false' }))).toMatchObject(allowed)
  })

  it("allowEmailDomains('*') denies a malformed address", async () => {
    expect(await decide(allowEmailDomains('*'), preSignUpEvent({ email: 'a@b@c.com' }))).toMatchObject(denied('email-malformed'))
  })
})

describe('allowEmailDomains with a long list', () => {
  /** Counts the set lookups, and the reads of the domain list, while the handler decides one event. */
  async function countLookups(count: number): Promise<{ lookups: number; touched: number }> {
    let touched = 0
    const list = Array.from({ length: count }, (_, index) => (index % 2 === 0 ? `d${index}.example.com` : `*.d${index}.example.com`))
    const domains = new Proxy(list, {
      get(target, key, receiver) {
        touched += 1
        return Reflect.get(target, key, receiver)
      },
    })
    const rule = allowEmailDomains({ domains })
    const handler = preSignUp(rule)
    touched = 0
    const has = vi.spyOn(Set.prototype, 'has')
    try {
      await handler.decide(preSignUpEvent({ email: 'ann@mail.d9.example.net' }))
      return { lookups: has.mock.calls.length, touched }
    } finally {
      has.mockRestore()
    }
  }

  it('allowEmailDomains makes as many set lookups for a long domain list as for a short list, and never scans the list', async () => {
    const short = await countLookups(3)
    expect(short.lookups).toBeGreaterThan(0)
    expect(short.touched).toBe(0)
    expect(await countLookups(100_000)).toEqual(short)
  })

  it('allowEmailDomains explains a denial to developers with the domain and the first patterns, but not to the caller', async () => {
    const six = ['a.com', 'b.com', 'c.com', 'd.com', 'e.com', 'f.com']
    const built = { has: () => false, size: 90_000, every: false }
    const explanations: unknown[] = []
    for (const domains of [['example.com', '*.example.org'], six, built]) {
      const handler = preSignUp(allowEmailDomains({ domains }))
      const decision = await handler.decide(preSignUpEvent({ email: 'eve@EvilExample.com' }))
      expect(decision).toMatchObject(denied('domain-not-allowed'))
      explanations.push(decision.trace[0]?.explanation)
    }
    expect(explanations).toEqual([
      'The domain evilexample.com is not in the list: example.com, *.example.org',
      'The domain evilexample.com is not in the list: a.com, b.com, c.com, d.com, e.com and 1 more',
      'The domain evilexample.com is not in the list: 90000 patterns',
    ])
  })
})
