import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { TRIGGER_NAMES } from '../../../src/shared/cognito/triggers.ts'
import { createFolder, readStream, start } from '../../support/cli/lifeguard.ts'

// The time limit for one run of doctor. A check that takes exponential or quadratic time exceeds it on any machine.
const LIMIT_MS = 25_000

type Values = Readonly<Record<string, unknown>>

function times<V>(count: number, make: (index: number) => V): readonly V[] {
  return Array.from({ length: count }, (_, index) => make(index))
}

function createMap(count: number, make: (index: number) => readonly [string, unknown]): Values {
  return Object.fromEntries(times(count, make))
}

/** Wraps the string 'x' in `depth` levels of `around`. */
function nested(depth: number, around: (inside: unknown) => unknown): unknown {
  return times(depth, () => undefined).reduce((inside: unknown) => around(inside), 'x')
}

function lambda(properties: Values): Values {
  return { Type: 'AWS::Lambda::Function', Properties: properties }
}

function pool(properties: Values): Values {
  return { Type: 'AWS::Cognito::UserPool', Properties: properties }
}

const TOPIC = { Type: 'AWS::SNS::Topic' }
const OPEN = { Open: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } }
const SAM = 'AWS::Serverless-2016-10-31'
const toArn = (id: string): object => ({ 'Fn::GetAtt': [id, 'Arn'] })

/** Small templates that are expensive to evaluate. */
const COSTLY: Readonly<Record<string, object>> = {
  'conditions that refer to the next one twice': {
    Conditions: createMap(40, (at) => [`C${at}`, { 'Fn::And': [{ Condition: `C${at + 1}` }, { Condition: `C${at + 1}` }] }]),
    Resources: { A: { ...TOPIC, Condition: 'C0' } },
  },
  'conditions that all refer to each other': {
    Conditions: createMap(100, (at) => [`C${at}`, { 'Fn::Or': times(100, (other) => ({ Condition: `C${other}` })) }]),
    Resources: { A: { ...TOPIC, Condition: 'C0' } },
  },
  'a chain of 20,000 conditions': {
    Conditions: createMap(20_000, (at) => [`C${at}`, { 'Fn::Not': [{ Condition: `C${at + 1}` }] }]),
    Resources: { A: { ...TOPIC, Condition: 'C0' } },
  },
  'substitutions that double a text 60 times': {
    Resources: { A: lambda({ FunctionName: nested(60, (inside) => ({ 'Fn::Sub': [`\${a}\${a}`, { a: inside }] })) }) },
  },
  'a join that exceeds the longest possible string': {
    Resources: { A: lambda({ FunctionName: { 'Fn::Join': ['x'.repeat(500_000), times(19_000, () => '')] } }) },
  },
  '400,000 unclosed placeholders': {
    Resources: { A: lambda({ FunctionName: { 'Fn::Sub': '${'.repeat(400_000) } }), B: lambda({ FunctionName: ':function:'.repeat(9000) }) },
  },
  'an Fn::If with another one in both branches, 13 levels deep': {
    Conditions: OPEN,
    Resources: { A: lambda({ Timeout: nested(13, (inside) => ({ 'Fn::If': ['Open', inside, inside] })) }) },
  },
  'an Fn::If 60 levels deep': {
    Conditions: OPEN,
    Resources: { A: lambda({ Timeout: nested(60, (inside) => ({ 'Fn::If': ['Open', inside, 'y'] })) }) },
  },
  'inline code with 900,000 spaces': {
    Resources: { A: lambda({ Runtime: 'nodejs22.x', Code: { ZipFile: `handler=function${' '.repeat(900_000)}` } }) },
  },
  '19,000 unknown properties': {
    Resources: { A: { Type: 'AWS::RDS::DBInstance', Properties: createMap(19_000, (at) => [`EnableIamDatabaseAuth${at}`, 1]) } },
  },
  '249 pools that depend on each other': {
    Resources: createMap(249, (at) => [`P${at}`, { ...pool({}), DependsOn: times(249, (other) => `P${(at + other) % 249}`) }]),
  },
  'SAM globals with 18,000 variables for 240 functions': {
    Transform: SAM,
    Globals: { Function: { Environment: { Variables: createMap(18_000, (at) => [`V${at}`, 'x']) } } },
    Resources: createMap(240, (at) => [
      `F${at}`,
      { Type: 'AWS::Serverless::Function', Properties: { Environment: { Variables: { A: 1 } } } },
    ]),
  },
  '9,000 events of one function': {
    Transform: SAM,
    Resources: {
      Pool: pool({}),
      F: {
        Type: 'AWS::Serverless::Function',
        Properties: {
          Events: createMap(9000, (at) => [`E${at}`, { Type: 'Cognito', Properties: { UserPool: { Ref: 'Pool' }, Trigger: `T${at}` } }]),
        },
      },
    },
  },
  'a list of 300,000 entries': { Resources: { A: { ...TOPIC, Properties: { Tags: times(300_000, () => 1) } } } },
  '12,000 resources': { Resources: createMap(12_000, (at) => [`R${at}`, TOPIC]) },
  '5 MB': { Resources: { A: { ...TOPIC, Metadata: { Text: 'x'.repeat(5_000_000) } } } },
}

