import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { onceRules } from '../../../src/shared/rules/once-rules.ts'
import { describeRule } from '../../../src/tools/lib/description.ts'
import { repository } from '../../support/built.ts'
import { complaintOf, stubEnvironment } from '../../support/environment.ts'

const domains = { ALLOWED_EMAIL_DOMAINS: 'example.com, *.example.org' }
const tables = { BLOCK_TABLE: 'blocks', PROFILE_TABLE: 'profiles', EFFECT_TABLE: 'effects' }
const welcome = { WELCOME_EMAIL_FROM: 'welcome@example.com', WELCOME_APP_NAME: 'Example', WELCOME_APP_URL: 'https://app.example.com' }
const empty = { DENIED_EMAIL_DOMAINS: '', AUTO_CONFIRM_DOMAINS: '', AUTO_CONFIRM_TRUST: '', WELCOME_SINCE: '', LOG_HASH_KEY: '' }

type Name = 'pre-signup' | 'pre-auth' | 'post-auth' | 'post-confirmation'

// By computed names: what users write needs no types spelt out, which imported by name it would.
const load = {
  project: (name: Name | 'sweeper') => import(`../../../starter/src/${name}.ts`),
  own: (name: Name) => import(`../../../src/${name}/handler.ts`),
}

const event = (email: string, triggerSource: string) => ({
  version: '1',
  triggerSource,
  region: 'eu-west-1',
  userPoolId: 'eu-west-1_example',
  userName: 'somebody',
  callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: 'client' },
  request: { userAttributes: { email, 'cognito:user_status': 'UNCONFIRMED' } },
  response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
})

/** What a handler is made of, and what it says to a few people, whichever of the two it is. */
async function composed(name: Name, whose: keyof typeof load) {
  const { handler } = await load[whose](name)
  if (handler.trigger !== 'PreSignUp') return describeRule(handler.rule)
  const said: unknown[] = []
  for (const source of ['PreSignUp_SignUp', 'PreSignUp_ExternalProvider', 'PreSignUp_AdminCreateUser', 'PreSignUp_New']) {
    for (const email of ['mary@example.com', 'eve@evilexample.com', 'a@mail.example.org', 'bob@other.example', 'two@at@example.com']) {
      const { trace, ...decision } = await handler.decide(event(email, source))
      said.push(decision)
    }
  }
  return { rule: describeRule(handler.rule), said }
}

afterEach(() => vi.unstubAllEnvs())

describe('the tests of a new project', () => {
  it('get the settings of lifeguard.env but the table of blocks, where the caller sets nothing else', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'lifeguard-starter-'))
    onTestFinished(() => rm(cwd, { recursive: true }))
    await writeFile(join(cwd, 'lifeguard.env'), 'WELCOME_APP_NAME=From the file\nPROFILE_TABLE=filed\nBLOCK_TABLE=filed\n')
    const config = pathToFileURL(join(repository, 'starter/vitest.config.ts')).href
    const program = `import(${JSON.stringify(config)}).then(({ default: { test } }) => console.log(JSON.stringify(test.env)))`
    const env = { ...process.env, WELCOME_APP_NAME: 'Mine' }
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', program], { cwd, env })
    expect(JSON.parse(stdout)).toMatchObject({ WELCOME_APP_NAME: 'Mine', PROFILE_TABLE: 'filed', BLOCK_TABLE: '' })
  })
})

