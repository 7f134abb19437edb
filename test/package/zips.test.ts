import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ScanCommand } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { bundleHandlers } from '../../src/esbuild/bundle.ts'
import { dynamoPendingEffects } from '../../src/shared/ledger/dynamo-ledger.ts'
import { type LocalServices, startServices } from '../../src/tools/local/services.ts'
import { buildElsewhere, copyBuild, repository } from '../support/built.ts'
import { startCognitoUsers } from '../support/cognito-users-endpoint.ts'
import { ann } from '../support/events.ts'
import { dynamoDbClient } from '../support/local-clients.ts'
import { oldestNode } from '../support/oldest-node.ts'
import { type Deployment, makeDeployment, packageService, serviceFolder } from '../support/package/deployment.ts'
import { type Answer, runDeployed } from '../support/package/lambda-process.ts'
import { unzip, unzipTo } from '../support/package/unzip.ts'
import { DEPLOYED } from '../support/triggers.ts'

// The bundles contain only the clients' own retries, so AWS_RETRY_MODE must have no effect.
const credentials = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_RETRY_MODE: 'adaptive' }
const welcome = { WELCOME_EMAIL_FROM: 'welcome@example.com', WELCOME_APP_NAME: 'Example', WELCOME_APP_URL: 'https://example.com' }

let deployment: Deployment
let task: string
/** Pairs of the name of a function's zip and the folder of its bundle. */
let functions: readonly (readonly [string, string])[]

beforeAll(async () => {
  deployment = await makeDeployment(await copyBuild())
  task = await realpath(await mkdtemp(join(tmpdir(), 'lifeguard-task-')))
  functions = Object.values(deployment.template.Resources).flatMap(({ Type, Properties }) =>
    Type === 'AWS::Lambda::Function' ? [[Properties.FunctionName.replace(/^.*-/, ''), dirname(Properties.Handler)] as const] : [],
  )
  for (const [name] of functions) await unzipTo(join(task, name), await deployment.zip(name))
}, 300_000)
afterAll(async () => {
  await deployment.remove()
  await rm(task, { recursive: true, force: true })
})

const sample = async (path: string): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(join(repository, 'events', path), 'utf8'))

/** Runs an unzipped function as deployed, with the settings of the template. */
function run(
  node: string,
  name: string,
  event: unknown,
  environment: Readonly<Record<string, string>> = {},
  complaint?: (text: string) => void,
): Promise<Answer> {
  const { Properties } = Object(deployment.template.Resources[`${name[0]?.toUpperCase()}${name.slice(1)}LambdaFunction`])
  const file = join(task, name, `${Properties.Handler.replace(/\.handler$/, '')}.js`)
  return runDeployed(node, file, { ...credentials, ...Properties.Environment.Variables, ...environment }, event, {
    timeoutMs: Properties.Timeout * 1000,
    complaint,
  })
}

describe('the zip of a function', { timeout: 300_000 }, () => {
  it('packs only the bundle, its chunks and its package.json into the zip', async () => {
    expect(functions.map(([, folder]) => folder).toSorted()).toEqual(DEPLOYED.map((each) => `dist/${each}`))
    for (const [name, folder] of functions) {
      const files = unzip(await deployment.zip(name))
      const scripts = (await readdir(join(deployment.folder, folder))).filter((file) => file.endsWith('.js'))
      expect([...files.keys()].toSorted()).toEqual([...scripts, 'package.json'].map((file) => `${folder}/${file}`).toSorted())
      expect(JSON.parse(`${files.get(`${folder}/package.json`)}`)).toEqual({ type: 'module' })
      for (const script of scripts) {
        expect(files.get(`${folder}/${script}`)?.equals(await readFile(join(deployment.folder, folder, script)))).toBe(true)
      }
    }
  })

  it('makes byte-identical zips when the service is packaged again', async () => {
    const again = await makeDeployment(await buildElsewhere())
    onTestFinished(again.remove)
    for (const [name] of functions) expect((await again.zip(name)).equals(await deployment.zip(name)), name).toBe(true)
  })

  it('packs the chunks that the handler imports lazily into the zip', async () => {
    const { folder, remove } = await serviceFolder()
    onTestFinished(remove)
    await rm(join(folder, 'dist/pre-signup'), { recursive: true })
    await writeFile(join(folder, 'rare.js'), 'export const rare = 1')
    await writeFile(join(folder, 'handler.js'), "export const handler = () => import('./rare.js')")
    await bundleHandlers([{ folder: join(folder, 'dist/pre-signup'), entry: join(folder, 'handler.js') }], build)
    const files = unzip(await (await packageService(folder)).zip('preSignUp'))
    expect([...files.keys()].toSorted()).toEqual([
      'dist/pre-signup/handler.js',
      'dist/pre-signup/package.json',
      expect.stringMatching(/^dist\/pre-signup\/rare-\w+\.js$/),
    ])
  })
})

