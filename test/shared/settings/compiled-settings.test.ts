import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compiledSettings as postAuthentication } from '../../../src/post-auth/compiled-settings.ts'
import { readPostAuthenticationSettings } from '../../../src/post-auth/settings.ts'
import { compiledSettings as postConfirmation } from '../../../src/post-confirmation/compiled-settings.ts'
import { readPostConfirmationSettings } from '../../../src/post-confirmation/settings.ts'
import { compiledSettings as preAuthentication } from '../../../src/pre-auth/compiled-settings.ts'
import { readPreAuthenticationSettings } from '../../../src/pre-auth/settings.ts'
import { compiledSettings as preSignUp } from '../../../src/pre-signup/compiled-settings.ts'
import { readPreSignUpSettings } from '../../../src/pre-signup/settings.ts'
import { type Environment, InvalidSettings } from '../../../src/shared/settings/read-settings.ts'

const RUNS = 10_000

const domains = ['example.com', ' example.com ,\n*.example.org', '*', 'example.com,*', 'com', 'a@example.com', 'MÜNCHEN.de', ',', ' ']
const mail = ['welcome@example.com', 'welcome', 'Us <a@example.com>', 'a@example.com\nBcc: b@example.com', '__proto__']
const web = ['https://app.example.com', 'http://app.example.com', 'app.example.com', 'javascript:alert(1)', 'HTTPS://EXAMPLE.COM/']
const names = ['blocks', ' ', 'Example', '0', 'false']
// What fits comes first, and often, or hardly any environment as a whole would.
const VALUES: Readonly<Record<string, readonly string[]>> = {
  ALLOWED_EMAIL_DOMAINS: domains,
  DENIED_EMAIL_DOMAINS: domains,
  AUTO_CONFIRM_DOMAINS: domains,
  AUTO_CONFIRM_TRUST: ['unproven-address', 'Unproven-Address', 'yes'],
  ADMIN_CREATED_USERS: ['exempt', 'judge', 'JUDGE', 'toString'],
  FEDERATED_EMAIL: ['require-verified', 'trust-identity-provider', 'true'],
  LOG_LEVEL: ['info', 'WARN', 'Silent', 'loud', ' info', 'İNFO'],
  LOG_HASH_KEY: ['sixteen letters!', 'fifteen letters', '😀😀😀😀😀😀😀😀', '😀😀😀😀😀😀😀x'],
  BLOCK_TABLE: names,
  PROFILE_TABLE: names,
  EFFECT_TABLE: names,
  WELCOME_EMAIL_FROM: mail,
  WELCOME_APP_NAME: names,
  WELCOME_APP_URL: web,
  WELCOME_SINCE: ['2026-01-31', '2026-01-31T09:00:00Z', '2026-01-31T09:00:00', '2026-13-01', '2026-02-31', 'March', '1'],
  WELCOME_EMAIL_CUT_OFF: ['at-most-once', 'at-least-once', 'once'],
}

const environments: fc.Arbitrary<Environment> = fc.record(
  Object.fromEntries(
    Object.entries(VALUES).map(([name, [good = '', ...others]]) => [
      name,
      fc.oneof(
        { weight: 12, arbitrary: fc.constant(good) },
        { weight: 2, arbitrary: fc.constantFrom<string | undefined>(good, ...others, '', undefined) },
        { weight: 1, arbitrary: fc.string() },
      ),
    ]),
  ),
  { requiredKeys: [] },
)

/** What is made of an environment, or what is said of it. */
function outcome(read: (environment: Environment) => unknown, environment: Environment): unknown {
  try {
    return read(environment)
  } catch (error) {
    if (error instanceof InvalidSettings) return error.message
    throw error
  }
}

describe('a compiled reader of settings agrees with its schema, value for value and word for word', () => {
  it.each<[string, (environment: Environment) => unknown, (environment: Environment) => unknown]>([
    ['pre sign-up', preSignUp, readPreSignUpSettings],
    ['pre authentication', preAuthentication, readPreAuthenticationSettings],
    ['post authentication', postAuthentication, readPostAuthenticationSettings],
    ['post confirmation', postConfirmation, readPostConfirmationSettings],
  ])('%s', (_, compiled, read) => {
    let accepted = 0
    fc.assert(
      fc.property(environments, (environment) => {
        const made = outcome(compiled, environment)
        accepted += Number(typeof made === 'object')
        expect(made).toEqual(outcome(read, environment))
      }),
      { numRuns: RUNS },
    )
    expect(accepted).toBeGreaterThan(RUNS / 50)
    expect(accepted).toBeLessThan(RUNS - RUNS / 50)
  })
})
