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

it('packages this service, knows the rules of all its handlers, and has notes on it at most', async () => {
  const { stdout, stderr } = await lifeguard(['doctor', '--json'], { cwd: service.folder })
  expect(stderr).toContain('packaging the service: osls package')
  const { findings, notJudged } = JSON.parse(stdout)
  expect(notJudged).toEqual([])
  expect(findings.filter(({ severity }: { severity: string }) => severity !== 'note')).toEqual([])
  // Blocks do not reach refresh tokens, which the README says too. Without a sender no rule needs the ledger.
  for (const { code } of findings) expect(['LG305', 'LG403']).toContain(code)
})
