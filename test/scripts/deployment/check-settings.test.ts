import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Checked, checkSettings } from '../../../scripts/deployment/check-settings.ts'
import type { PackagedFunction } from '../../../scripts/deployment/packaged.ts'
import { possibleEnvironments } from '../../../scripts/deployment/possible-environments.ts'
import { problemLines, uncheckedLines } from '../../../scripts/deployment/report.ts'
import { compiledSettings as postAuth } from '../../../src/post-auth/compiled-settings.ts'
import { compiledSettings as postConfirmation } from '../../../src/post-confirmation/compiled-settings.ts'
import { compiledSettings as preAuth } from '../../../src/pre-auth/compiled-settings.ts'
import { compiledSettings as preSignUp } from '../../../src/pre-signup/compiled-settings.ts'
import { readSweeperSettings } from '../../../src/sweeper/settings.ts'

const packaged = (folder: string, variables: object): PackagedFunction => ({
  name: folder,
  handler: `dist/${folder}/handler.handler`,
  environments: possibleEnvironments(variables, () => 'unknown'),
  archive: 'none.zip',
})
const check = (folder: string, variables: object): Checked => checkSettings(packaged(folder, variables), '/nowhere')
const mails = { WELCOME_EMAIL_FROM: 'me@example.com', WELCOME_APP_NAME: 'Example', WELCOME_APP_URL: 'https://example.com' }

const samples: Readonly<Record<string, readonly string[]>> = {
  ALLOWED_EMAIL_DOMAINS: ['example.com,*.example.org', '*', 'exmaple', ''],
  DENIED_EMAIL_DOMAINS: ['example.net', ',', ''],
  AUTO_CONFIRM_DOMAINS: ['example.com', 'com', ''],
  AUTO_CONFIRM_TRUST: ['unproven-address', 'yes', ''],
  ADMIN_CREATED_USERS: ['judge', 'Judge', ''],
  FEDERATED_EMAIL: ['require-verified', 'trust', ''],
  BLOCK_TABLE: ['blocks', ''],
  PROFILE_TABLE: ['profiles', ''],
  EFFECT_TABLE: ['effects', ''],
  WELCOME_SINCE: ['2026-01-31', '31.1.2026', ''],
  WELCOME_EMAIL_FROM: ['me@example.com', 'me', ''],
  WELCOME_APP_NAME: ['Example', ''],
  WELCOME_APP_URL: ['https://example.com', 'http://example.com', ''],
  WELCOME_EMAIL_CUT_OFF: ['at-least-once', 'never', ''],
  LOG_LEVEL: ['WARN', 'loud', ''],
  LOG_HASH_KEY: ['sixteen characters or more', 'short', ''],
}

describe.each([
  ['pre-signup', preSignUp],
  ['pre-auth', preAuth],
  ['post-auth', postAuth],
  ['post-confirmation', postConfirmation],
  ['sweeper', readSweeperSettings],
] as const)('the check of %s before a deployment', (folder, atInit) => {
  it('finds something exactly where the function would not start', () => {
    const some = fc.record(Object.fromEntries(Object.entries(samples).map(([name, texts]) => [name, fc.constantFrom(...texts)])), {
      requiredKeys: [],
    })
    fc.assert(
      fc.property(some, (environment) => {
        let starts = true
        try {
          atInit(environment)
        } catch {
          starts = false
        }
        expect(check(folder, environment).problems.length === 0).toBe(starts)
      }),
    )
  })
})

