import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LocalServices, startServices } from '../../src/tools/local/services.ts'
import { repository } from '../support/built.ts'
import { osls, type Ran, serviceFolder } from '../support/package/deployment.ts'
import { loadContracts, ordinaryEvent, ordinarySample } from '../support/triggers.ts'

const functions = (await loadContracts()).filter(({ optional }) => !optional)

let service: Awaited<ReturnType<typeof serviceFolder>>
let services: LocalServices

beforeAll(async () => {
  service = await serviceFolder()
  services = await startServices({
    blocks: 'lifeguard-dev-blocks',
    profiles: 'lifeguard-dev-profiles',
    effects: 'lifeguard-dev-effects',
    limits: 'lifeguard-dev-limits',
  })
}, 300_000)
afterAll(async () => {
  await services.stop()
  await service.remove()
})

const path = (event: string): string => join(repository, 'events', event)

const invoke = (name: string, event: string, ...params: readonly string[]): Promise<Ran> =>
  osls(
    service.folder,
    ['invoke', 'local', '-f', name, '-p', path(event), ...params.map((param) => `--param=${param}`)],
    services.environment,
  )

/** Returns the answer that the command prints after the function's log lines. */
function answered({ code, stdout }: Ran): unknown {
  expect(code).toBe(0)
  const start = stdout.startsWith('{\n') ? 0 : stdout.indexOf('\n{\n') + 1
  return JSON.parse(stdout.slice(start))
}

describe('osls invoke local', { timeout: 300_000 }, () => {
  it.each(functions)('osls invoke local runs $name with a sample event, and prints the expected answer', async ({ name, ...block }) => {
    expect(answered(await invoke(name, `${ordinaryEvent(block)}.json`))).toEqual(ordinarySample(block).answer)
  })

  it('osls invoke local prints the message of a denial', async () => {
    const { code, stdout } = await invoke('preSignUp', 'pre-signup/sign-up-other-domain.json')
    expect(code).toBe(1)
    expect(stdout).toContain('"errorMessage": "This email address cannot be used to sign up"')
  })

  it('osls invoke local passes the parameters of --param to the function as settings', async () => {
    answered(await invoke('preSignUp', 'pre-signup/sign-up-other-domain.json', 'allowedEmailDomains=*'))
    services.ses.clear()
    const welcome = ['welcomeEmailFrom=welcome@example.com', 'welcomeAppName=Example', 'welcomeAppUrl=https://example.com']
    answered(await invoke('postConfirmation', 'post-confirmation/confirm-phone-and-email.json', ...welcome))
    expect(services.ses.inbox()).toHaveLength(1)
  })
})
