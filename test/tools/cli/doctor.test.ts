import { rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CODE_NAMES } from '../../../src/tools/doctor/codes.ts'
import { createFolder, lifeguard } from '../../support/cli/lifeguard.ts'
import { patchTemplate, TEMPLATES } from '../../support/patched.ts'

const slow = (): Promise<string> => patchTemplate('plain.yaml', { 'Judge.Properties.Timeout': 30 })

describe('lifeguard doctor', () => {
  it('prints the problem, place, reason and fix of each finding, and lists values that were not checked', async () => {
    const cwd = await createFolder({ 'template.yaml': await slow() })
    const { code, stdout, stderr } = await lifeguard(['doctor', 'template.yaml'], { cwd })
    expect(stdout).toMatch(
      /^warning LG101 {2}Timeout above 5 seconds\n {2}template\.yaml:\d+ {2}Judge\.Properties\.Timeout\n {2}Timeout of Judge is 30 seconds, but Cognito waits only 5\n {2}Why: /,
    )
    expect(stdout).toContain('\n  Fix: Set Timeout to 5.\n')
    expect(stdout).toContain("\nNot checked:\n  the rules of Judge: the function's code is inline in the template\n")
    expect(stdout).toMatch(/\ntemplate\.yaml: 1 finding\n$/)
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([])
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
  })

  it('exits with 0 if doctor finds nothing', async () => {
    const { code, stdout } = await lifeguard(['doctor', join(TEMPLATES, 'osls.json')])
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'test/tools/doctor/templates/osls.json: nothing found\n' })
  })

  it('prints one JSON object that contains the line of the finding', async () => {
    const text = await slow()
    const cwd = await createFolder({ 'template.yaml': text })
    const { code, stdout } = await lifeguard(['doctor', 'template.yaml', '--json'], { cwd })
    const report = JSON.parse(stdout)
    expect(report).toMatchObject({
      file: 'template.yaml',
      findings: [{ code: 'LG101', severity: 'warning', file: 'template.yaml', resource: 'Judge', path: 'Properties.Timeout' }],
      notJudged: expect.arrayContaining(["the rules of Judge: the function's code is inline in the template"]),
    })
    expect(text.split('\n')[report.findings[0].line - 1]).toContain('Timeout: 30')
    expect(code).toBe(1)
  })

  it('prints SARIF 2.1.0 with a rule and a place for each result', async () => {
    const cwd = await createFolder({ 'a template.yaml': await slow() })
    const { code, stdout } = await lifeguard(['doctor', 'a template.yaml', '--sarif'], { cwd })
    const log = JSON.parse(stdout)
    expect(log).toMatchObject({ version: '2.1.0', runs: [{ tool: { driver: { name: 'lifeguard doctor' } } }] })
    const [{ tool, results, invocations }] = log.runs
    expect(tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual(CODE_NAMES)
    for (const rule of tool.driver.rules) {
      expect(rule).toMatchObject({ shortDescription: { text: expect.any(String) }, help: { text: expect.any(String) } })
      expect(['error', 'warning', 'note']).toContain(rule.defaultConfiguration.level)
    }
    expect(results).toHaveLength(1)
    expect(tool.driver.rules[results[0].ruleIndex].id).toBe(results[0].ruleId)
    expect(results[0]).toMatchObject({
      ruleId: 'LG101',
      level: 'warning',
      message: { text: expect.stringContaining('30 seconds') },
      locations: [
        {
          physicalLocation: { artifactLocation: { uri: 'a%20template.yaml' }, region: { startLine: expect.any(Number) } },
          logicalLocations: [{ name: 'Judge', fullyQualifiedName: 'Judge.Properties.Timeout' }],
        },
      ],
    })
    expect(invocations[0]).toMatchObject({ executionSuccessful: true, toolExecutionNotifications: expect.any(Array) })
    expect(code).toBe(1)
  })

  it('lists accepted findings with the reason, and exits with 0 if all findings are accepted', async () => {
    const accept = { Lifeguard: { accept: [{ code: 'LG101', reason: 'No user pool calls it yet.' }] } }
    const text = await patchTemplate('plain.yaml', { 'Judge.Properties.Timeout': 30, 'Judge.Metadata': accept })
    const cwd = await createFolder({ 'template.yaml': text })
    const [shown, json, sarif] = await Promise.all(
      [[], ['--json'], ['--sarif']].map((form) => lifeguard(['doctor', 'template.yaml', '--no-handlers', ...form], { cwd })),
    )
    expect(shown?.stdout).toMatch(
      /^Accepted by the template:\n {2}LG101 {2}Judge\.Properties\.Timeout\n {4}No user pool calls it yet\.\n\n/,
    )
    expect(shown?.stdout).toMatch(/\ntemplate\.yaml: nothing found, 1 accepted\n$/)
    expect(JSON.parse(json?.stdout ?? '')).toMatchObject({
      findings: [],
      accepted: [{ code: 'LG101', resource: 'Judge', reason: 'No user pool calls it yet.' }],
    })
    const suppressions = [{ kind: 'inSource', status: 'accepted', justification: 'No user pool calls it yet.' }]
    expect(JSON.parse(sarif?.stdout ?? '').runs[0].results).toMatchObject([{ ruleId: 'LG101', suppressions }])
    expect([shown, json, sarif].map((each) => each?.code)).toEqual([0, 0, 0])
  })

  it('lists accepted codes without a finding, and exits with 0', async () => {
    const accept = { Lifeguard: { accept: [{ code: 'LG101', reason: 'No user pool calls it yet.' }] } }
    const cwd = await createFolder({
      'template.json': JSON.stringify({ Resources: { Topic: { Type: 'AWS::SNS::Topic', Metadata: accept } } }),
    })
    const [shown, json, sarif, ignored] = await Promise.all(
      [[], ['--json'], ['--sarif'], ['--ignore', 'LG101']].map((form) => lifeguard(['doctor', 'template.json', ...form], { cwd })),
    )
    expect(shown?.stdout).toBe('Accepted by the template, but not found:\n  LG101  Topic\n\ntemplate.json: nothing found\n')
    expect(JSON.parse(json?.stdout ?? '').unused).toEqual([{ code: 'LG101', resource: 'Topic', reason: 'No user pool calls it yet.' }])
    const toolExecutionNotifications = [{ level: 'note', message: { text: 'Accepted but not found: LG101 of Topic' } }]
    expect(JSON.parse(sarif?.stdout ?? '').runs[0].invocations).toMatchObject([{ toolExecutionNotifications }])
    expect(ignored?.stdout).toBe('template.json: nothing found\n')
    expect([shown, json, sarif, ignored].map((each) => each?.code)).toEqual([0, 0, 0, 0])
  })

  it('leaves out findings whose code is passed to --ignore', async () => {
    const cwd = await createFolder({ 'template.yaml': await slow() })
    const { code, stdout } = await lifeguard(['doctor', 'template.yaml', '--ignore', 'LG101'], { cwd })
    expect(stdout).toMatch(/\ntemplate\.yaml: nothing found\n$/)
    expect(code).toBe(0)
  })

  it('loads no handler with --no-handlers', async () => {
    const { stdout } = await lifeguard(['doctor', join(TEMPLATES, 'osls.json'), '--no-handlers'])
    expect(stdout).toContain('  the rules of PreSignUpLambdaFunction: the handler is not loaded because of --no-handlers\n')
  })

  it('reads the packaged template of serverless.yml, and reports lines of serverless.yml', async () => {
    const configuration = `
service: shop
provider:
  name: aws
  timeout: 5
functions:
  preSignUp:
    handler: handlers/pre-sign-up.handler
    timeout: 29
resources:
  Resources:
    CognitoUserPoolUsers:
      Type: AWS::Cognito::UserPool
    WebClient:
      Type: AWS::Cognito::UserPoolClient
      Properties:
        UserPoolId: !Ref CognitoUserPoolUsers
`
    const packaged = await patchTemplate('osls.json', {
      'PreSignUpLambdaFunction.Properties.Timeout': 29,
      'PreSignUpLambdaFunction.Properties.Runtime': 'nodejs20.x',
      'PreAuthenticationLambdaFunction.Properties.Timeout': 28,
      'WebClient.Properties.WriteAttributes': undefined,
    })
    const handlers = ['pre-sign-up', 'pre-auth', 'pre-token'].map((name): [string, string] => [
      `handlers/${name}.mjs`,
      `export { handler } from '${join(TEMPLATES, 'handlers', name)}.js'\n`,
    ])
    const cwd = await createFolder({
      ...Object.fromEntries(handlers),
      'serverless.yml': configuration,
      '.serverless/cloudformation-template-update-stack.json': packaged,
    })
    const { stdout, stderr } = await lifeguard(['doctor', '--json'], { cwd })
    expect(stderr).toBe('')
    const { findings } = JSON.parse(stdout)
    expect(
      findings.map(({ code, file, line, resource }: Record<string, unknown>) => `${code} ${file}:${line} ${resource}`).toSorted(),
    ).toEqual([
      'LG101 serverless.yml:9 PreSignUpLambdaFunction',
      'LG101 serverless.yml:null PreAuthenticationLambdaFunction',
      'LG103 serverless.yml:7 PreSignUpLambdaFunction',
      'LG402 serverless.yml:16 WebClient',
    ])
  })

  it('names the included file that causes a finding, and prints the explanation of a code once for several findings', async () => {
    const longName = 'report'.repeat(11)
    const packaged = await patchTemplate('osls.json', {
      'PreSignUpLambdaFunction.Properties.Timeout': 29,
      'PreAuthenticationLambdaFunction.Properties.Timeout': 28,
      Report: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: longName } },
    })
    const report = `Resources:\n  Report:\n    Properties:\n      FunctionName: ${longName}\n`
    const functions = 'functions:\n  preSignUp:\n    timeout: 29\n  preAuthentication:\n    timeout: 28\n'
    const cwd = await createFolder({
      'parts/report.yml': report,
      'serverless.yml': `service: shop\nprovider:\n  name: aws\n${functions}resources:\n  - \${file(parts/report.yml)}\n`,
      '.serverless/cloudformation-template-update-stack.json': packaged,
    })
    const [shown, sarif] = await Promise.all([[], ['--sarif']].map((form) => lifeguard(['doctor', '--no-handlers', ...form], { cwd })))
    expect(shown?.stdout).toContain('\n  parts/report.yml:4  Report.Properties.FunctionName\n')
    const timeouts = [
      'warning LG101  Timeout above 5 seconds',
      '  serverless.yml:6  PreSignUpLambdaFunction.Properties.Timeout',
      '  Timeout of PreSignUpLambdaFunction is 29 seconds, but Cognito waits only 5',
      '  serverless.yml:8  PreAuthenticationLambdaFunction.Properties.Timeout',
      '  Timeout of PreAuthenticationLambdaFunction is 28 seconds, but Cognito waits only 5',
      '  Why: ',
    ]
    expect(shown?.stdout).toContain(timeouts.join('\n'))
    expect(shown?.stdout.match(/^ {2}Why: /gm)).toHaveLength(2)
    expect(shown?.stdout).toMatch(/\nserverless\.yml: 3 findings\n$/)
    const { results } = JSON.parse(sarif?.stdout ?? '').runs[0]
    expect(results[0].locations[0].physicalLocation).toEqual({ artifactLocation: { uri: 'parts/report.yml' }, region: { startLine: 4 } })
  })

  it('uses the package in .serverless/ only if osls made the package from the given configuration file', async () => {
    const packaged = await patchTemplate('osls.json')
    const cwd = await createFolder({
      'serverless.yml': 'service: shop\nprovider:\n  name: aws\n',
      'second.yml': 'service: second\nprovider:\n  name: aws\n',
      '.serverless/cloudformation-template-update-stack.json': packaged,
      '.serverless/serverless-state.json': '{"service":{"serviceFilename":"second.yml"}}',
    })
    const notPackaged = '.serverless/ has no current package of this configuration'
    expect(await lifeguard(['doctor', 'second.yml', '--no-handlers'], { cwd })).toMatchObject({ code: 0, stderr: '' })
    expect(await lifeguard(['doctor'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`serverless.yml: ${notPackaged}`),
    })
    await rm(join(cwd, '.serverless/serverless-state.json'))
    expect(await lifeguard(['doctor', 'second.yml'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`second.yml: ${notPackaged}`),
    })
  })

  it('rejects an outdated package in .serverless/ if osls is not installed', async () => {
    const packaged = await patchTemplate('osls.json')
    const cwd = await createFolder({
      'serverless.yml': 'service: shop\n',
      '.serverless/cloudformation-template-update-stack.json': packaged,
    })
    await utimes(join(cwd, '.serverless/cloudformation-template-update-stack.json'), 1, 1)
    const { code, stdout, stderr } = await lifeguard(['doctor'], { cwd })
    expect(stderr).toBe(
      'lifeguard: serverless.yml: .serverless/ has no current package of this configuration, and osls is not installed. Install osls, or package the service\n',
    )
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })

  it.each([
    [['serverless.cjs'], 'serverless.cjs: no such file'],
    [['no.json'], 'no.json: no such file'],
    [['folder'], 'folder: is a folder, not a file'],
    [['text.txt'], 'text.txt: not a CloudFormation template: the file has no Resources'],
    [['broken.json'], 'broken.json: invalid JSON or YAML: '],
    [['accepting.yaml'], 'accepting.yaml: Metadata.Lifeguard of A accepts LG101 without a reason'],
    [['untyped.yaml'], 'untyped.yaml: not a CloudFormation template: the resource A has no Type'],
    [['bomb.yaml'], 'bomb.yaml: too large or nested too deeply'],
    [[], 'serverless.ts: .serverless/ has no current package of this configuration, and osls is not installed'],
    [['serverless.ts'], 'serverless.ts: .serverless/ has no current package of this configuration, and osls is not installed'],
    [['a.json', 'b.json'], "Unexpected argument 'b.json'. Expected one template: lifeguard doctor TEMPLATE"],
    [['a.json', '--json', '--sarif'], 'Expected --json or --sarif, not both'],
    [['a.json', '--ignore', 'LG1'], '--ignore LG1: expected a code such as LG101. docs/reference/findings.md lists all codes'],
    [['--jsn'], "Unknown option '--jsn'. Did you mean '--json'?"],
  ])('rejects %j with an error message and exit code 2', async (args, message) => {
    const aliases = Array.from({ length: 30 }, (_, at) => `  a${at}: &a${at} [${at === 0 ? '1' : `*a${at - 1}, *a${at - 1}`}]`)
    const cwd = await createFolder({
      'folder/x': '',
      'text.txt': 'Hello',
      'broken.json': '{"Resources": {',
      'untyped.yaml': 'Resources: { A: {} }',
      'accepting.yaml': 'Resources: { A: { Type: AWS::SNS::Topic, Metadata: { Lifeguard: { accept: [{ code: LG101 }] } } } }',
      'bomb.yaml': `Metadata:\n${aliases.join('\n')}\nResources: {}\n`,
      'serverless.ts': '',
    })
    const { code, stdout, stderr } = await lifeguard(['doctor', ...args], { cwd })
    expect(stderr.startsWith(`lifeguard: ${message}`), stderr).toBe(true)
    expect(stderr).not.toMatch(/^\s+at \S+ \(/m)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })
})

it('doctor rejects a folder without a configuration', async () => {
  const cwd = await createFolder({ 'package.json': {} })
  expect(await lifeguard(['doctor'], { cwd })).toMatchObject({
    code: 2,
    stderr: 'lifeguard: No configuration in this folder, such as serverless.yml or template.yaml. Expected: lifeguard doctor TEMPLATE\n',
  })
})
