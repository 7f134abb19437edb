import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { repository } from '../support/built.ts'
import { lifeguard } from '../support/cli/lifeguard.ts'
import { serviceFolder } from '../support/package/deployment.ts'

let service: Awaited<ReturnType<typeof serviceFolder>>

beforeAll(async () => {
  service = await serviceFolder()
  // Where osls is found, as in a project that has installed it.
  await symlink(join(repository, 'node_modules'), join(service.folder, 'node_modules'))
})
afterAll(() => service.remove())

it('packages this service, knows the rules of all its handlers, and finds nothing but the gaps that the template owns up to', async () => {
  const { code, stdout, stderr } = await lifeguard(['doctor', '--json'], { cwd: service.folder })
  expect(stderr).toContain('packaging the service: osls package')
  const { findings, accepted, unused, notJudged } = JSON.parse(stdout)
  expect({ findings, unused, notJudged }).toEqual({ findings: [], unused: [], notJudged: [] })
  // No trigger runs when an address is changed.
  expect(accepted.map(({ code, resource }: Record<string, string>) => `${code} ${resource}`)).toEqual(['LG402 AppClient'])
  expect(code).toBe(0)
})
