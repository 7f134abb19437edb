import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { repository } from '../support/built.ts'
import { lifeguard } from '../support/cli/lifeguard.ts'
import { serviceFolder } from '../support/package/deployment.ts'

let service: Awaited<ReturnType<typeof serviceFolder>>

beforeAll(async () => {
  service = await serviceFolder()
  // Doctor finds osls in node_modules, as in a project that has it installed.
  await symlink(join(repository, 'node_modules'), join(service.folder, 'node_modules'))
}, 300_000)
afterAll(() => service.remove())

it('doctor reports nothing for this service, except the findings that the template accepts', { timeout: 300_000 }, async () => {
  const { code, stdout, stderr } = await lifeguard(['doctor', '--json'], { cwd: service.folder })
  expect(stderr).toContain('packaging the service: osls package')
  const { findings, accepted, unused, notJudged } = JSON.parse(stdout)
  expect({ findings, unused, notJudged }).toEqual({ findings: [], unused: [], notJudged: [] })
  // The template accepts LG402: no trigger runs when a user changes the email address.
  expect(accepted.map(({ code, resource }: Record<string, string>) => `${code} ${resource}`)).toEqual(['LG402 AppClient'])
  expect(code).toBe(0)
})
