import { mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { repository } from '../support/built.ts'
import { layOutIdle, type Ran, runOffline } from '../support/package/deployment.ts'
import { type StackEndpoint, startStack } from '../support/package/stack-endpoint.ts'

let folder: string
let aws: StackEndpoint

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lifeguard-deploy-')))
  await layOutIdle(folder)
})
beforeEach(async () => {
  aws = await startStack()
})
afterEach(() => aws.stop())
afterAll(() => rm(folder, { recursive: true }))

function deploy(...args: readonly string[]): Promise<Ran> {
  return runOffline(join(repository, 'scripts/deployment.ts'), folder, ['deploy', ...args], {
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
    SLS_AWS_MONITORING_FREQUENCY: '1',
  })
}

/** Returns the uploaded files. Fails unless there was exactly one deployment. */
function deployed(): { readonly directory: string; readonly files: ReadonlyMap<string, Buffer> } {
  const [directory, another] = new Set([...aws.objects.keys()].map(dirname))
  if (directory === undefined || another !== undefined)
    throw new Error(`Expected one deployment, but the bucket contains ${[...aws.objects.keys()]}`)
  return { directory, files: new Map([...aws.objects].map(([key, body]) => [basename(key), body])) }
}

describe('npm run deploy', { timeout: 300_000 }, () => {
  it('npm run deploy uploads the zips of the checked package, and updates the stack with them', async () => {
    const args = ['--package', 'packaged', '--param=allowedEmailDomains=example.com']
    const { code, stdout, stderr } = await deploy('--force', '--conceal', ...args)
    expect({ code, stdout }, stderr).toEqual({
      code: 0,
      stdout: expect.stringContaining('cloudformation-template-update-stack.json: nothing found'),
    })
    const { directory, files } = deployed()
    const { preSignUp, ...others } = JSON.parse(await readFile(join(folder, 'packaged/serverless-state.json'), 'utf8')).service.functions
    expect(preSignUp.environment.ALLOWED_EMAIL_DOMAINS).toBe('example.com')
    for (const name of ['preSignUp', ...Object.keys(others)]) {
      expect(await readFile(join(folder, 'packaged', `${name}.zip`))).toEqual(files.get(`${name}.zip`))
    }
    const template = JSON.parse(String(files.get('compiled-cloudformation-template.json')))
    expect(template.Resources.PreSignUpLambdaFunction.Properties).toMatchObject({
      Code: { S3Key: `${directory}/preSignUp.zip` },
      Environment: { Variables: { ALLOWED_EMAIL_DOMAINS: 'example.com' } },
    })
    const change = aws.calls.find(({ action }) => action === 'CreateChangeSet')
    expect(change?.parameters.get('TemplateURL')).toContain(`/${directory}/compiled-cloudformation-template.json`)
    expect(aws.calls.filter(({ action }) => action === 'ExecuteChangeSet')).toHaveLength(1)
  })

  it('npm run deploy packages once, and removes the package unless --package is given', async () => {
    const { code, stderr } = await deploy('--force', '--param=allowedEmailDomains=example.com')
    expect({ code, packaged: stderr.split('Packaging lifeguard').length - 1 }, stderr).toEqual({ code: 0, packaged: 1 })
    expect(deployed().files.has('preSignUp.zip')).toBe(true)
    // osls deletes .serverless only if it is called with --package.
    expect(await readdir(folder)).not.toContain('.serverless')
  })

  it.each([
    [['function', '-f', 'preSignUp'], "deploy accepts only options, not 'function'. To run osls without checks: npx osls deploy function"],
    [['--aws-s3-accelerate'], 'To run osls without checks: npx osls deploy --aws-s3-accelerate'],
  ])('npm run deploy rejects %j, prints the command that skips the checks, and deploys nothing', async (args, text) => {
    const { code, stdout, stderr } = await deploy(...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(`Nothing was packaged:\n  `)
    expect(stderr).toContain(text)
    expect(aws.calls).toEqual([])
    expect(await readdir(folder)).not.toContain('.serverless')
  })
})
