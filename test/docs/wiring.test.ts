import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXIT, type Io, renderLines } from '../../src/tools/cli/io.ts'
import { run } from '../../src/tools/cli/run.ts'
import { repository } from '../support/built.ts'
import { lifeguard as runCommand } from '../support/cli/lifeguard.ts'
import { preSignUpEvent } from '../support/events.ts'

// These tests bundle handlers, which is slow on a busy machine.
const SLOW = { timeout: 240_000 }
const HANDLER = 'src/pre-signup/handler.ts'
const AMPLIFY = 'amplify/auth/pre-sign-up/handler.ts'

let root = ''
/** A SAM project with the handlers of `lifeguard add`, and a project with a handler of the pages. */
let sam = ''
let own = ''

/** Runs a command of Lifeguard in this process. Returns its standard output. Throws its error message if the command does not run. */
async function lifeguard(folder: string, ...args: readonly string[]): Promise<string> {
  const [printed, errors]: [string[], string[]] = [[], []]
  const keep =
    (lines: string[]): Io['err'] =>
    (added) =>
      void lines.push(renderLines(added, process.stdout))
  const io: Io = {
    out: async (lines) => keep(printed)(lines),
    err: keep(errors),
    redraw: () => undefined,
    errIsTerminal: false,
    input: async function* () {},
    environment: { PATH: process.env.PATH },
    folder,
    signal: new AbortController().signal,
  }
  if ((await run(args, io)) === EXIT.usage) throw new Error(errors.join(''))
  return printed.join('')
}

async function readPage(name: string): Promise<string> {
  return readFile(join(repository, 'docs/guides', `${name}.md`), 'utf8')
}

/** Returns the code blocks of a language. */
function listBlocks(page: string, language: string): readonly string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(([, block = '']) => block)
}

async function save(folder: string, name: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true })
  await writeFile(join(folder, name), text)
}

/** Creates a project with an event of a user who may sign up, and one of a user who may not. */
async function createProject(name: string): Promise<string> {
  const folder = join(root, name)
  await save(folder, 'package.json', JSON.stringify({ name, private: true, dependencies: { 'cognito-lifeguard': '*', esbuild: '*' } }))
  await save(folder, 'events/ann.json', JSON.stringify(preSignUpEvent({ email: 'ann@shop.example' })))
  await save(folder, 'events/eve.json', JSON.stringify(preSignUpEvent({ email: 'eve@elsewhere.example' })))
  await mkdir(join(folder, 'node_modules'))
  await symlink(repository, join(folder, 'node_modules/cognito-lifeguard'))
  await symlink(join(repository, 'node_modules/esbuild'), join(folder, 'node_modules/esbuild'))
  return folder
}

/** Replays the events. Returns the outcome of each. */
async function replay(folder: string, ...args: readonly string[]): Promise<readonly string[]> {
  const text = await lifeguard(folder, 'replay', join(folder, 'events'), '--json', ...args)
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).outcome)
}

async function findProblems(folder: string, template: string): Promise<object> {
  const { findings, notJudged } = JSON.parse(await lifeguard(folder, 'doctor', template, '--json'))
  return { findings, notJudged }
}

const DECIDED = ['proceed', 'denied']
const CLEAN = { findings: [], notJudged: [] }

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'lifeguard-wiring-')))
  sam = await createProject('sam')
  const [before = ''] = listBlocks(await readPage('sam'), 'yaml')
  await save(sam, 'template.yaml', before)
  await lifeguard(sam, 'add', 'pre-signup', 'pre-token', '--write', '--domain', 'shop.example')
  await runCommand(['build'], { cwd: sam })
  own = await createProject('own')
  await save(own, HANDLER, listBlocks(await readPage('terraform'), 'ts')[0] ?? '')
  await runCommand(['build'], { cwd: own })
}, 240_000)

afterAll(() => rm(root, { recursive: true, force: true }))

describe('docs/guides/sam.md', () => {
  it('shows the template that lifeguard add writes', async () => {
    expect(await readFile(join(sam, 'template.yaml'), 'utf8')).toBe(listBlocks(await readPage('sam'), 'yaml')[1])
  })

  it('has a template that replay runs and doctor accepts', SLOW, async () => {
    expect(await replay(sam)).toEqual(DECIDED)
    expect(await findProblems(sam, 'template.yaml')).toEqual(CLEAN)
  })
})

describe('docs/guides/cdk.md', () => {
  it('has the constructs that lifeguard add prints, in an app that replay runs and doctor accepts', SLOW, async () => {
    const folder = await createProject('cdk')
    await cp(join(sam, 'dist'), join(folder, 'dist'), { recursive: true })
    const stack = { type: 'aws:cloudformation:stack', properties: { templateFile: 'Shop.template.json' } }
    await save(folder, 'cdk.out/manifest.json', JSON.stringify({ artifacts: { Shop: stack } }))
    await save(folder, 'cdk.out/Shop.template.json', JSON.stringify({ Resources: { Pool: { Type: 'AWS::Cognito::UserPool' } } }))
    await symlink(join(repository, 'node_modules/aws-cdk-lib'), join(folder, 'node_modules/aws-cdk-lib'))
    const [app = ''] = listBlocks(await readPage('cdk'), 'typescript')
    await save(folder, 'app.ts', app)
    const printed = await lifeguard(folder, 'add', 'pre-signup', 'pre-token', '--domain', 'shop.example')
    const [, constructs = ''] = /^(const blockTable.*?)\n+Next:/ms.exec(printed) ?? []
    expect(app.replaceAll(/^ {4}/gm, '')).toContain(constructs)

    // `cdk synth` runs the app with these variables.
    const env = { ...process.env, CDK_OUTDIR: 'cdk.out', CDK_CONTEXT_JSON: '{"aws:cdk:enable-asset-metadata":true}' }
    await promisify(execFile)(process.execPath, ['app.ts'], { cwd: folder, env })

    expect(await replay(folder, '--config', 'cdk.out/Shop.template.json')).toEqual(DECIDED)
    expect(await findProblems(folder, 'cdk.out/Shop.template.json')).toEqual(CLEAN)
  })
})

