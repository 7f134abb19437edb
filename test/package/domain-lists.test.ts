import { mkdir, mkdtemp, readFile, realpath, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildDomainFiles } from '../../src/esbuild/domain-files.ts'
import { repository } from '../support/built.ts'
import { oldestNode } from '../support/oldest-node.ts'
import { osls, serviceFolder, type Template } from '../support/package/deployment.ts'
import { type Answer, runDeployed } from '../support/package/lambda-process.ts'
import { unzip, unzipTo } from '../support/package/unzip.ts'

let service: Awaited<ReturnType<typeof serviceFolder>>
let task: string
let environment: Record<string, string>
let files: readonly string[]

beforeAll(async () => {
  service = await serviceFolder()
  task = await realpath(await mkdtemp(join(tmpdir(), 'lifeguard-task-')))
  const lists = join(task, 'lists')
  await mkdir(lists)
  const domains = Array.from({ length: 20_000 }, (_, index) => `${index % 2 === 0 ? '*.' : ''}company-${index}.example`)
  await writeFile(join(lists, 'staff.json'), JSON.stringify(['example.com', 'guest@example.org', ...domains]))
  await buildDomainFiles(lists, join(service.folder, 'dist/pre-signup'))
  const packaged = join(service.folder, 'packaged')
  const args = ['package', '--package', packaged, '--param=allowedEmailDomains=@file:staff.domains']
  const { code, stdout, stderr } = await osls(service.folder, args)
  if (code !== 0) throw new Error(`osls package failed:\n${stdout}${stderr}`)
  const zip = await readFile(join(packaged, 'preSignUp.zip'))
  files = [...unzip(zip).keys()].toSorted()
  await unzipTo(task, zip)
  const template: Template = JSON.parse(await readFile(join(packaged, 'cloudformation-template-update-stack.json'), 'utf8'))
  environment = template.Resources.PreSignUpLambdaFunction?.Properties.Environment.Variables
}, 300_000)
afterAll(async () => {
  await service.remove()
  await rm(task, { recursive: true, force: true })
})

async function signUp(node: string, email: string, complaint?: (text: string) => void): Promise<Answer> {
  const event = JSON.parse(await readFile(join(repository, 'events/pre-signup/sign-up-mary.json'), 'utf8'))
  event.request.userAttributes.email = email
  // Without a block table, the handler needs no DynamoDB.
  const settings = { ...environment, BLOCK_TABLE: '' }
  const said = await runDeployed(node, join(task, 'dist/pre-signup/handler.js'), settings, event, { complaint })
  return said.answer === undefined ? said : { answer: 'signed up' }
}

describe.each([
  ['the Node version of the deployment', process.execPath],
  ['the oldest supported Node version', oldestNode],
])('a domain list in the zip, with %s', (_, node) => {
  it('allows the domains in the list, and denies all others', async () => {
    expect(files).toContain('dist/pre-signup/staff.domains')
    expect(environment.ALLOWED_EMAIL_DOMAINS).toBe('@file:staff.domains')
    for (const email of ['mary@example.com', 'guest@example.org', 'mary@company-1.example', 'mary@mail.company-19998.example']) {
      expect(await signUp(node, email)).toEqual({ answer: 'signed up' })
    }
    for (const email of ['mary@example.org', 'mary@company-2.example', 'mary@mail.company-1.example', 'mary@xcompany-1.example']) {
      expect(await signUp(node, email)).toEqual({
        error: { name: 'TriggerDeniedError', message: 'This email address cannot be used to sign up' },
      })
    }
  })
})

describe('a truncated domain list', () => {
  it('pre sign-up does not start if its domain list is truncated, and writes the error to standard error only', async () => {
    const list = join(task, 'dist/pre-signup/staff.domains')
    await truncate(list, 1000)
    let complaint = ''
    const { error } = await signUp(process.execPath, 'mary@example.com', (text) => {
      complaint += text
    })
    expect(error).toEqual({ name: 'TriggerFailedError', message: 'Something went wrong, please try again later' })
    expect(complaint).toContain(`@file:staff.domains cannot be read: ${list}: Line 41 of the domain list is wrong: found no LF at the end`)
  })
})
