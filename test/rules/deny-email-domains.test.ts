import { describe, expect, it } from 'vitest'
import { type PreSignUp, preSignUp } from '../../src/pre-signup/trigger.ts'
import { EMAIL_NOT_ALLOWED } from '../../src/rules/allow-email-domains.ts'
import { denyEmailDomains } from '../../src/rules/deny-email-domains.ts'
import { anyOf } from '../../src/shared/rules/combinators.ts'
import { adminCreatedEvent, federatedEvent, preSignUpEvent } from '../support/events.ts'
import { acceptedForms, allowedDomains, hostileAddresses } from '../support/hostile-addresses.ts'

const decide = (event: PreSignUp['event']) => preSignUp(denyEmailDomains(...allowedDomains)).decide(event)
const denied = (reason: string) => ({ kind: 'denied', rule: 'deny-email-domains', reason, message: EMAIL_NOT_ALLOWED })
const passed = { kind: 'proceed', rule: null }

describe('denyEmailDomains', () => {
  it.each(acceptedForms)('denyEmailDomains denies an address in a listed domain: $trick', async ({ address }) => {
    expect(await decide(preSignUpEvent({ email: address }))).toMatchObject(denied('domain-denied'))
  })

  it.each([
    { source: 'federated users', event: federatedEvent },
    { source: 'users whom an administrator creates', event: adminCreatedEvent },
  ])('denyEmailDomains denies an address in a listed domain from $source', async ({ event }) => {
    expect(await decide(event({ email: 'eve@example.com' }))).toMatchObject(denied('domain-denied'))
  })

  it.each(hostileAddresses)('denyEmailDomains never allows a hostile address: $trick', async ({ address }) => {
    const decision = await decide(preSignUpEvent({ email: address }))
    expect(decision.kind === 'denied' || decision.rule === null).toBe(true)
  })

  it('denyEmailDomains denies a malformed address, because another program may parse a listed domain from it', async () => {
    expect(await decide(preSignUpEvent({ email: '"eve"@example.com' }))).toMatchObject(denied('email-malformed'))
  })

  it('denyEmailDomains skips other domains, look-alike domains and users without an address', async () => {
    expect(await decide(preSignUpEvent({ email: 'ann@example.net' }))).toMatchObject(passed)
    expect(await decide(preSignUpEvent({ email: 'ann@notexample.com' }))).toMatchObject(passed)
    expect(await decide(preSignUpEvent({}))).toMatchObject(passed)
  })

  it('denyEmailDomains denies a listed address in any spelling of its case, and no other address of its domain', async () => {
    const rule = denyEmailDomains<PreSignUp>('Eve@example.net', '.example.org', '*.tk')
    for (const email of ['eve@example.net', 'EVE@Example.NET.', 'ann@example.org', 'ann@mail.example.org', 'ann@free.tk'])
      expect(await preSignUp(rule).decide(preSignUpEvent({ email }))).toMatchObject(denied('domain-denied'))
    expect(await preSignUp(rule).decide(preSignUpEvent({ email: 'ann@example.net' }))).toMatchObject(passed)
  })

  it('denyEmailDomains uses only the domains of a list that has no function hasAddress', async () => {
    const rule = denyEmailDomains<PreSignUp>({ has: (domain) => domain === 'example.net', size: 1, every: false })
    expect(await preSignUp(rule).decide(preSignUpEvent({ email: 'ann@example.net' }))).toMatchObject(denied('domain-denied'))
    expect(await preSignUp(rule).decide(preSignUpEvent({ email: 'ann@example.org' }))).toMatchObject(passed)
  })

  it('denyEmailDomains never allows a user inside anyOf', async () => {
    const decision = await preSignUp(anyOf(denyEmailDomains('example.com'))).decide(preSignUpEvent({ email: 'ann@example.net' }))
    expect(decision).toMatchObject({ kind: 'denied', reason: 'no-rule-allowed' })
  })

  it('denyEmailDomains throws for an empty list or an invalid domain', () => {
    expect(() => denyEmailDomains()).toThrow('denyEmailDomains() needs at least one value')
    expect(() => denyEmailDomains('@example.com')).toThrow("has no local part before the '@'; did you mean 'example.com'?")
  })

  it('denyEmailDomains explains a denial to developers with the domain and the list', async () => {
    const handler = preSignUp(denyEmailDomains('*.example.com', 'eve@example.net'))
    const explain = async (email: string): Promise<unknown> => (await handler.decide(preSignUpEvent({ email }))).trace[0]?.explanation
    expect(await explain('eve@mail.example.com')).toBe('The domain mail.example.com is in the list: *.example.com, eve@example.net')
    expect(await explain('Eve@example.net')).toBe('The address itself is in the list')
  })
})