/** The settings of the function that the configuration of docs/guides/terraform.md has as constants. */
const SETTINGS = { function_name: 'shop-pre-sign-up', handler: 'handler.handler', runtime: 'nodejs24.x', timeout: 5, memory_size: 512 }

/** The plan of docs/guides/terraform.md, with the parts that doctor reads. */
const PLAN = createPlan({
  'aws_cognito_user_pool.users': {
    values: { name: 'shop-users', lambda_config: [{}] },
    unknown: { arn: true, id: true, lambda_config: [{ pre_sign_up: true }] },
    expressions: { lambda_config: [{ pre_sign_up: refer('aws_lambda_function.pre_sign_up.arn') }] },
  },
  'aws_lambda_function.pre_sign_up': {
    values: { ...SETTINGS, filename: 'build/pre-signup.zip' },
    unknown: { arn: true, role: true },
    expressions: { role: refer('aws_iam_role.pre_sign_up.arn') },
  },
  'aws_lambda_permission.pre_sign_up': {
    values: { action: 'lambda:InvokeFunction', function_name: 'shop-pre-sign-up', principal: 'cognito-idp.amazonaws.com' },
    unknown: { source_arn: true },
    expressions: { source_arn: refer('aws_cognito_user_pool.users.arn') },
  },
  'aws_iam_role.pre_sign_up': { values: { name: 'shop-pre-sign-up' }, unknown: { arn: true }, expressions: {} },
  'aws_iam_role_policy_attachment.pre_sign_up_logs': {
    values: { role: 'shop-pre-sign-up', policy_arn: 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole' },
    unknown: {},
    expressions: {},
  },
})

interface Planned {
  readonly values: object
  readonly unknown: object
  readonly expressions: object
}

function refer(attribute: string): object {
  return { references: [attribute, attribute.replace(/\.\w+$/, '')] }
}

/** Creates the output of `terraform show -json` for a plan that creates these resources. */
function createPlan(resources: Readonly<Record<string, Planned>>): object {
  const all = Object.entries(resources).map(([address, each]) => {
    const [type, name] = address.split('.')
    return { address, type, name, ...each }
  })
  const archive = {
    type: 'archive_file',
    name: 'pre_sign_up',
    values: { source_dir: 'dist/pre-signup', output_path: 'build/pre-signup.zip' },
  }
  return {
    format_version: '1.2',
    planned_values: { root_module: { resources: all.map(({ address, type, name, values }) => ({ address, type, name, values })) } },
    resource_changes: all.map(({ address, unknown }) => ({ address, change: { actions: ['create'], after_unknown: unknown } })),
    configuration: {
      root_module: { resources: all.map(({ address, type, name, expressions }) => ({ address, type, name, expressions })) },
    },
    prior_state: { values: { root_module: { resources: [{ address: 'data.archive_file.pre_sign_up', mode: 'data', ...archive }] } } },
  }
}

describe('docs/guides/terraform.md', () => {
  it('has a configuration whose plan doctor accepts', SLOW, async () => {
    await save(own, 'plan.json', JSON.stringify(PLAN))

    expect(await findProblems(own, 'plan.json')).toEqual(CLEAN)
  })

  it('has the resources of the plan and the settings of its function', async () => {
    const [configuration = ''] = listBlocks(await readPage('terraform'), 'hcl')
    const resources = [...configuration.matchAll(/^resource "(\w+)" "(\w+)"/gm)].map(([, type, name]) => `${type}.${name}`)

    expect(resources.map((address) => JSON.stringify(PLAN).includes(`"${address}"`))).toEqual(resources.map(() => true))
    for (const [name, value] of Object.entries(SETTINGS))
      expect(configuration.replaceAll(/ +=/g, ' =')).toContain(`  ${name} = ${JSON.stringify(value)}\n`)
  })
})

describe('the handler of a page without a template', () => {
  it.each([
    ['terraform', HANDLER],
    ['amplify-gen2', AMPLIFY],
    ['sst', HANDLER],
  ])('docs/guides/%s.md names its handler for replay', async (name, file) => {
    const page = await readPage(name)

    expect(listBlocks(page, 'ts')).toEqual([await readFile(join(own, HANDLER), 'utf8')])
    expect(page).toContain(`--handler preSignUp=${file}`)
  })

  it('runs from its source without a configuration', SLOW, async () => {
    await cp(join(own, HANDLER), join(own, AMPLIFY))

    expect(await replay(own, '--handler', `preSignUp=${AMPLIFY}`)).toEqual(DECIDED)
  })

  it('runs from the bundle of lifeguard build', SLOW, async () => {
    expect(await replay(own, '--handler', 'preSignUp=dist/pre-signup/handler.js')).toEqual(DECIDED)
  })
})
