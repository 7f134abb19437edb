import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { osls, packageService, serviceFolder, type Template } from '../support/package/deployment.ts'
import { circle } from '../support/package/references.ts'

// Two functions for triggers, and one function with a schedule.
const OPTIONAL = `
    tokens:
      handler: dist/claims/handler.handler
      role: TokensRole
      package: { patterns: ['!**', dist/claims/*] }
      environment:
        CLAIM_TABLE: \${param:claimTable, 'claims'}
        BLOCK_TABLE: \${self:custom.blockTable}
        WAITLIST_TABLE: \${self:custom.waitlistTable}
        SEEN_TABLE: \${self:custom.seenTable}
        CANONICAL_EMAIL_TABLE: \${self:custom.canonicalEmailTable}
      events:
        - cognitoUserPool: { pool: Users, trigger: PreTokenGeneration }
    inboundFederation:
      handler: dist/federation/handler.handler
      role: InboundFederationRole
      package: { patterns: ['!**', dist/federation/*] }
    cleaner:
      handler: dist/cleaner/handler.handler
      role: CleanerRole
      package: { patterns: ['!**', dist/cleaner/*] }
      environment:
        KEY: !GetAtt CleanerKey.Arn
        TOPIC: \${param:topic, 'arn:aws:sns:us-east-1:111122223333:people'}
      events:
        - schedule: rate(1 day)`

const RULES = {
  claims: [
    { actions: ['dynamodb:GetItem'], resource: 'CLAIM_TABLE' },
    { actions: ['dynamodb:Query'], resource: 'BLOCK_TABLE', index: 'by-user' },
    { actions: ['dynamodb:PutItem'], resource: 'WAITLIST_TABLE' },
    { actions: ['cognito-idp:AdminGetUser'], resource: 'user-pool' },
  ],
  federation: [],
  cleaner: [
    { actions: ['kms:Decrypt'], resource: 'KEY' },
    { actions: ['sns:Publish'], resource: 'TOPIC' },
    { actions: ['cognito-idp:ListUsers'], resource: 'user-pool' },
  ],
}

/** The tables that exist only because the function `tokens` names them. */
const NAMED_TABLES = ['CanonicalEmailTable', 'SeenTable', 'WaitlistTable']

const POOL = '--param=userPoolId=eu-west-1_Example'
const { createAttachCommand, createPoolChanges } = createRequire(import.meta.url)('../../deploy/attach.cjs')
const { assertSwept } = createRequire(import.meta.url)('../../deploy/triggers.cjs')
let service: Awaited<ReturnType<typeof serviceFolder>>
let off: Template
let on: Template

beforeAll(async () => {
  service = await serviceFolder()
  await writeHandler('claims', { trigger: 'PreTokenGeneration', refuses: true })
  await writeHandler('federation', { trigger: 'InboundFederation', refuses: true })
  await writeHandler('cleaner', {})
  await change((text) =>
    withoutFunction(text, 'PreTokenGeneration')
      .replace(/^ {2}optional:.*(?:\n {4}.*)*/m, `  optional:${OPTIONAL}`)
      .replace('lambdaVersions: {}', `lambdaVersions:\n    tokens: \${param:claimsVersion, 'V2_0'}`),
  )
  off = (await packageService(service.folder)).template
  on = (await packageService(service.folder, ['triggers=tokens, inboundFederation,cleaner'])).template
}, 300_000)
afterAll(() => service.remove())

async function writeHandler(name: keyof typeof RULES, declared: object): Promise<void> {
  const composition = {
    name: 'chain',
    kind: 'chain',
    children: [{ name: 'call-aws', kind: 'rule', permissions: RULES[name], lambdaVersion: 'V1_0' }],
  }
  await mkdir(join(service.folder, 'dist', name), { recursive: true })
  await writeFile(join(service.folder, 'dist', name, 'package.json'), '{"type":"module"}')
  const source = `export const handler = Object.assign(async (event) => event, ${JSON.stringify({ composition, ...declared })})`
  await writeFile(join(service.folder, 'dist', name, 'handler.js'), source)
}

