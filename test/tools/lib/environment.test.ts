import { describe, expect, it } from 'vitest'
import { defaultSettings, mergeHandlerSettings } from '../../../src/tools/lib/environment.ts'
import { createFolder, event, lifeguard, parseNdjson } from '../../support/cli/lifeguard.ts'
import { settingsTables } from '../../support/triggers.ts'

const HANDLER = 'export const handler = async () => { throw new Error(JSON.stringify(process.env)) }'
const own = ['--handler', 'preSignUp=handler.mjs']
const secrets = {
  GITHUB_TOKEN: 'secret',
  NPM_TOKEN: 'secret',
  npm_config__auth: 'secret',
  DATABASE_URL: 'postgres://user:secret@db.example.com',
  SSH_AUTH_SOCK: '/secret',
  HTTPS_PROXY: 'http://user:secret@proxy.example.com',
  NODE_OPTIONS: '--title=secret',
  NODE_EXTRA_CA_CERTS: '/secret',
  KUBECONFIG: '/secret',
  aws_secret: 'secret',
  LC_TOKEN: 'secret',
  LC_ALL_SECRET: 'secret',
  LC_: 'secret',
  LANG_TOKEN: 'secret',
  'with space': 'secret',
  ['__proto__']: 'secret',
  constructor: 'secret',
}
const credentials = { AWS_ACCESS_KEY_ID: 'secret', AWS_SESSION_TOKEN: 'secret', AWS_PROFILE: 'secret', AWS_REGION: 'eu-west-1' }

interface Options {
  readonly services?: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly file?: string
}

/** Replays an event and returns the environment variables that the handler saw. */
async function seen({ services = 'embedded', args = [], env = {}, file }: Options): Promise<Record<string, string>> {
  const cwd = await createFolder({ 'handler.mjs': HANDLER, 'a.json': event(), ...(file !== undefined && { 'lifeguard.env': file }) })
  const { stdout } = await lifeguard(['replay', 'a.json', '--json', '--services', services, ...own, ...args], { cwd, env })
  const { message } = Object(parseNdjson(stdout)[0]?.error)
  return JSON.parse(String(message).replace('PreSignUp failed with error ', '').slice(0, -1))
}

describe('the environment of a handler in lifeguard replay', () => {
  it.each(['embedded', 'none'])("with --services %s, lacks the secrets of the user's environment", async (services) => {
    const environment = await seen({ services, env: { ...secrets, ...credentials, HOME: '/home/mary', LC_ALL: 'C.UTF-8', TZ: 'UTC' } })

    expect(JSON.stringify(environment)).not.toContain('secret')
    expect(environment).toMatchObject({ HOME: '/home/mary', LC_ALL: 'C.UTF-8', TZ: 'UTC', PATH: process.env.PATH, AWS_REGION: 'us-east-1' })
  })

  it('with --services aws, contains variables that begin with AWS_, but no other secrets', async () => {
    const environment = await seen({ services: 'aws', env: { ...secrets, ...credentials } })

    expect(environment).toMatchObject(credentials)
    for (const name of Object.keys(secrets)) expect(Object.hasOwn(environment, name), name).toBe(false)
  })

  it("contains the variables that --env names, with the value from --env or from the user's environment", async () => {
    const args = ['--env', 'DATABASE_URL', '--env', 'SEATS=a=b', '--env', 'ALLOWED_EMAIL_DOMAINS=example.net']
    const environment = await seen({ args, env: { ...secrets, ALLOWED_EMAIL_DOMAINS: 'example.org' }, file: 'SEATS=1\n' })

    expect(environment).toMatchObject({ DATABASE_URL: secrets.DATABASE_URL, SEATS: 'a=b', ALLOWED_EMAIL_DOMAINS: 'example.net' })
    expect(environment).not.toHaveProperty('GITHUB_TOKEN')
  })

  it("contains the settings of lifeguard.env, unless the user's environment overrides them", async () => {
    const environment = await seen({ env: { ...secrets, SEATS: '2' }, file: 'SEATS=1\nROOMS=3\nAWS_PROFILE=production\n' })

    expect(environment).toMatchObject({ SEATS: '2', ROOMS: '3' })
    expect(environment).not.toHaveProperty('AWS_PROFILE')
    expect(JSON.stringify(environment)).not.toContain('secret')
  })

  it('is filtered in the same way by lifeguard explain', async () => {
    const cwd = await createFolder({ 'handler.mjs': HANDLER, 'a.json': event() })

    const { stdout } = await lifeguard(['explain', 'a.json', '--services', 'none', ...own, '--env', 'SEATS=1'], { cwd, env: secrets })

    expect(stdout.replaceAll(/\s/g, '')).toContain('"SEATS":"1"')
    expect(stdout).not.toContain('secret')
  })

  it.each([
    [['--env', ''], '--env : expected NAME or NAME=VALUE'],
    [['--env', '=x'], '--env =x: expected NAME or NAME=VALUE'],
    [['--env', 'a b=x'], '--env a b=x: expected NAME or NAME=VALUE'],
    [['--env', 'constructor'], '--env constructor: constructor is not set in your environment. Set it, or write --env constructor=VALUE'],
    [['--env', 'SEATS'], '--env SEATS: SEATS is not set in your environment. Set it, or write --env SEATS=VALUE'],
    [
      ['--env', 'AWS_PROFILE=x'],
      '--env AWS_PROFILE: with --services embedded, handlers cannot reach AWS. To use your own account, add --services aws',
    ],
  ])('is not built if the option %j is invalid: lifeguard replay exits with 2 and an error message', async (args, message) => {
    const cwd = await createFolder({ 'handler.mjs': HANDLER, 'a.json': event() })

    const { code, stderr } = await lifeguard(['replay', 'a.json', ...own, ...args], { cwd })

    expect({ code, stderr }).toEqual({ code: 2, stderr: `lifeguard: ${message}\n` })
  })
})

describe('mergeHandlerSettings', async () => {
  const tables = await settingsTables()

  it("keeps every variable of the user's environment that a handler of this package reads", () => {
    const caller = Object.fromEntries(tables.flatMap(({ fields }) => Object.keys(fields)).map((name) => [name, 'mine']))
    expect(mergeHandlerSettings({ defaults: {}, file: {}, caller, named: [] }, 'embedded')).toEqual(caller)
  })

  it('defaultSettings returns valid values of the setting fields', () => {
    const known = Object.assign({}, ...tables.map(({ fields }) => fields))
    for (const [name, value] of Object.entries(defaultSettings())) expect(known[name].read(value), name).toBeDefined()
  })

  it.each(tables)('every setting field of $folder has a valid example', ({ fields }) => {
    for (const [name, field] of Object.entries(fields)) expect(field.read(field.example), name).toBeDefined()
  })
})
