import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { zipNames } from '../../scripts/deployment/zip-names.ts'
import { META_FILE } from '../../src/esbuild/bundle.ts'
import { buildDomainFiles } from '../../src/esbuild/domain-files.ts'
import { repository } from '../support/built.ts'
import { layOutIdle, type Ran, runOffline } from '../support/package/deployment.ts'
import { unzip } from '../support/package/unzip.ts'

let folder: string
let aws: Server
let asked = 0

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lifeguard-settings-')))
  await layOutIdle(folder)
  aws = createServer((_, response) => {
    asked += 1
    response.writeHead(500).end()
  })
  await new Promise<void>((resolve) => aws.listen(0, '127.0.0.1', resolve))
  const lists = join(folder, 'lists')
  await mkdir(lists)
  await writeFile(join(lists, 'staff.txt'), 'example.com')
  const bundle = join(folder, 'dist/pre-signup')
  await writeFile(join(bundle, META_FILE), '{}')
  await buildDomainFiles(lists, bundle)
  // A list, but of a name that no pattern of the package has.
  await writeFile(join(bundle, 'guests.list'), await readFile(join(bundle, 'staff.domains')))
})
afterAll(async () => {
  await new Promise((resolve) => aws.close(resolve))
  await rm(folder, { recursive: true })
})

function run(command: string, ...args: readonly string[]): Promise<Ran> {
  const address = aws.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return runOffline(join(repository, 'scripts/deployment.ts'), folder, [command, ...args], {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
  })
}

const all = 'preSignUp, preAuthentication, postAuthentication, postConfirmation, sweeper'

describe('npm run deploy', () => {
  it('packages, tells everything that is wrong with the settings, and asks AWS for nothing', async () => {
    const { code, stderr } = await run(
      'deploy',
      '--param=allowedEmailDomains=@file:staff.domains',
      '--param=deniedEmailDomains=@file:guests.list',
      '--param',
      'autoConfirmDomains=@file:none.domains',
      '--param=logLevel=loud',
      '--param=logHashKey=too short',
      '--force',
    )
    expect(code).toBe(2)
    const lines = stderr.slice(stderr.indexOf('The settings are wrong. Nothing was deployed:')).trimEnd().split('\n').slice(1)
    expect(lines.toSorted()).toEqual([
      `  ${all}: LOG_HASH_KEY is set to a value that is not shown; expected a random text of at least 16 characters; the parameter logHashKey sets it`,
      `  ${all}: LOG_LEVEL is "loud"; expected one of debug, info, warn, error, silent; the parameter logLevel sets it`,
      expect.stringMatching(
        /^ {2}preSignUp: AUTO_CONFIRM_DOMAINS is "@file:none.domains"; .*ENOENT.*; the parameter autoConfirmDomains sets it$/,
      ),
      expect.stringMatching(/^ {2}preSignUp: AUTO_CONFIRM_TRUST is missing; .*; the parameter autoConfirmTrust sets it$/),
      expect.stringMatching(
        /^ {2}preSignUp: DENIED_EMAIL_DOMAINS is "@file:guests.list"; .*dist\/pre-signup\/guests.list is in no pattern.*/,
      ),
    ])
    expect(asked).toBe(0)
    const zip = await readFile(join(folder, '.serverless/preSignUp.zip'))
    expect([...zipNames(zip)]).toEqual([...unzip(zip).keys()])
  })

  it('knows no parameter that is misspelt', async () => {
    await rm(join(folder, '.serverless'), { recursive: true })
    const { code, stdout, stderr } = await run('deploy', '--param=alowedEmailDomains=example.com')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('alowedEmailDomains is no parameter of this service\n  It has adminCreatedUsers,')
    await expect(readFile(join(folder, '.serverless/serverless-state.json'))).rejects.toThrow('ENOENT')
  })
})

describe('npm run package', () => {
  it('says of a pool that exists that the settings are checked', async () => {
    const target = join(folder, 'packaged')
    const args = ['--config', 'serverless.existing-pool.yml', '--package', target, '--param=userPoolId=eu-west-1_Example']
    const { code, stdout, stderr } = await run('package', ...args)
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Settings checked.\n' })
    expect(stderr).not.toContain('Not checked')
    expect(await readFile(join(target, 'serverless-state.json'), 'utf8')).toContain('lifeguard-existing-pool')
  })

  it('ends as osls does where that refuses', async () => {
    const { code, stdout } = await run('package', '--config', 'none.yml')
    expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining('Cannot find "none.yml"') })
    expect(stdout).not.toContain('Settings checked')
  })
})