async function change(edit: (text: string) => string): Promise<void> {
  const file = join(service.folder, 'serverless.yml')
  await writeFile(file, edit(await readFile(file, 'utf8')))
}

/** Removes the block of a trigger from a configuration, so that a function of these tests can use the trigger. */
function withoutFunction(text: string, trigger: string): string {
  const blocks = text.split(/^(?=(?: {4}| {2}- )[\w]+:\n)/m)
  return blocks.filter((block) => !block.includes(`trigger: ${trigger}\n`)).join('')
}

const added = (from: Template, to: Template): readonly string[] => Object.keys(to.Resources).filter((id) => !(id in from.Resources))
const lambdaConfig = (template: Template): object => template.Resources.CognitoUserPoolUsers?.Properties.LambdaConfig
const statements = ({ Resources }: Template, role: string): readonly object[] =>
  Resources[role]?.Properties.Policies.find(({ PolicyName }: { PolicyName: string }) => PolicyName === 'rules').PolicyDocument.Statement

describe('an optional function', { timeout: 300_000 }, () => {
  it('leaves an optional function out of the template if the function is off', () => {
    expect(JSON.stringify(off)).not.toMatch(/Tokens|InboundFederation|Cleaner|claims/)
  })

  it('creates the usual resources for each optional function that is turned on, and changes no other resource', () => {
    expect(added(off, on).toSorted()).toEqual(
      [
        ...['Tokens', 'InboundFederation'].flatMap((each) =>
          ['LambdaFunction', 'LogGroup', 'Role', 'DenialsFilter', 'ErrorsAlarm', 'ThrottlesAlarm', 'DurationAlarm'].map(
            (end) => `${each}${end}`,
          ),
        ),
        'TokensLambdaPermissionCognitoUserPoolUsersTriggerSourcePreTokenGeneration',
        'InboundFederationPermission',
        ...['LambdaFunction', 'LogGroup', 'Role', 'ErrorsAlarm', 'EventsRuleSchedule1', 'LambdaPermissionEventsRuleSchedule1'].map(
          (end) => `Cleaner${end}`,
        ),
        ...NAMED_TABLES,
      ].toSorted(),
    )
    const withoutZips = (key: string, value: unknown): unknown => (key === 'S3Key' ? undefined : value)
    for (const [id, resource] of Object.entries(off.Resources)) {
      if (id !== 'CognitoUserPoolUsers')
        expect(JSON.stringify(on.Resources[id], withoutZips), id).toBe(JSON.stringify(resource, withoutZips))
    }
    expect(circle(on)).toEqual([])
  })

  it('creates the tables whose names are in its environment, with the keys and the time to live of their rules', () => {
    for (const id of NAMED_TABLES) {
      const { TimeToLiveSpecification, ...properties } = on.Resources[id]?.Properties ?? {}
      const { TableName: _, TimeToLiveSpecification: __, ...others } = on.Resources.BlockTable?.Properties ?? {}
      expect(properties).toEqual({ ...others, TableName: expect.stringMatching(/^lifeguard-dev-(waitlist|seen|canonical-emails)$/) })
      expect(TimeToLiveSpecification !== undefined, id).toBe(id === 'CanonicalEmailTable')
    }
  })

  it('fails packaging if the parameter triggers has an unknown name, and lists the known names', async () => {
    const { code, stdout, stderr } = await osls(service.folder, ['package', '--param=triggers=cleaner,preToken'])

    expect(code).toBe(1)
    expect(`${stdout}${stderr}`).toContain(
      'triggers=cleaner,preToken: unknown function preToken. The functions under custom.optional are: tokens, inboundFederation, cleaner\n',
    )
    expect(`${stdout}${stderr}`).not.toMatch(/^ +at /m)
  })
})

