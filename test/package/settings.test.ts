import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { repository } from '../support/built.ts'
import { type Ran, runOffline, serviceFolder } from '../support/package/deployment.ts'
import { functions, toFunctionName } from '../support/package/packaged.ts'

let service: Awaited<ReturnType<typeof serviceFolder>>
let aws: Server
let requests = 0

beforeAll(async () => {
  service = await serviceFolder()
  aws = createServer((_, response) => {
    requests += 1
    response.writeHead(500).end()
  })
  await new Promise<void>((resolve) => aws.listen(0, '127.0.0.1', resolve))
}, 300_000)
afterAll(async () => {
  await new Promise((resolve) => aws.close(resolve))
  await service.remove()
})

function run(command: string, ...args: readonly string[]): Promise<Ran> {
  const address = aws.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return runOffline(join(repository, 'scripts/deployment.ts'), service.folder, [command, ...args], {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
  })
}

describe('npm run deploy', { timeout: 300_000 }, () => {
  it('npm run deploy lists all invalid settings, packages nothing, and sends no request to AWS', async () => {
    const { code, stdout, stderr } = await run(
      'deploy',
      '--param',
      'autoConfirmDomains=example.com',
      '--param=logLevel=loud',
      '--param=logHashKey=too short',
      '--force',
    )
    expect(code).toBe(1)
    const text = `${stdout}${stderr}`
    for (const name of functions.map(toFunctionName))
      expect(text).toContain(
        `The handler of ${name} does not start: Invalid settings in the environment:
  LOG_LEVEL is "loud"; expected one of debug, info, warn, error, silent
  LOG_HASH_KEY has an invalid value (not shown); expected a random text of at least 16 characters
`,
      )
    expect(text).toContain('AUTO_CONFIRM_TRUST is missing; expected unproven-address, because AUTO_CONFIRM_DOMAINS is set')
    expect(text).not.toMatch(/^ +at /m)
    expect(requests).toBe(0)
    await expect(readFile(join(service.folder, '.serverless/preSignUp.zip'))).rejects.toThrow('ENOENT')
  })

  it('npm run deploy rejects an unknown parameter', async () => {
    const { code, stdout, stderr } = await run('deploy', '--param=alowedEmailDomains=example.com')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(
      "Unknown parameter 'alowedEmailDomains'\n  Parameters of this service: accessTokenAttributes, adminCreatedUsers,",
    )
    await expect(readFile(join(service.folder, '.serverless/serverless-state.json'))).rejects.toThrow('ENOENT')
  })
})

describe('npm run package', { timeout: 300_000 }, () => {
  it('npm run package packages and checks a service for an existing pool, and finds nothing', async () => {
    const target = join(service.folder, 'packaged')
    const args = ['--config', 'serverless.existing-pool.yml', '--package', target, '--param=userPoolId=eu-west-1_Example']
    const { code, stdout, stderr } = await run('package', ...args)
    expect({ code, stdout }, stderr).toEqual({
      code: 0,
      stdout: expect.stringMatching(/cloudformation-template-update-stack\.json: nothing found\n$/),
    })
    expect(stdout).not.toContain('the rules of')
    expect(await readFile(join(target, 'serverless-state.json'), 'utf8')).toContain('lifeguard-existing-pool')
  })

  it('npm run package exits with the code of osls if osls fails', async () => {
    const { code, stdout } = await run('package', '--config', 'none.yml')
    expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining('Cannot find "none.yml"') })
    expect(stdout).not.toContain('nothing found')
  })
})