describe.each([
  ['the Node version of the deployment', process.execPath, /^v24\./],
  ['the oldest supported Node version', oldestNode, /^v22\./],
])('the unzipped functions, with %s', (_, node, version) => {
  let services: LocalServices

  beforeAll(async () => {
    services = await startServices({
      blocks: 'lifeguard-dev-blocks',
      profiles: 'lifeguard-dev-profiles',
      effects: 'lifeguard-dev-effects',
      limits: 'lifeguard-dev-limits',
    })
  })
  afterAll(() => services.stop())

  it('uses the expected version of Node', () => {
    expect(`${execFileSync(node, ['--version'])}`).toMatch(version)
  })

  it('allows a sign-up in an allowed domain, and denies others', async () => {
    const event = await sample('pre-signup/sign-up-mary.json')
    expect(await run(node, 'preSignUp', event, services.environment)).toEqual({ answer: event })
    expect(await run(node, 'preSignUp', await sample('pre-signup/sign-up-look-alike-prefix.json'), services.environment)).toEqual({
      error: { name: 'TriggerDeniedError', message: 'This email address cannot be used to sign up' },
    })
  })

  it('reports an invalid setting on standard error, and hides it from the caller', async () => {
    let complaint = ''
    const event = await sample('pre-signup/sign-up-mary.json')
    const { error } = await run(node, 'preSignUp', event, { ADMIN_CREATED_USERS: 'maybe' }, (text) => {
      complaint += text
    })
    expect(error).toEqual({ name: 'TriggerFailedError', message: 'Something went wrong, please try again later' })
    expect(complaint).toContain('ADMIN_CREATED_USERS is "maybe"; expected one of exempt, judge')
  })

  it('lets an unblocked user sign in, and records the sign-in', async () => {
    const before = await sample('pre-auth/sign-in-mary.json')
    expect(await run(node, 'preAuthentication', before, services.environment)).toEqual({ answer: before })
    const after = await sample('post-auth/sign-in-mary.json')
    expect(await run(node, 'postAuthentication', after, services.environment)).toEqual({ answer: after })
    expect(await profiles()).toBe(1)
  })

  it('rejects every sign-in while the block list cannot be read', async () => {
    const event = await sample('pre-auth/sign-in-mary.json')
    const { error } = await run(node, 'preAuthentication', event, { ...services.environment, BLOCK_TABLE: 'another-table' })
    expect(error).toEqual({ name: 'TriggerFailedError', message: 'Something went wrong, please try again later' })
  })

  it('writes one profile and sends one email when a confirmation is repeated', async () => {
    const event = await sample('post-confirmation/confirm-phone-and-email.json')
    const already = await profiles()
    const environment = { ...services.environment, ...welcome }
    for (let time = 0; time < 2; time += 1) expect(await run(node, 'postConfirmation', event, environment)).toEqual({ answer: event })
    expect(await profiles()).toBe(already + 1)
    expect(services.ses.inbox().map(({ from, subject }) => [from, subject])).toEqual([['welcome@example.com', 'Welcome to Example']])
  })

  it('sends no email if no sender is set, as by default', async () => {
    services.ses.clear()
    const event = await sample('post-confirmation/confirm-mary.json')
    expect(await run(node, 'postConfirmation', event, services.environment)).toEqual({ answer: event })
    expect(services.ses.inbox()).toEqual([])
  })

  it('sends a pending welcome email in a sweep', async () => {
    services.ses.clear()
    const cognito = await startCognitoUsers()
    onTestFinished(() => cognito.stop())
    cognito.addPool(ann.userPoolId, { userName: ann.userName, attributes: { sub: ann.sub, email: ann.email, email_verified: 'true' } })
    const client = dynamoDbClient(services.dynamodb.endpoint)
    const pendingEffects = dynamoPendingEffects({ documents: () => DynamoDBDocumentClient.from(client), table: 'lifeguard-dev-effects' })
    const { userPoolId, sub } = ann
    await pendingEffects.enqueue({ userPoolId, sub, effect: 'send-welcome-email', delivery: 'at-most-once' }, new AbortController().signal)
    client.destroy()
    const environment = { ...services.environment, ...welcome, AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: cognito.endpoint }
    for (let time = 0; time < 2; time += 1) expect(await run(node, 'sweeper', {}, environment)).toEqual({})
    expect(services.ses.inbox()).toMatchObject([{ to: [ann.email], subject: 'Welcome to Example' }])
  })

  async function profiles(): Promise<number> {
    const client = dynamoDbClient(services.dynamodb.endpoint)
    const { Count } = await client.send(new ScanCommand({ TableName: 'lifeguard-dev-profiles' }))
    client.destroy()
    return Count ?? 0
  }
})
