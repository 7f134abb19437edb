import { describe, expect, it } from 'vitest'
import { type PreSignUp, preSignUp } from '../../../src/pre-signup/trigger.ts'
import { parseEmailAddress } from '../../../src/shared/email/address.ts'
import { emailDomainIn, UnreadableEmailError } from '../../../src/shared/email/email-domain-in.ts'
import { denyIf, when } from '../../../src/shared/rules/combinators.ts'
import { hasAttribute, not, or, triggeredBy } from '../../../src/shared/rules/condition.ts'
import { createContext } from '../../../src/shared/rules/invocation.ts'
import { preSignUpEvent } from '../../support/events.ts'
import { acceptedForms, allowedDomains, hostileAddresses } from '../../support/hostile-addresses.ts'
import { SAMPLES } from '../../support/samples.ts'

const createUserContext = (userAttributes: Readonly<Record<string, string>> | null) =>
  createContext(
    {
      version: '1',
      triggerSource: 'PreSignUp_SignUp',
      region: 'eu-west-1',
      userPoolId: 'eu-west-1_example',
      userName: 'eve',
      callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: 'client' },
      request: { userAttributes },
      response: {},
    },
    { signal: () => new AbortController().signal },
    SAMPLES.refusing,
  )

describe('emailDomainIn', () => {
  const inside = emailDomainIn(...allowedDomains)

  it.each(acceptedForms)('returns true for $trick: $address', ({ address }) => {
    expect(inside(createUserContext({ email: address }))).toBe(true)
  })

  it('returns false or throws for a hostile address', () => {
    for (const { address } of hostileAddresses) {
      const ctx = createUserContext({ email: address })
      if (address === '' || parseEmailAddress(address) !== undefined) expect(inside(ctx)).toBe(false)
      else expect(() => inside(ctx)).toThrow(UnreadableEmailError)
    }
  })

  it('returns false for a user without an email address', () => {
    for (const attributes of [null, {}, { email: '' }, { name: 'eve@example.com' }])
      expect(inside(createUserContext(attributes))).toBe(false)
  })

  it('fails the invocation for an ambiguous address, also inside not() and when()', async () => {
    const uses = [
      denyIf<PreSignUp>(inside, 'staff', 'Staff sign up elsewhere'),
      denyIf<PreSignUp>(not(inside), 'strangers', 'Only staff signs up here'),
      when<PreSignUp>(inside, denyIf(hasAttribute('custom:x'), 'x', 'No x')),
      when<PreSignUp>(not(inside), denyIf(hasAttribute('custom:x'), 'x', 'No x')),
    ]
    for (const rule of uses) {
      const decision = await preSignUp(rule).decide(preSignUpEvent({ email: '"a@example.com"@evil.com' }))
      expect(decision).toMatchObject({ kind: 'failed', error: { code: 'email-malformed' } })
    }
  })

  it('returns true for any plain address if the domain is *, but throws for an ambiguous address', () => {
    const anywhere = emailDomainIn('*')
    expect(anywhere(createUserContext({ email: 'eve@evil.com' }))).toBe(true)
    expect(() => anywhere(createUserContext({ email: 'eve@evil.com,a@example.com' }))).toThrow(UnreadableEmailError)
    expect(anywhere(createUserContext({}))).toBe(false)
  })

  it('returns true for a listed address, and false for another address of its domain', () => {
    const listed = emailDomainIn('ann@example.net', '.example.org')
    expect(['ANN@example.net', 'x@example.org', 'x@a.example.org'].every((email) => listed(createUserContext({ email })))).toBe(true)
    expect(listed(createUserContext({ email: 'bob@example.net' }))).toBe(false)
  })

  it('creates a condition whose proof property is domain, also inside not() and or()', () => {
    expect(inside.proof).toBe('domain')
    expect(not(inside).proof).toBe('domain')
    expect(or(triggeredBy('PreSignUp_SignUp'), inside).proof).toBe('domain')
  })

  it('throws when the condition is created with an empty list or an invalid domain', () => {
    expect(() => emailDomainIn()).toThrow(TypeError)
    expect(() => emailDomainIn('example.com', '@example.org')).toThrow("The domain pattern '@example.org' has no local part")
  })
})
