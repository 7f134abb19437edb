import { describe, expect, it } from 'vitest'
import * as language from '../../../src/index.ts'
import * as postConfirmation from '../../../src/post-confirmation/index.ts'
import * as preAuth from '../../../src/pre-auth/index.ts'
import * as preSignUp from '../../../src/pre-signup/index.ts'
import * as rules from '../../../src/rules/index.ts'

/** The exports of the package without types, as plain JavaScript uses them. */
type Plain = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>

const plain = { ...language, ...preSignUp, ...preAuth, ...postConfirmation, ...rules } as unknown as Plain
const call = (name: string, ...args: readonly unknown[]): unknown => plain[name]?.(...args)

const domains = ['example.com', 'example.org']
const rule = (): unknown => call('allowEmailDomains', 'example.com')
const condition = (): unknown => call('emailDomainIn', 'example.com')

describe('a composition in plain JavaScript', () => {
  it.each<readonly [string, () => unknown, string]>([
    [
      'a condition instead of options',
      () => call('autoConfirm', condition()),
      'autoConfirm(): the options are a function; expected an object with some of { when, verifyEmail, verifyPhone, trust }',
    ],
    [
      'a misspelt option',
      () => call('autoConfirm', { if: condition() }),
      "autoConfirm(): unknown option 'if'; expected some of { when, verifyEmail, verifyPhone, trust }",
    ],
    [
      'sources as an array',
      () => call('triggeredBy', ['PreSignUp_SignUp']),
      'triggeredBy(): argument 1 is an array; expected strings. Spread it: ...values',
    ],
    [
      'an attribute as a boolean',
      () => call('hasAttribute', 'custom:staff', true),
      'hasAttribute(): argument 2 is a boolean; expected a string',
    ],
    [
      'app clients as a Set',
      () => call('fromAppClient', new Set(['a'])),
      'fromAppClient(): argument 1 is a Set; expected strings. Spread it: ...values',
    ],
    [
      'domains as an array',
      () => call('allowEmailDomains', domains),
      'allowEmailDomains(): argument 1 is an array; expected strings. Spread it: ...values',
    ],
    [
      'domains as a Set',
      () => call('allowEmailDomains', new Set(domains)),
      'allowEmailDomains(): argument 1 is a Set; expected strings. Spread it: ...values',
    ],
    [
      'a misspelt option for domains',
      () => call('allowEmailDomains', { domain: domains }),
      "allowEmailDomains(): unknown option 'domain'; expected some of { domains, message, federated }",
    ],
    [
      'one domain as a list',
      () => call('allowEmailDomains', { domains: 'example.com' }),
      "domains is a string; expected a list such as ['example.com']",
    ],
    ['rules as an array', () => call('preSignUp', [rule()]), 'PreSignUp(): argument 1 is an array; expected rules. Spread it: ...rules'],
    [
      'rules of anyOf as an array',
      () => call('anyOf', [rule(), rule()]),
      'anyOf(): argument 1 is an array; expected rules. Spread it: ...rules',
    ],
    [
      'a function as a rule',
      () => call('preSignUp', () => true),
      "PreSignUp(): argument 1 is a function; expected a rule: make one with defineRule('name', ...)",
    ],
    [
      'a function after settings',
      () => call('preSignUp', {}, rule(), () => true),
      'PreSignUp(): argument 3 is a function; expected a rule',
    ],
    ['a boolean as a condition', () => call('when', true, rule()), 'when(): the condition is a boolean; expected a condition such as'],
    [
      'a rule as a condition',
      () => call('when', rule(), rule()),
      "when(): the condition is the rule 'allow-email-domains'; expected a condition",
    ],
    [
      'a rule as an inverted condition',
      () => call('not', rule()),
      "not(): the condition is the rule 'allow-email-domains'; expected a condition",
    ],
    ['a boolean among conditions', () => call('and', condition(), false), 'and(): the condition is a boolean; expected a condition'],
    ['a condition as a rule', () => call('chain', condition()), 'chain(): argument 1 is a function; expected a rule'],
    [
      'a missing condition',
      () => call('denyIf', undefined, 'reason', 'Text'),
      'denyIf(): the condition is undefined; expected a condition',
    ],
    ['settings without a rule', () => call('preSignUp', { deadlineMs: 100 }), 'PreSignUp() needs at least one rule'],
    [
      'misspelt settings',
      () => call('preSignUp', { deadline: 100 }, rule()),
      "settings: unknown option 'deadline'; expected some of { deadlineMs",
    ],
    ['no arguments', () => call('preSignUp'), 'PreSignUp() needs at least one rule'],
    ['a misspelt option of failOpen', () => call('failOpen', rule(), { within: 1 }), "failOpen(): unknown option 'within'"],
    [
      'a misspelt option of blockUsers',
      () => call('blockUsers', { find: () => [] }, { reveal: true }),
      "blockUsers(): unknown option 'reveal'",
    ],
    [
      'a rule without a function',
      () => call('defineRule', 'mine', 'deny'),
      "defineRule('mine'): the second argument is a string; expected a function",
    ],
    [
      'an unknown ability',
      () => call('defineRule', 'mine', () => 0, { can: ['refuse'] }),
      "defineRule('mine'): can must be a list of 'allow'",
    ],
    [
      'a commit without release',
      () => call('defineRule', 'mine', () => 0, { commit: { reserve: () => 0 } }),
      'commit must have the functions reserve and release',
    ],
  ])('a composition with a mistake throws when it is built: %s', (_, compose, message) => {
    expect(compose).toThrow(TypeError)
    expect(compose).toThrow(message)
  })

  it.each<readonly [string, () => unknown, string]>([
    [
      'a rule that denies',
      () => call('postConfirmation', call('blockUsers', { find: () => [] })),
      "'block-users' cannot run in PostConfirmation: no rule may deny here",
    ],
    [
      'anyOf',
      () =>
        call(
          'postConfirmation',
          call(
            'anyOf',
            call('defineRule', 'look', () => 0),
          ),
        ),
      "'any-of' cannot run in PostConfirmation: no rule may allow here",
    ],
    [
      'shadow',
      () =>
        call(
          'postConfirmation',
          call(
            'shadow',
            call('defineRule', 'look', () => 0),
          ),
        ),
      "'shadow' cannot run in PostConfirmation: no rule may deny here",
    ],
    ['parallel', () => call('preSignUp', call('parallel', rule())), "'parallel' cannot run in PreSignUp: no rule has effects here"],
    [
      'a rule with an effect',
      () =>
        call(
          'preSignUp',
          call('defineRule', 'mail', () => 0, { can: ['done'] }),
        ),
      "'mail' cannot run in PreSignUp: no rule has effects here",
    ],
    [
      'a rule that answers',
      () => call('preAuthentication', call('autoConfirm')),
      "'auto-confirm' cannot run in PreAuthentication: Cognito ignores the answer",
    ],
    [
      'a reservation',
      () =>
        call(
          'postConfirmation',
          call('defineRule', 'use', () => 0, { commit: { reserve: () => 0, release: () => 0 } }),
        ),
      "'use' cannot run in PostConfirmation: no rule may deny here",
    ],
    [
      'a nested rule of another trigger',
      () =>
        call(
          'preAuthentication',
          call(
            'chain',
            preSignUp.preSignUp.rule('mine', () => language.skip()),
          ),
        ),
      "The rule 'mine' is for PreSignUp and cannot run in PreAuthentication",
    ],
  ])('a handler factory throws for a composition that its trigger does not permit: %s', (_, compose, message) => {
    expect(compose).toThrow(TypeError)
    expect(compose).toThrow(message)
  })
})
