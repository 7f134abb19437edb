import { describe, expect, it } from 'vitest'
import { type PreSignUpSettings, preSignUpSettings } from '../../src/pre-signup/settings.ts'
import type { DomainList } from '../../src/shared/email/domain-list.ts'
import { type Environment, readSettings } from '../../src/shared/settings/settings.ts'

const read = (environment: Environment): PreSignUpSettings => readSettings(preSignUpSettings, environment)

const ALLOWED_EMAIL_DOMAINS = 'example.com'

/** Returns a matcher for a domain list that has exactly these patterns. */
function list(...patterns: readonly string[]): unknown {
  return expect.toSatisfy((domains: DomainList) => {
    const { size, has } = domains
    return size === patterns.length && patterns.every((pattern) => has(pattern.replace('*', 'any')))
  })
}

describe('preSignUpSettings', () => {
  it('requires the allowed domains, and has defaults for the other settings', () => {
    expect(read({ ALLOWED_EMAIL_DOMAINS })).toEqual({
      ALLOWED_EMAIL_DOMAINS: list('example.com'),
      ADMIN_CREATED_USERS: 'exempt',
      FEDERATED_EMAIL: 'require-verified',
      INVITE_BY: 'code',
      REFUSAL_CODES: 'own',
    })
  })

  it('reads every variable', () => {
    const settings = read({
      ALLOWED_EMAIL_DOMAINS: 'example.com, *.example.org',
      DENIED_EMAIL_DOMAINS: 'mail.example.org',
      AUTO_CONFIRM_DOMAINS: 'example.com',
      AUTO_CONFIRM_TRUST: 'unproven-address',
      ADMIN_CREATED_USERS: 'judge',
      FEDERATED_EMAIL: 'trust-identity-provider',
      BLOCK_TABLE: 'blocks',
      INVITE_TABLE: 'invites',
      INVITE_BY: 'email',
      REFUSAL_CODES: 'all',
      LOG_LEVEL: 'WARN',
      LOG_HASH_KEY: '0123456789abcdef',
      PATH: '/usr/bin',
    })
    expect(settings).toEqual({
      ALLOWED_EMAIL_DOMAINS: list('example.com', '*.example.org'),
      DENIED_EMAIL_DOMAINS: list('mail.example.org'),
      AUTO_CONFIRM_DOMAINS: list('example.com'),
      AUTO_CONFIRM_TRUST: 'unproven-address',
      ADMIN_CREATED_USERS: 'judge',
      FEDERATED_EMAIL: 'trust-identity-provider',
      BLOCK_TABLE: 'blocks',
      INVITE_TABLE: 'invites',
      INVITE_BY: 'email',
      REFUSAL_CODES: 'all',
      LOG_LEVEL: 'warn',
      LOG_HASH_KEY: '0123456789abcdef',
    })
  })

  it('accepts a file name for domains', () => {
    const environment = { ALLOWED_EMAIL_DOMAINS: '@file:staff.domains', DENIED_EMAIL_DOMAINS: '@file:/opt/disposable.domains' }
    expect(read(environment)).toMatchObject({
      ALLOWED_EMAIL_DOMAINS: { file: 'staff.domains' },
      DENIED_EMAIL_DOMAINS: { file: '/opt/disposable.domains' },
    })
  })

  it('treats an empty variable as not set', () => {
    const settings = read({ ALLOWED_EMAIL_DOMAINS, DENIED_EMAIL_DOMAINS: '', AUTO_CONFIRM_DOMAINS: '', LOG_LEVEL: '' })
    expect(settings).toMatchObject({ ALLOWED_EMAIL_DOMAINS: list('example.com') })
    expect(settings.DENIED_EMAIL_DOMAINS).toBeUndefined()
  })

  it.each([
    {
      environment: {},
      problem: 'ALLOWED_EMAIL_DOMAINS is missing; expected email domains or addresses separated by commas, such as example.com,',
    },
    { environment: { ALLOWED_EMAIL_DOMAINS: '' }, problem: 'ALLOWED_EMAIL_DOMAINS is missing; expected email domains' },
    { environment: { ALLOWED_EMAIL_DOMAINS: '@b.com' }, problem: 'ALLOWED_EMAIL_DOMAINS is "@b.com"; expected email domains' },
    { environment: { ALLOWED_EMAIL_DOMAINS: 'b.com,*' }, problem: 'ALLOWED_EMAIL_DOMAINS is "b.com,*"; expected email domains' },
    { environment: { ALLOWED_EMAIL_DOMAINS: '@file:' }, problem: 'or @file: and the path of a built list' },
    {
      environment: { ALLOWED_EMAIL_DOMAINS: '@file:a,b.com' },
      problem: 'ALLOWED_EMAIL_DOMAINS is "@file:a,b.com"; expected email domains',
    },
    { environment: { ALLOWED_EMAIL_DOMAINS: 'b.com,,c.com' }, problem: "The domain pattern '' is empty" },
    {
      environment: { ALLOWED_EMAIL_DOMAINS, DENIED_EMAIL_DOMAINS: 'com' },
      problem: 'DENIED_EMAIL_DOMAINS is "com"; expected email domains',
    },
    {
      environment: { ALLOWED_EMAIL_DOMAINS, AUTO_CONFIRM_DOMAINS: '127.0.0.1', AUTO_CONFIRM_TRUST: 'unproven-address' },
      problem: 'AUTO_CONFIRM_DOMAINS is "127.0.0.1"; expected email domains',
    },
    {
      environment: { ALLOWED_EMAIL_DOMAINS, AUTO_CONFIRM_DOMAINS: 'example.com' },
      problem: 'AUTO_CONFIRM_TRUST is missing; expected unproven-address, because AUTO_CONFIRM_DOMAINS is set: a domain proves nothing',
    },
    {
      environment: { ALLOWED_EMAIL_DOMAINS, AUTO_CONFIRM_DOMAINS: 'example.com', AUTO_CONFIRM_TRUST: 'yes' },
      problem: 'AUTO_CONFIRM_TRUST is "yes"; expected one of unproven-address',
    },
    {
      environment: { ALLOWED_EMAIL_DOMAINS, ADMIN_CREATED_USERS: 'allow' },
      problem: 'ADMIN_CREATED_USERS is "allow"; expected one of exempt, judge',
    },
    {
      environment: { ALLOWED_EMAIL_DOMAINS, FEDERATED_EMAIL: 'true' },
      problem: 'FEDERATED_EMAIL is "true"; expected one of require-verified, trust-identity-provider',
    },
    {
      environment: { ALLOWED_EMAIL_DOMAINS, INVITE_BY: 'phone' },
      problem: 'INVITE_BY is "phone"; expected one of code, email',
    },
    {
      environment: { ALLOWED_EMAIL_DOMAINS, REFUSAL_CODES: 'on' },
      problem: 'REFUSAL_CODES is "on"; expected one of own, all',
    },
    { environment: { ALLOWED_EMAIL_DOMAINS, LOG_LEVEL: 'loud' }, problem: 'LOG_LEVEL is "loud"; expected one of debug, info' },
    {
      environment: { ALLOWED_EMAIL_DOMAINS, LOG_HASH_KEY: 'short' },
      problem: 'LOG_HASH_KEY has an invalid value (not shown); expected a random',
    },
  ])('reports the invalid variable and the expected value: $problem', ({ environment, problem }) => {
    expect(() => read(environment)).toThrow(problem)
  })

  it('reports all invalid variables at once', () => {
    const all = () => read({ DENIED_EMAIL_DOMAINS: 'com', ADMIN_CREATED_USERS: 'allow' })
    expect(all).toThrow(/ALLOWED_EMAIL_DOMAINS is missing.*DENIED_EMAIL_DOMAINS is "com".*ADMIN_CREATED_USERS is "allow"/s)
  })
})