describe('a parameter', { timeout: 300_000 }, () => {
  it.each([
    ['invitation=code', 'Unknown parameter invitation. Parameters of this service: adminCreatedUsers, '],
    ['invitations=yes', 'INVITE_BY is "yes"; expected one of code, email'],
  ])('fails packaging if it is unknown or invalid: %s', async (parameter, problem) => {
    const { code, stdout, stderr } = await osls(service.folder, ['package', `--param=${parameter}`])

    expect(code).toBe(1)
    expect(`${stdout}${stderr}`).toContain(problem)
    expect(`${stdout}${stderr}`).not.toMatch(/^ +at /m)
  })
})

describe('the role of an optional function', { timeout: 300_000 }, () => {
  it('the role of tokens allows access to its tables, to an index, and to every pool instead of only its own pool', () => {
    expect(statements(on, 'TokensRole')).toEqual([
      {
        Effect: 'Allow',
        Action: 'dynamodb:GetItem',
        Resource: { 'Fn::Sub': `arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/claims` },
      },
      { Effect: 'Allow', Action: 'dynamodb:Query', Resource: { 'Fn::Sub': `\${BlockTable.Arn}/index/by-user` } },
      { Effect: 'Allow', Action: 'dynamodb:PutItem', Resource: { 'Fn::GetAtt': ['WaitlistTable', 'Arn'] } },
      {
        Effect: 'Allow',
        Action: 'cognito-idp:AdminGetUser',
        Resource: { 'Fn::Sub': `arn:\${AWS::Partition}:cognito-idp:\${AWS::Region}:\${AWS::AccountId}:userpool/*` },
      },
    ])
  })

  it('the role of cleaner allows access to a referenced resource, to an ARN, and to a pool that does not call the function', () => {
    expect(statements(on, 'CleanerRole')).toEqual([
      { Effect: 'Allow', Action: 'kms:Decrypt', Resource: { 'Fn::GetAtt': ['CleanerKey', 'Arn'] } },
      { Effect: 'Allow', Action: 'sns:Publish', Resource: 'arn:aws:sns:us-east-1:111122223333:people' },
      { Effect: 'Allow', Action: 'cognito-idp:ListUsers', Resource: { 'Fn::GetAtt': ['CognitoUserPoolUsers', 'Arn'] } },
    ])
  })

  it('fails packaging if a rule needs an SNS topic and the setting TOPIC is not an ARN', async () => {
    const { code, stdout, stderr } = await osls(service.folder, ['package', '--param=triggers=cleaner', '--param=topic=people'])

    expect(code).toBe(1)
    expect(`${stdout}${stderr}`).toContain('call-aws of cleaner needs sns:Publish on TOPIC. TOPIC is "people"; expected an ARN')
  })
})

describe('the sweeper', () => {
  const effects = [{ trigger: 'PostAuthentication', effect: 'greet' }]
  const working = { name: 'postAuthentication', sweeps: false, effects }

  it('fails packaging if the sweeper does not have an effect of a function', () => {
    const sweeping = (swept: readonly object[]) => () => assertSwept([working, { name: 'sweeper', sweeps: true, effects: swept }])

    expect(sweeping([])).toThrow('The sweeper does not have the effect greet of postAuthentication')
    expect(sweeping([{ trigger: 'PostConfirmation', effect: 'greet' }])).toThrow('The sweeper does not have the effect greet')
    expect(sweeping(effects)).not.toThrow()
  })

  it('packages effects without a sweeper, and functions that are not built', () => {
    expect(() => assertSwept([working, { name: 'preSignUp', permissions: [] }])).not.toThrow()
  })
})

