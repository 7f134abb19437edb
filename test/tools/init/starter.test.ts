import { readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { isTriggerName, triggerFacts } from '../../../src/shared/cognito/triggers.ts'
import { onceRules } from '../../../src/shared/rules/once-rules.ts'
import { createProjectFiles } from '../../../src/tools/init/project.ts'
import { describeRule } from '../../../src/tools/lib/description.ts'
import { readOwnManifest } from '../../../src/tools/lib/own-package.ts'
import { repository } from '../../support/built.ts'
import { captureComplaint, stubEnvironment } from '../../support/environment.ts'
import { DEPLOYED } from '../../support/triggers.ts'

const domains = { ALLOWED_EMAIL_DOMAINS: 'example.com, *.example.org' }
const tables = { BLOCK_TABLE: 'blocks', PROFILE_TABLE: 'profiles', EFFECT_TABLE: 'effects' }
const welcome = { WELCOME_EMAIL_FROM: 'welcome@example.com', WELCOME_APP_NAME: 'Example', WELCOME_APP_URL: 'https://app.example.com' }

const load = (name: string): Promise<{ readonly handler: object }> => import(`../../../src/${name}/handler.ts`)

afterEach(() => vi.unstubAllEnvs())

describe('the events of a new project', () => {
  it.each([
    'example.com',
    'example.net',
    'acme.test',
    'partner.example',
    'attacker.example',
    'mail.example.com',
    'com.attacker.example',
    'xn--mnchen-3ya.de',
  ])('the handler of pre sign-up decides them as expected if the project allows %s', async (domain) => {
    const files = await createProjectFiles('my-users', await readOwnManifest(), { spec: '^0.1.0' }, domain)
    const [, allowed = ''] = /allowedEmailDomains, '([^']*)'/.exec(files.get('serverless.yml') ?? '') ?? []
    stubEnvironment({ ALLOWED_EMAIL_DOMAINS: allowed })
    const { handler } = await import('../../../src/pre-signup/handler.ts')
    const events = [...files.keys()].filter((path) => /^events\/pre-signup\/.*(?<!\.expect)\.json$/.test(path))

    for (const path of events) {
      const { outcome, reason } = JSON.parse(files.get(path.replace('.json', '.expect.json')) ?? '')
      const decision = await handler.decide(JSON.parse(files.get(path) ?? ''))
      expect({ outcome: decision.kind, reason: 'reason' in decision ? decision.reason : null }, path).toEqual({ outcome, reason })
    }

    expect(events.length).toBeGreaterThan(5)
  })
})

