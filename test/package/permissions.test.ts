import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { osls, packageService, serviceFolder } from '../support/package/deployment.ts'
import { unzip } from '../support/package/unzip.ts'

let service: Awaited<ReturnType<typeof serviceFolder>>
let built: string
let handler: string

beforeAll(async () => {
  service = await serviceFolder()
  handler = join(service.folder, 'dist/pre-auth/handler.js')
  built = await readFile(handler, 'utf8')
}, 300_000)
afterAll(() => service.remove())

const read = async (folder: string): Promise<unknown> =>
  JSON.parse(await readFile(join(service.folder, 'dist', folder, 'permissions.json'), 'utf8'))

/** Runs packaging, which must fail. Returns its output. */
async function failPackaging(...params: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await osls(service.folder, ['package', ...params.map((param) => `--param=${param}`)])
  expect(code).toBe(1)
  expect(`${stdout}${stderr}`).not.toMatch(/^ +at /m)
  return `${stdout}${stderr}`
}

describe('permissions.json', { timeout: 300_000 }, () => {
  it('permissions.json contains the permissions that a handler needs with the deployed settings, and is not in the zip', async () => {
    const { zip } = await packageService(service.folder, [])

    expect(await read('pre-auth')).toEqual({
      trigger: 'PreAuthentication',
      refuses: true,
      sweeps: false,
      effects: [],
      runsEffects: false,
      failsOpen: false,
      versions: [],
      permissions: [{ rule: 'block-users', actions: ['dynamodb:BatchGetItem'], resource: 'BLOCK_TABLE' }],
    })
    expect(await read('pre-signup')).toMatchObject({ permissions: [{ rule: 'block-users' }] })
    expect(await read('sweeper')).toMatchObject({ sweeps: true, runsEffects: true, effects: [] })
    expect([...unzip(await zip('preAuthentication')).keys()].filter((file) => file.endsWith('permissions.json'))).toEqual([])
  })
})

describe('a handler that does not start', { timeout: 300_000 }, () => {
  beforeEach(() => writeFile(handler, built))

  it('fails packaging with the error message of a handler that does not start', async () => {
    await writeFile(handler, "throw new Error('The key is missing')")

    expect(await failPackaging()).toContain('\nThe handler of preAuthentication does not start: The key is missing\n')
  })

  it('fails packaging if the file of a handler is missing, or does not export the handler', async () => {
    await writeFile(handler, 'export const other = () => {}')
    expect(await failPackaging()).toContain("dist/pre-auth/handler.js exports no function 'handler'")

    await rm(handler)
    expect(await failPackaging()).toContain('dist/pre-auth/handler.handler of preAuthentication is not built: run npm run build')
  })

  it.each([
    ['exits the process', 'process.exit(0)'],
    ['awaits a promise that never settles', 'await new Promise(() => {})'],
  ])('fails packaging if the handler %s while it loads', async (_, source) => {
    await writeFile(handler, source)

    expect(await failPackaging()).toContain(
      'The handler of preAuthentication does not start: the process exited before the handler was loaded\n',
    )
  })

  it('fails packaging if only AWS has the value of a setting, unless custom.placeholders contains a value', async () => {
    const file = join(service.folder, 'serverless.yml')
    const text = await readFile(file, 'utf8')
    const list = 'allowedEmailDomains=@file:/opt/staff.domains'

    expect(await failPackaging(list)).toContain(
      'The value of ALLOWED_EMAIL_DOMAINS is known only in AWS. Set a value for packaging in custom.placeholders',
    )

    await writeFile(file, text.replace('placeholders: {}', 'placeholders: { ALLOWED_EMAIL_DOMAINS: example.com }'))
    const { template } = await packageService(service.folder, [list, 'logHashKey={{resolve:secretsmanager:key}}'])
    expect(template.Resources.PreSignUpLambdaFunction?.Properties.Environment.Variables).toMatchObject({
      ALLOWED_EMAIL_DOMAINS: '@file:/opt/staff.domains',
      LOG_HASH_KEY: '{{resolve:secretsmanager:key}}',
    })
    await writeFile(file, text)
  })
})

describe('a service that is not built', { timeout: 300_000 }, () => {
  it('runs osls commands that package nothing, although the service is not built', async () => {
    await rm(join(service.folder, 'dist'), { recursive: true })

    const { code, stdout, stderr } = await osls(service.folder, ['print', '--path', 'service'])

    expect({ code, stdout: stdout.trim() }, stderr).toEqual({ code: 0, stdout: 'lifeguard' })
  })
})