describe('the handlers of a new project', () => {
  it.each<[Name, string, Readonly<Record<string, string>>]>([
    ['pre-signup', 'nothing but domains', domains],
    ['pre-signup', 'all that is empty', { ...domains, ...empty }],
    ['pre-signup', 'denied domains', { ...domains, DENIED_EMAIL_DOMAINS: 'mail.example.org' }],
    ['pre-signup', 'everybody', { ALLOWED_EMAIL_DOMAINS: '*' }],
    ['pre-signup', 'administrators who are judged', { ...domains, ADMIN_CREATED_USERS: 'judge' }],
    ['pre-signup', 'a trusted identity provider', { ...domains, FEDERATED_EMAIL: 'trust-identity-provider' }],
    [
      'pre-signup',
      'users confirmed by domain',
      { ...domains, AUTO_CONFIRM_DOMAINS: 'example.com', AUTO_CONFIRM_TRUST: 'unproven-address' },
    ],
    ['pre-signup', 'another level', { ...domains, LOG_LEVEL: 'WARN', LOG_HASH_KEY: 'sixteen characters' }],
    ['pre-auth', 'a table', tables],
    ['post-auth', 'a table', tables],
    ['post-auth', 'a sender and no day', { ...tables, ...welcome }],
    ['post-auth', 'a sender and a time', { ...tables, ...welcome, WELCOME_SINCE: '2026-01-31T23:30:00-05:00' }],
    ['post-auth', 'a sender and a day', { ...tables, ...welcome, WELCOME_SINCE: '2026-01-31' }],
    ['post-confirmation', 'no sender', { ...tables, ...empty }],
    ['post-confirmation', 'a sender', { ...tables, ...welcome, WELCOME_EMAIL_CUT_OFF: 'at-least-once' }],
  ])('compose what the handlers of this repository compose: %s, with %s', async (name, _, environment) => {
    stubEnvironment(environment)
    expect(await composed(name, 'project')).toEqual(await composed(name, 'own'))
  })

  it.each<[Name, string, Readonly<Record<string, string>>]>([
    ['pre-signup', 'ALLOWED_EMAIL_DOMAINS is missing', {}],
    ['pre-signup', 'ALLOWED_EMAIL_DOMAINS is missing', { ALLOWED_EMAIL_DOMAINS: '' }],
    ['pre-signup', 'ALLOWED_EMAIL_DOMAINS: ', { ALLOWED_EMAIL_DOMAINS: 'exam ple.com' }],
    ['pre-signup', 'none.domains', { ALLOWED_EMAIL_DOMAINS: '@file:none.domains' }],
    ['pre-signup', 'AUTO_CONFIRM_TRUST is missing', { ...domains, AUTO_CONFIRM_DOMAINS: 'example.com' }],
    ['pre-signup', 'AUTO_CONFIRM_TRUST is not valid', { ...domains, AUTO_CONFIRM_DOMAINS: 'example.com', AUTO_CONFIRM_TRUST: 'yes' }],
    ['pre-signup', 'ADMIN_CREATED_USERS is not valid; expected one of exempt, judge', { ...domains, ADMIN_CREATED_USERS: 'maybe' }],
    ['pre-signup', 'FEDERATED_EMAIL is not valid', { ...domains, FEDERATED_EMAIL: 'trust' }],
    ['pre-signup', 'LOG_LEVEL is not valid', { ...domains, LOG_LEVEL: 'loud' }],
    ['pre-signup', 'logHashKey is too short', { ...domains, LOG_HASH_KEY: 'short' }],
    ['pre-auth', 'BLOCK_TABLE is missing', {}],
    ['post-auth', 'PROFILE_TABLE is missing', {}],
    ['post-auth', 'WELCOME_SINCE is not valid; expected a day', { ...tables, ...welcome, WELCOME_SINCE: 'March' }],
    ['post-auth', 'WELCOME_SINCE is not valid; expected a day', { ...tables, ...welcome, WELCOME_SINCE: '0001-01-01' }],
    ['post-auth', 'WELCOME_SINCE is not valid; expected a day', { ...tables, ...welcome, WELCOME_SINCE: '2999-01-01' }],
    ['post-confirmation', 'WELCOME_EMAIL_FROM is not valid', { ...tables, ...welcome, WELCOME_EMAIL_FROM: 'welcome@bücher.example' }],
    ['post-confirmation', 'WELCOME_APP_NAME is not valid', { ...tables, ...welcome, WELCOME_APP_NAME: 'Example\nBuy now' }],
    ['post-confirmation', 'WELCOME_APP_URL is not valid', { ...tables, ...welcome, WELCOME_APP_URL: 'https://a.example/\n\nBuy now' }],
    ['post-auth', 'WELCOME_SINCE is not valid; expected a day', { ...tables, ...welcome, WELCOME_SINCE: '2026-02-31' }],
    ['post-auth', 'EFFECT_TABLE is missing', { PROFILE_TABLE: 'profiles', ...welcome, WELCOME_SINCE: '2026-01-31' }],
    ['post-confirmation', 'WELCOME_APP_NAME is missing', { ...tables, WELCOME_EMAIL_FROM: 'welcome@example.com' }],
    ['post-auth', 'WELCOME_EMAIL_FROM is not valid; expected one email address', { ...tables, WELCOME_EMAIL_FROM: 'Example' }],
    ['post-confirmation', 'WELCOME_EMAIL_FROM is not valid', { ...tables, ...welcome, WELCOME_EMAIL_FROM: 'a@b@example.com' }],
    ['post-confirmation', 'WELCOME_EMAIL_FROM is not valid', { ...tables, ...welcome, WELCOME_EMAIL_FROM: 'a@b' }],
    ['post-confirmation', 'WELCOME_APP_URL is not valid', { ...tables, ...welcome, WELCOME_APP_URL: 'http://app.example.com' }],
    ['post-confirmation', 'WELCOME_APP_URL is not valid', { ...tables, ...welcome, WELCOME_APP_URL: 'https:evil.com' }],
    ['post-confirmation', 'WELCOME_APP_URL is not valid', { ...tables, ...welcome, WELCOME_APP_URL: 'https:/\\evil.com' }],
    ['post-confirmation', 'WELCOME_APP_URL is not valid', { ...tables, ...welcome, WELCOME_APP_URL: 'https://user:pw@evil.com' }],
    ['post-confirmation', 'EFFECT_TABLE is missing', { PROFILE_TABLE: 'profiles', ...welcome }],
    ['post-confirmation', 'WELCOME_EMAIL_CUT_OFF is not valid', { ...tables, ...welcome, WELCOME_EMAIL_CUT_OFF: 'never' }],
  ])(
    'do not start with wrong settings, as those of this repository, and tell nobody who signs up: %s, %s',
    async (name, text, environment) => {
      stubEnvironment(environment)
      expect(await complaintOf(() => load.project(name))).toContain(text)
      expect(await complaintOf(() => load.own(name))).not.toBe('')
    },
  )

  it('run in the sweeper what post confirmation composes', async () => {
    stubEnvironment({ ...tables, ...welcome })
    const { handler: sweeper } = await load.project('sweeper')
    const { handler: trigger } = await load.project('post-confirmation')
    const { handler: own } = await import('../../../src/sweeper/handler.ts')
    expect(sweeper).toBeTypeOf('function')
    expect([...onceRules(sweeper.sweepsEffectsOf).keys()]).toEqual(['send-welcome-email'])
    // A handler's own rules are a chain, which the sweeper needs none of.
    expect([describeRule(sweeper.sweepsEffectsOf)]).toEqual(describeRule(trigger.rule)?.children)
    expect(describeRule(sweeper.sweepsEffectsOf)).toEqual(describeRule(own.sweepsEffectsOf))
    stubEnvironment({ PROFILE_TABLE: 'profiles' })
    await expect(load.project('sweeper')).rejects.toThrow('EFFECT_TABLE is missing')
  })
})