describe('the handlers that a new project gets', () => {
  it('the handlers of deployed functions are copied unchanged from this repository', async () => {
    const files = await createProjectFiles('my-users', await readOwnManifest(), { spec: '^0.1.0' })
    const handlers = [...files].filter(([path]) => path.startsWith('src/'))
    expect(handlers.filter(([path]) => path.endsWith('/handler.ts'))).toHaveLength(DEPLOYED.length)
    for (const [path, text] of handlers) expect(text, path).toBe(await readFile(join(repository, path), 'utf8'))
  })

  it('handler files import only cognito-lifeguard and each other', async () => {
    const files = await createProjectFiles('my-users', await readOwnManifest(), { spec: '^0.1.0' })
    for (const [path, text] of files) {
      if (!/^src\/.*\.ts$/.test(path)) continue
      for (const [, name = ''] of text.matchAll(/(?:from |import\()'([^']+)'/g))
        expect(name.startsWith('cognito-lifeguard') || files.has(posix.join(posix.dirname(path), name)), `${path}: ${name}`).toBe(true)
    }
  })

  it.each<[string, RegExp, Readonly<Record<string, string>>]>([
    ['pre-signup', /ALLOWED_EMAIL_DOMAINS is missing/, {}],
    ['pre-signup', /ALLOWED_EMAIL_DOMAINS is missing/, { ALLOWED_EMAIL_DOMAINS: '' }],
    ['pre-signup', /ALLOWED_EMAIL_DOMAINS is .*; expected /, { ALLOWED_EMAIL_DOMAINS: 'exam ple.com' }],
    ['pre-signup', /none\.domains/, { ALLOWED_EMAIL_DOMAINS: '@file:none.domains' }],
    ['pre-signup', /AUTO_CONFIRM_TRUST is missing/, { ...domains, AUTO_CONFIRM_DOMAINS: 'example.com' }],
    ['pre-signup', /AUTO_CONFIRM_TRUST is .*; expected /, { ...domains, AUTO_CONFIRM_DOMAINS: 'example.com', AUTO_CONFIRM_TRUST: 'yes' }],
    ['pre-signup', /ADMIN_CREATED_USERS is .*; expected one of exempt, judge/, { ...domains, ADMIN_CREATED_USERS: 'maybe' }],
    ['pre-signup', /FEDERATED_EMAIL is .*; expected /, { ...domains, FEDERATED_EMAIL: 'trust' }],
    ['pre-signup', /LOG_LEVEL is .*; expected /, { ...domains, LOG_LEVEL: 'loud' }],
    ['pre-signup', /LOG_HASH_KEY has an invalid value \(not shown\); expected /, { ...domains, LOG_HASH_KEY: 'short' }],
    ['pre-auth', /BLOCK_TABLE is missing/, {}],
    ['post-auth', /PROFILE_TABLE is missing/, {}],
    ['post-auth', /WELCOME_SINCE is .*; expected a day/, { ...tables, ...welcome, WELCOME_SINCE: 'March' }],
    ['post-auth', /WELCOME_SINCE is .*; expected a day/, { ...tables, ...welcome, WELCOME_SINCE: '0001-01-01' }],
    ['post-auth', /WELCOME_SINCE is .*; expected a day/, { ...tables, ...welcome, WELCOME_SINCE: '2999-01-01' }],
    ['post-confirmation', /WELCOME_EMAIL_FROM is .*; expected /, { ...tables, ...welcome, WELCOME_EMAIL_FROM: 'welcome@bücher.example' }],
    ['post-confirmation', /WELCOME_APP_NAME is .*; expected /, { ...tables, ...welcome, WELCOME_APP_NAME: 'Example\nBuy now' }],
    ['post-confirmation', /WELCOME_APP_URL is .*; expected /, { ...tables, ...welcome, WELCOME_APP_URL: 'https://a.example/\n\nBuy now' }],
    ['post-auth', /WELCOME_SINCE is .*; expected a day/, { ...tables, ...welcome, WELCOME_SINCE: '2026-02-31' }],
    ['post-auth', /EFFECT_TABLE is missing/, { PROFILE_TABLE: 'profiles', ...welcome, WELCOME_SINCE: '2026-01-31' }],
    ['post-confirmation', /WELCOME_APP_NAME is missing/, { ...tables, WELCOME_EMAIL_FROM: 'welcome@example.com' }],
    ['post-auth', /WELCOME_EMAIL_FROM is .*; expected one email address/, { ...tables, WELCOME_EMAIL_FROM: 'Example' }],
    ['post-confirmation', /WELCOME_EMAIL_FROM is .*; expected /, { ...tables, ...welcome, WELCOME_EMAIL_FROM: 'a@b@example.com' }],
    ['post-confirmation', /WELCOME_EMAIL_FROM is .*; expected /, { ...tables, ...welcome, WELCOME_EMAIL_FROM: 'a@b' }],
    ['post-confirmation', /WELCOME_APP_URL is .*; expected /, { ...tables, ...welcome, WELCOME_APP_URL: 'http://app.example.com' }],
    ['post-confirmation', /WELCOME_APP_URL is .*; expected /, { ...tables, ...welcome, WELCOME_APP_URL: 'https:evil.com' }],
    ['post-confirmation', /WELCOME_APP_URL is .*; expected /, { ...tables, ...welcome, WELCOME_APP_URL: 'https:/\\evil.com' }],
    ['post-confirmation', /WELCOME_APP_URL is .*; expected /, { ...tables, ...welcome, WELCOME_APP_URL: 'https://user:pw@evil.com' }],
    ['post-confirmation', /EFFECT_TABLE is missing/, { PROFILE_TABLE: 'profiles', ...welcome }],
    ['post-confirmation', /WELCOME_EMAIL_DELIVERY is .*; expected /, { ...tables, ...welcome, WELCOME_EMAIL_DELIVERY: 'never' }],
  ])('the handler %s fails to load with invalid settings, and writes the error %s only to the log', async (name, text, environment) => {
    stubEnvironment(environment)
    expect(await captureComplaint(() => load(name))).toMatch(text)
  })

  it('the sweeper contains exactly the rules of every trigger with effects, and requires EFFECT_TABLE', async () => {
    stubEnvironment({ ...tables, ...welcome })
    const { handler: sweeper } = await import('../../../src/sweeper/handler.ts')
    expect(sweeper).toBeTypeOf('function')
    const swept = await Promise.all(
      Object.entries(sweeper.sweepsEffectsOf).map(async ([name, composition]) => {
        const { handler } = await import(`../../../src/${isTriggerName(name) && triggerFacts(name).folder}/handler.ts`)
        // The handler of a trigger wraps its rules in a chain, and the sweeper does not. So this compares the chain's children.
        expect([describeRule(composition)], name).toEqual(describeRule(handler.composition)?.children)
        return [name, [...onceRules(composition).keys()]]
      }),
    )
    expect(Object.fromEntries(swept)).toEqual({ PostConfirmation: ['send-welcome-email'], PostAuthentication: [] })
    stubEnvironment({ PROFILE_TABLE: 'profiles' })
    vi.resetModules()
    await expect(import('../../../src/sweeper/handler.ts')).rejects.toThrow('EFFECT_TABLE is missing')
  })
})
