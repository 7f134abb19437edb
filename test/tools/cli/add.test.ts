import { mkdir, readFile, symlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createProjectFiles } from '../../../src/tools/init/project.ts'
import { readOwnManifest } from '../../../src/tools/lib/own-package.ts'
import { repository } from '../../support/built.ts'
import { createFolder, lifeguard } from '../../support/cli/lifeguard.ts'

// These tests bundle handlers and start osls, which is slow on a busy machine.
const SLOW = { timeout: 240_000 }
const TRIGGERS = ['pre-signup', 'pre-auth', 'pre-token', 'post-confirmation']

/** Replaces `<` and `>` by `${` and `}`, which TypeScript would interpolate. */
const put = (text: string): string => text.replaceAll('<', '${').replaceAll('>', '}')

const PROVIDER = `name: aws # the only one
runtime: nodejs22.x
`
const FUNCTIONS = `# The public API.
api:
  handler: api.handler
  events: [{ httpApi: GET / }]
`
const POOL = `# Signs users in.
UserPool:
  Type: AWS::Cognito::UserPool
  Properties:
    UserPoolName: people # for ever
    AutoVerifiedAttributes: [email]
`
const HEAD = "service: shop # ours\nframeworkVersion: '4'\npackage: { patterns: ['!node_modules/**'] }\n"
const indent = (text: string, columns: number): string => text.replaceAll(/^(?=.)/gm, ' '.repeat(columns))

const PLAIN = {
  'serverless.yml': `${HEAD}provider:\n${indent(PROVIDER, 2)}functions:\n${indent(FUNCTIONS, 2)}resources:\n  Resources:\n${indent(POOL, 4)}`,
}
const FILES = {
  'serverless.yml': put(
    `${HEAD}provider: <file(parts/provider.yml)>\nfunctions: <file(parts/functions.yml)>\nresources:\n  - <file(parts/pool.yml)>\n`,
  ),
  'parts/provider.yml': PROVIDER,
  'parts/functions.yml': FUNCTIONS,
  'parts/pool.yml': `Resources:\n${indent(POOL, 2)}`,
}
const PROGRAM = {
  'serverless.ts': `import type { Api } from './types'
const api: Api = { handler: 'api.handler' }
export default {
  service: 'shop',
  frameworkVersion: '4',
  package: { patterns: ['!node_modules/**'] },
  provider: { name: 'aws', runtime: 'nodejs22.x' },
  functions: { api },
  resources: { Resources: { CognitoUserPoolPeople: { Type: 'AWS::Cognito::UserPool', Properties: { UserPoolName: 'people' } } } },
}
`,
  'types.ts': 'export interface Api { readonly handler: string }\n',
}
const SAM = {
  'template.yaml':
    'Transform: AWS::Serverless-2016-10-31\nResources:\n  # Signs users in.\n  Pool: { Type: AWS::Cognito::UserPool, Properties: {} }\n',
}

const EVENT = {
  version: '1',
  region: 'eu-west-1',
  userPoolId: 'eu-west-1_Example',
  userName: 'ann',
  callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: '1example23456789' },
  triggerSource: 'PreSignUp_SignUp',
  request: { userAttributes: { email: 'ann@shop.example' }, validationData: null },
  response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
}

/** Creates a service of a user, with the packages that the commands need. */
async function createService(files: Readonly<Record<string, string>>): Promise<string> {
  const manifest = { name: 'shop', private: true, dependencies: { 'cognito-lifeguard': '*' }, devDependencies: { esbuild: '*' } }
  const shared = { 'package.json': manifest, 'api.js': 'exports.handler = async () => ({ statusCode: 200 })\n', 'event.json': EVENT }
  const cwd = await createFolder({ ...shared, ...files })
  await mkdir(join(cwd, 'node_modules'))
  await symlink(repository, join(cwd, 'node_modules', 'cognito-lifeguard'))
  for (const name of ['esbuild', 'osls', 'dynalite']) await symlink(resolve('node_modules', name), join(cwd, 'node_modules', name))
  return cwd
}

