import { describe, expect, it } from 'vitest'
import { emailDomainIn } from '../../../src/shared/email/email-domain-in.ts'
import { not, or, triggeredBy } from '../../../src/shared/rules/condition.ts'
import { createContext } from '../../../src/shared/rules/context.ts'
import { acceptedForms, allowedDomains, hostileAddresses } from './hostile-addresses.ts'

const contextOf = (userAttributes: Readonly<Record<string, string>> | null) =>
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
  )

describe('emailDomainIn', () => {
  const inside = emailDomainIn(...allowedDomains)

  it.each(acceptedForms)('is true of $trick: $address', ({ address }) => {
    expect(inside(contextOf({ email: address }))).toBe(true)
  })

  it('is false of every hostile address', () => {
    expect(hostileAddresses.filter(({ address }) => inside(contextOf({ email: address })) !== false)).toEqual([])
  })

  it('is false without an address', () => {
    for (const attributes of [null, {}, { email: '' }, { email: 'eve' }, { name: 'eve@example.com' }])
      expect(inside(contextOf(attributes))).toBe(false)
  })

  it('is true of any plain address, and of nothing else, when * is spelt out', () => {
    const anywhere = emailDomainIn('*')
    expect(anywhere(contextOf({ email: 'eve@evil.com' }))).toBe(true)
    expect(anywhere(contextOf({ email: 'eve@evil.com,a@example.com' }))).toBe(false)
    expect(anywhere(contextOf({}))).toBe(false)
  })

  it('is known to prove no more than a domain, also in compositions', () => {
    expect(inside.evidence).toBe('domain')
    expect(not(inside).evidence).toBe('domain')
    expect(or(triggeredBy('PreSignUp_SignUp'), inside).evidence).toBe('domain')
  })

  it('refuses an empty or wrong list when it is composed', () => {
    expect(() => emailDomainIn()).toThrow(TypeError)
    expect(() => emailDomainIn('example.com', '@example.org')).toThrow("The domain pattern '@example.org' has an '@'")
  })
})