describe('the event version of a function', { timeout: 300_000 }, () => {
  const ARN = (name: string) => ({ 'Fn::GetAtt': [`${name}LambdaFunction`, 'Arn'] })

  it('sets the event version in the LambdaConfig of a new pool, also for InboundFederation', () => {
    expect(lambdaConfig(on)).toEqual({
      ...lambdaConfig(off),
      PreTokenGeneration: ARN('Tokens'),
      PreTokenGenerationConfig: { LambdaArn: ARN('Tokens'), LambdaVersion: 'V2_0' },
      InboundFederation: { LambdaArn: ARN('InboundFederation'), LambdaVersion: 'V1_0' },
    })
  })

  it('reads the event versions that the rules need', async () => {
    const declared = JSON.parse(await readFile(join(service.folder, 'dist/claims/permissions.json'), 'utf8'))

    expect(declared.versions).toEqual([{ rule: 'call-aws', version: 'V1_0' }])
  })

  it.each([
    ['for a new pool', (functions: readonly object[]) => createPoolChanges({ functions, userPoolArn: { 'Fn::GetAtt': ['Users', 'Arn'] } })],
    ['for an existing pool', (functions: readonly object[]) => createAttachCommand({ functions })],
  ])('fails packaging %s if a rule needs a later event version', (_, create) => {
    const versions = [
      { rule: 'block-users', version: 'V1_0' },
      { rule: 'add-scopes', version: 'V2_0' },
    ]
    const tokens = { name: 'tokens', id: 'Tokens', trigger: 'PreTokenGeneration', versions }

    expect(() => create([tokens])).toThrow('custom.lambdaVersions.tokens is V1_0; the rule add-scopes needs V2_0')
    expect(JSON.stringify(create([{ ...tokens, version: 'V2_0' }]))).toContain('V2_0')
  })

  it('adds no PreTokenGenerationConfig for event version V1_0', async () => {
    const { template } = await packageService(service.folder, ['triggers=tokens', 'claimsVersion=V1_0'])

    expect(lambdaConfig(template)).toEqual({ ...lambdaConfig(off), PreTokenGeneration: ARN('Tokens') })
  })

  it('fails packaging if lambdaVersions sets an event version that the trigger does not have', async () => {
    const { code, stdout, stderr } = await osls(service.folder, ['package', '--param=triggers=tokens', '--param=claimsVersion=V4_0'])

    expect(code).toBe(1)
    expect(`${stdout}${stderr}`).toContain(
      'custom.lambdaVersions.tokens: PreTokenGeneration has no version V4_0; expected V1_0 or V2_0 or V3_0',
    )
  })

  it('fails packaging if lambdaVersions names an unknown function', async () => {
    const text = await readFile(join(service.folder, 'serverless.yml'), 'utf8')
    await change((before) => before.replace('lambdaVersions:', 'lambdaVersions:\n    preTokens: V2_0'))
    const { code, stdout, stderr } = await osls(service.folder, ['package'])
    await change(() => text)

    expect(code).toBe(1)
    expect(`${stdout}${stderr}`).toContain('custom.lambdaVersions.preTokens: unknown function. Expected one of: ')
  })

  it('adds the event version to the command that attaches functions to an existing pool', async () => {
    const args = ['--config', 'serverless.existing-pool.yml', POOL, '--param=triggers=tokens,inboundFederation,cleaner']
    const { template } = await packageService(service.folder, [], args)

    expect(JSON.stringify(template.Outputs)).toContain(
      `--function PreTokenGeneration@V2_0=\${TokensLambdaFunction.Arn} --function InboundFederation=\${InboundFederationLambdaFunction.Arn} --function PreSignUp=`,
    )
    expect(Object.keys(template.Resources)).toEqual(expect.arrayContaining(['TokensPermission', 'InboundFederationPermission']))
    expect(statements(template, 'TokensRole').at(-1)).toMatchObject({
      Resource: { 'Fn::Sub': expect.stringContaining('userpool/eu-west-1_Example') },
    })
    expect(template.Resources).not.toHaveProperty('CleanerPermission')
    expect(template.Resources).not.toHaveProperty('CognitoUserPoolUsers')
  })
})