/** Small YAML files that are expensive to parse. */
const UNREADABLE: Readonly<Record<string, string>> = {
  '19,000 aliases of one anchor': `Base: &b { a: 1 }\nList:\n${'  - *b\n'.repeat(19_000)}Resources: {}\n`,
  'aliases of aliases': `List:\n${times(60, (at) => `  a${at}: &a${at} [${at === 0 ? 'x' : `*a${at - 1}, *a${at - 1}`}]\n`).join('')}Resources: {}\n`,
  'merged aliases of merged aliases': `List:\n${times(60, (at) => `  a${at}: &a${at} { ${at === 0 ? 'x: 1' : `<<: *a${at - 1}, k: *a${at - 1}`} }\n`).join('')}Resources: {}\n`,
  'an alias of aliases as a key': `${times(40, (at) => `a${at}: &a${at} [${at === 0 ? 'x' : `*a${at - 1}, *a${at - 1}`}]\n`).join('')}? *a39\n: 1\nResources: {}\n`,
  'an anchor that contains itself': 'Metadata: &m\n  a: *m\nResources: {}\n',
  'an alias without an anchor': 'Metadata: *gone\nResources: {}\n',
  '20,000 duplicate keys': `{"Resources":{${'"A":{"Type":"AWS::SNS::Topic"},'.repeat(20_000)}"B":1}}`,
  '400,000 unclosed brackets': '['.repeat(400_000),
  '400,000 nested lists': `{"Resources":${'['.repeat(400_000)}${']'.repeat(400_000)}}`,
  '100,000 nested maps': `{"Resources":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`,
  'a list of 330,000 lists': `{"Resources":[${'[],'.repeat(330_000)}[]]}`,
  'a line of 400,000 dashes': `${'- '.repeat(400_000)}a`,
  'a million commas': `[${','.repeat(1_000_000)}]`,
  'a million quotes': '"'.repeat(1_000_000),
  '300,000 anchors on one value': `- ${'&a '.repeat(300_000)}x`,
  '500,000 invalid escapes': `"${'\\q'.repeat(500_000)}"`,
}

async function doctor(
  name: string,
  text: string,
): Promise<{ readonly code: number | null; readonly stderr: string; readonly stdout: string }> {
  const cwd = await createFolder({ [name]: text })
  const child = start(['doctor', name, '--no-handlers'], { cwd })
  const late = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS)
  const [stdout, stderr, [code]] = await Promise.all([readStream(child.stdout), readStream(child.stderr), once(child, 'close')])
  clearTimeout(late)
  return { code, stderr, stdout }
}

describe('a hostile template', () => {
  it.each(Object.keys(COSTLY))('is checked or rejected within 25 seconds: %s', { timeout: 60_000 }, async (kind) => {
    const { code, stderr, stdout } = await doctor('template.json', JSON.stringify(COSTLY[kind]))

    if (code === 2) expect(stderr).toMatch(/^lifeguard: template\.json: [^\n]+\n$/)
    else expect({ stderr, stdout }).toMatchObject({ stderr: '', stdout: expect.stringContaining('template.json: ') })
    expect([0, 1, 2]).toContain(code)
  })

  it.each(Object.keys(UNREADABLE))('is parsed, or rejected with a one-line error: %s', { timeout: 60_000 }, async (kind) => {
    const { code, stderr, stdout } = await doctor('template.yaml', UNREADABLE[kind] ?? '')

    if (code === 0) expect({ stderr, stdout }).toEqual({ stderr: '', stdout: 'template.yaml: nothing found\n' })
    else expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/^lifeguard: template\.yaml: [^\n]+\n$/) })
  })
})

describe('lifeguard doctor with as many resources as CloudFormation accepts', () => {
  const triggers = TRIGGER_NAMES.slice(0, 6)
  const large = (pools: number): object => ({
    Resources: {
      ...createMap(pools, (at) => [
        `Pool${at}`,
        pool({ LambdaConfig: Object.fromEntries(triggers.map((trigger, step) => [trigger, toArn(`F${(at + step) % 200}`)])) }),
      ]),
      ...createMap(200, (at) => [
        `F${at}`,
        lambda({
          Runtime: 'nodejs22.x',
          Handler: 'gone.handler',
          FunctionName: { 'Fn::Sub': `\${AWS::StackName}-f${at}` },
          Role: toArn('Role'),
          Environment: { Variables: createMap(15, (step) => [`V${step}`, { Ref: `Pool${(at + step) % 100}` }]) },
        }),
      ]),
      ...createMap(199, (at) => [
        `Permission${at}`,
        {
          Type: 'AWS::Lambda::Permission',
          Properties: {
            Action: 'lambda:InvokeFunction',
            FunctionName: { Ref: `F${at}` },
            Principal: 'cognito-idp.amazonaws.com',
            SourceArn: toArn(`Pool${at % 100}`),
          },
        },
      ]),
      Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } },
    },
  })

  it('checks a template with 500 resources within 25 seconds', { timeout: 60_000 }, async () => {
    const { code, stdout, stderr } = await doctor('template.json', JSON.stringify(large(100)))

    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(stdout).toMatch(/template\.json: \d+ findings\n$/)
  })

  it('rejects a template with 501 resources with an error message', async () => {
    const { code, stderr } = await doctor('template.json', JSON.stringify(large(101)))

    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'lifeguard: template.json: 501 resources, but CloudFormation accepts at most 500. Split the template into several stacks\n',
    })
  })
})