async function readAll(cwd: string, files: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>> {
  const texts = Object.keys(files).map(async (name) => [name, await readFile(join(cwd, name), 'utf8')] as const)
  return Object.fromEntries(await Promise.all(texts))
}

/** Returns the lines of the first text that the second text lacks. */
function findLostLines(before: string, after: string): readonly string[] {
  const left = after.split('\n')
  return before.split('\n').filter((line) => !left.includes(line))
}

describe('lifeguard add', () => {
  it.each([
    ['a serverless.yml', PLAIN],
    ['a serverless.yml in several files', FILES],
    ['a SAM template', SAM],
  ])('edits %s, so that its handlers build and run and doctor finds nothing', SLOW, async (_, files) => {
    const cwd = await createService(files)

    const added = await lifeguard(['add', ...TRIGGERS, '--write', '--domain', 'shop.example'], { cwd })

    expect(added.stderr).toBe('')
    expect(added.code).toBe(0)
    const after = await readAll(cwd, files)
    for (const [name, text] of Object.entries(files)) expect(findLostLines(text, after[name] ?? ''), name).toEqual([])
    expect(JSON.parse(await readFile(join(cwd, 'package.json'), 'utf8'))).toMatchObject({ scripts: { build: 'lifeguard build' } })
    expect(await lifeguard(['build'], { cwd })).toMatchObject({ code: 0, stderr: '' })
    const replayed = await lifeguard(['replay', 'event.json', '--json'], { cwd })
    expect(JSON.parse(replayed.stdout)).toMatchObject({ outcome: 'proceed', decidedBy: 'allow-email-domains' })
    const checked = await lifeguard(['doctor', '--json'], { cwd })
    const { findings, notJudged } = JSON.parse(checked.stdout)
    expect(findings).toEqual([])
    // The function `api` shares the role with the handlers, and doctor cannot know the permissions that it needs.
    expect(notJudged.filter((each: string) => !each.startsWith('unneeded permissions of ApiLambdaFunction'))).toEqual([])
    expect(checked.code).toBe(0)
  })

  it('adds its own block of an optional function to a project of init', SLOW, async () => {
    const project = await createProjectFiles('my-users', await readOwnManifest(), { spec: '*' })
    const cwd = await createService(Object.fromEntries(project))

    const { code, stdout, stderr } = await lifeguard(['add', 'inbound-federation', '--write'], { cwd })

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('wrote src/inbound-federation/handler.ts\n')
    const [own, edited] = await Promise.all([repository, cwd].map((folder) => readFile(join(folder, 'serverless.yml'), 'utf8')))
    const { functions, custom } = parse(edited ?? '', { logLevel: 'silent' })
    expect(custom.optional).toEqual({})
    expect(functions.at(-1)).toEqual({ inboundFederation: parse(own ?? '', { logLevel: 'silent' }).custom.optional.inboundFederation })
    expect(findLostLines(project.get('serverless.yml') ?? '', edited ?? '')).toEqual([])
  })

  it('attaches inbound federation through LambdaConfig, because the framework rejects its event', SLOW, async () => {
    const pool = '      Type: AWS::Cognito::UserPool\n      Properties:\n        UserPoolName: people\n'
    const text = `${HEAD}provider:\n  name: aws\nresources:\n  Resources:\n    CognitoUserPoolUsers:\n${pool}`
    const [own, existing] = await Promise.all([text, HEAD].map((each) => createFolder({ 'serverless.yml': each, 'package.json': '{}' })))

    const added = await lifeguard(['add', 'inbound-federation', '--write'], { cwd: own ?? '' })
    const printed = await lifeguard(['add', 'inbound-federation', '--pool', 'people'], { cwd: existing ?? '' })

    const { functions, resources } = parse(await readFile(join(own ?? '', 'serverless.yml'), 'utf8'))
    const LambdaArn = { 'Fn::GetAtt': ['InboundFederationLambdaFunction', 'Arn'] }
    expect(functions.inboundFederation).not.toHaveProperty('events')
    expect(resources.Resources).toMatchObject({
      CognitoUserPoolUsers: { Properties: { LambdaConfig: { InboundFederation: { LambdaArn, LambdaVersion: 'V1_0' } } } },
      InboundFederationInvokePermission: { Properties: { SourceArn: { 'Fn::GetAtt': ['CognitoUserPoolUsers', 'Arn'] } } },
    })
    expect(added.stdout).not.toContain('lifeguard attach')
    expect(printed.stdout).not.toContain('cognitoUserPool')
    expect(printed.stdout).toContain('npx lifeguard attach --pool ID --function InboundFederation=ARN')
  })

  it('adds the three functions of a custom challenge, and names the secret settings without a value', SLOW, async () => {
    const cwd = await createService(PLAIN)

    const { code, stdout, stderr } = await lifeguard(['add', 'custom-challenge'], { cwd })

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const name of ['define', 'create', 'verify']) expect(stdout).toContain(`handler: dist/custom-challenge/handler.${name}\n`)
    expect(stdout).toContain('Set the secret settings in serverless.yml: CODE_KEY.\n')
    expect(stdout).not.toMatch(/CODE_KEY: \S/)
  })

  it('prints the additions to a configuration program', SLOW, async () => {
    const cwd = await createService(PROGRAM)

    const { code, stdout, stderr } = await lifeguard(['add', 'pre-auth', '--write'], { cwd })

    expect(stderr).toBe('')
    expect(stdout).toContain('serverless.ts is not YAML, so it is not edited.\nAdd to serverless.ts:\n\nfunctions:\n  preAuthentication:\n')
    expect(stdout).toContain('pool: people\n')
    expect(stdout).toContain('provider:\n  iam:\n    role:\n      statements:\n')
    expect(stdout).toContain('resources:\n  Resources:\n    BlockTable:\n')
    expect(code).toBe(0)
    expect(await readAll(cwd, PROGRAM)).toEqual(PROGRAM)
  })

  it('prints the constructs for a CDK app', SLOW, async () => {
    const stack = { type: 'aws:cloudformation:stack', properties: { templateFile: 'Shop.template.json' } }
    const cwd = await createService({
      'cdk.out/manifest.json': JSON.stringify({ artifacts: { Shop: stack } }),
      'cdk.out/Shop.template.json': '{"Resources":{"Pool":{"Type":"AWS::Cognito::UserPool","Properties":{}}}}',
    })

    const { code, stdout } = await lifeguard(['add', 'pre-signup', 'pre-auth'], { cwd })

    expect(stdout).toContain("const blockTable = new dynamodb.Table(this, 'BlockTable', {")
    expect(stdout).toContain("code: lambda.Code.fromAsset('dist/pre-auth', { exclude: ['*.map', 'meta.json'] }),")
    expect(stdout).toContain("blockTable.grant(preAuthentication, 'dynamodb:BatchGetItem')")
    expect(stdout).toContain('userPool.addTrigger(cognito.UserPoolOperation.PRE_SIGN_UP, preSignUp)')
    expect(stdout).toContain('  npx cdk synth    # copies dist/ to cdk.out/\n  npx lifeguard doctor    # checks the deployment\n')
    expect(stdout).toContain('  Check the settings in your stack: ALLOWED_EMAIL_DOMAINS is example.com.')
    expect(code).toBe(0)
  })

  it('keeps a handler that exists, and uses the table of a function that exists', SLOW, async () => {
    const cwd = await createService({ ...PLAIN, 'src/pre-auth/settings.ts': '// mine\n' })
    await lifeguard(['add', 'pre-auth', '--write'], { cwd })

    const { stdout } = await lifeguard(['add', 'pre-token'], { cwd })

    expect(await readFile(join(cwd, 'src/pre-auth/settings.ts'), 'utf8')).toBe('// mine\n')
    expect(stdout).toContain('BLOCK_TABLE:\n        Ref: BlockTable\n')
    expect(stdout).not.toContain('AWS::DynamoDB::Table')
  })

  it.each([
    ['no trigger', [], PLAIN, 'Missing trigger. Expected: lifeguard add TRIGGER..., such as lifeguard add pre-signup'],
    ['an unknown trigger', ['pre-signups'], PLAIN, "Unknown trigger 'pre-signups'. Did you mean 'pre-signup'?"],
    ['a wrong domain', ['pre-signup', '--domain', 'a b'], PLAIN, '--domain a b: expected a domain such as example.com'],
    ['a folder without a configuration', ['pre-signup'], {}, 'No configuration in this folder, such as serverless.yml or template.yaml'],
    [
      'a service without a pool',
      ['pre-signup'],
      { 'serverless.yml': `${HEAD}provider: { name: aws }\n` },
      'serverless.yml has no user pool',
    ],
    ['a pool that the template lacks', ['pre-signup', '--pool', 'x'], SAM, '--pool x: template.yaml has no such user pool. It has Pool'],
    [
      'a trigger that has a function',
      ['pre-signup'],
      {
        'serverless.yml': `${HEAD}provider: { name: aws }\nfunctions: { a: { handler: a.b, events: [{ cognitoUserPool: { pool: P, trigger: PreSignUp } }] } }\n`,
      },
      'serverless.yml already has a function for PreSignUp: a',
    ],
    [
      'functions in a program',
      ['pre-auth', '--write', '--pool', 'people'],
      { 'serverless.yml': put(`${HEAD}provider: { name: aws, runtime: nodejs24.x }\nfunctions: <ssm:/functions>\n`) },
      'serverless.yml: functions is neither a map nor a list, so nothing was edited',
    ],
  ])('rejects %s with an error message and exit code 2', SLOW, async (_, args, files, message) => {
    const cwd = await createFolder(files)
    const { code, stderr } = await lifeguard(['add', ...args], { cwd })
    expect(stderr).toContain(`lifeguard: ${message}`)
    expect(stderr).not.toMatch(/^\s+at \S+ \(/m)
    expect(code).toBe(2)
  })
})
