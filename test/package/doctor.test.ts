import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { lifeguard } from '../cli/lifeguard.ts'
import { repository } from '../support/built.ts'
import { serviceFolder } from './deployment.ts'

let service: Awaited<ReturnType<typeof serviceFolder>>

beforeAll(async () => {
  service = await serviceFolder()
  // Where osls is found, as in a project that has installed it.
  await symlink(join(repository, 'node_modules'), join(service.folder, 'node_modules'))
})
afterAll(() => service.remove())

it('packages this service, knows the rules of all its handlers, and finds nothing but the gaps that the README tells of', async () => {
  const { stdout, stderr } = await lifeguard(['doctor', '--json'], { cwd: service.folder })
  expect(stderr).toContain('packaging the service: osls package')
  const { findings, notJudged } = JSON.parse(stdout)
  expect(notJudged).toEqual([])
  // No trigger runs when tokens are refreshed or an address is changed. And without a sender no rule needs the ledger.
  for (const { code } of findings) expect(['LG305', 'LG402', 'LG403']).toContain(code)
  expect(findings.map(({ severity }: { severity: string }) => severity)).not.toContain('error')
})