describe('the check of settings', () => {
  it('tells every problem at once, also those of variables that another one needs', () => {
    const { problems } = check('pre-signup', { ALLOWED_EMAIL_DOMAINS: 'exmaple', AUTO_CONFIRM_DOMAINS: 'example.com', LOG_LEVEL: 'loud' })
    expect(problems).toEqual([
      expect.stringMatching(/^ALLOWED_EMAIL_DOMAINS is "exmaple"; expected email domains/),
      'LOG_LEVEL is "loud"; expected one of debug, info, warn, error, silent',
      expect.stringMatching(/^AUTO_CONFIRM_TRUST is missing; expected unproven-address, because AUTO_CONFIRM_DOMAINS is set/),
    ])
    expect(check('sweeper', { PROFILE_TABLE: 'profiles', LOG_LEVEL: 'loud' }).problems).toEqual([
      'LOG_LEVEL is "loud"; expected one of debug, info, warn, error, silent',
      'EFFECT_TABLE is missing; expected the name of the DynamoDB table of effects',
    ])
  })

  it('takes the name of a table from CloudFormation, and says nothing of it', () => {
    const variables = { PROFILE_TABLE: { Ref: 'ProfileTable' }, EFFECT_TABLE: { 'Fn::GetAtt': 'EffectTable.Arn' }, ...mails }
    expect(check('post-confirmation', variables)).toEqual({ problems: [], unchecked: [] })
    expect(check('pre-auth', { BLOCK_TABLE: { 'Fn::If': ['Here', { Ref: 'AWS::NoValue' }, { Ref: 'Blocks' }] } })).toEqual({
      problems: ['BLOCK_TABLE is missing; expected the name of the DynamoDB table of blocks, where Here holds'],
      unchecked: [],
    })
  })

  it('says of what else CloudFormation makes that it was not checked, and checks the rest beside it', () => {
    expect(check('pre-signup', { ALLOWED_EMAIL_DOMAINS: '{{resolve:ssm:/domains}}', AUTO_CONFIRM_DOMAINS: { Ref: 'Domains' } })).toEqual({
      problems: [expect.stringContaining('AUTO_CONFIRM_TRUST is missing')],
      unchecked: ['ALLOWED_EMAIL_DOMAINS is known to CloudFormation alone', 'AUTO_CONFIRM_DOMAINS is known to CloudFormation alone'],
    })
  })

  it('checks both branches of a condition, and names the one that is wrong', () => {
    const variables = { ALLOWED_EMAIL_DOMAINS: { 'Fn::If': ['Strict', 'example.com', 'all'] }, LOG_LEVEL: 'loud' }
    expect(check('pre-signup', variables).problems).toEqual([
      expect.stringMatching(/^ALLOWED_EMAIL_DOMAINS is "all"; .*, where Strict does not hold$/),
      'LOG_LEVEL is "loud"; expected one of debug, info, warn, error, silent',
    ])
  })

  it('leaves lists of a layer and functions of other people unchecked, and says so', () => {
    expect(check('pre-signup', { ALLOWED_EMAIL_DOMAINS: '@file:/opt/staff.domains' })).toEqual({
      problems: [],
      unchecked: ['ALLOWED_EMAIL_DOMAINS names /opt/staff.domains, which a layer has to bring'],
    })
    expect(check('reports', {})).toEqual({
      problems: [],
      unchecked: ['it runs dist/reports/handler.handler, which reads settings of its own'],
    })
  })
})

describe('what is printed', () => {
  const key = 'my secret key'
  const functions = ['pre-auth', 'pre-signup'].map((name) => ({
    name,
    ...check(name, { LOG_HASH_KEY: key, BLOCK_TABLE: 'blocks', ALLOWED_EMAIL_DOMAINS: { Ref: 'Domains' } }),
  }))

  it('is a line for each problem, with its functions and the parameter, and no secret', () => {
    const lines = problemLines(functions, { read: new Set(['logHashKey']), set: [] })
    expect(lines).toEqual([
      'pre-auth, pre-signup: LOG_HASH_KEY is set to a value that is not shown; expected a random text of at least 16 characters; the parameter logHashKey sets it',
    ])
    expect(problemLines(functions, undefined).join()).not.toMatch(/parameter|my secret key/)
    expect(uncheckedLines(functions)).toEqual(['pre-signup: ALLOWED_EMAIL_DOMAINS is known to CloudFormation alone'])
  })
})
