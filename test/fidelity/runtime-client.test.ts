import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { findInstalledClient, installClient } from '../support/fidelity/runtime-client.ts'

describe.skipIf(process.platform !== 'linux')('installing the runtime client', () => {
  let cache: string
  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), 'lifeguard-cache-'))
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    await rm(cache, { recursive: true, force: true })
  })

  it('says that nobody has tried yet', () => {
    expect(findInstalledClient(cache)).toEqual({ missing: 'it is not installed, npm run runtime-client does it' })
  })

  it('says which build tools are missing, and the tests that need it can read it', async () => {
    const missing = 'to compile it takes no-such-compiler, no-such-make'
    expect(await installClient(cache, ['tar', 'no-such-compiler', 'no-such-make'])).toEqual({ missing })
    expect(findInstalledClient(cache)).toEqual({ missing })
  })

  it('says in one line what npm says where there is no network, and leaves nothing half done', async () => {
    vi.stubEnv('npm_config_registry', 'http://127.0.0.1:9')
    vi.stubEnv('npm_config_cache', join(cache, 'npm'))
    expect(await installClient(cache, [])).toEqual({ missing: expect.stringMatching(/^its install failed: npm error .*ECONNREFUSED.*$/) })
    expect((await readdir(cache)).filter((name) => name !== 'npm')).toEqual([expect.stringMatching(/\.missing\.txt$/)])
  })

  it('says so where there is no place to install it', async () => {
    const nowhere = '/dev/null/cache'
    expect(await installClient(nowhere, [])).toEqual({ missing: expect.stringContaining('its install failed') })
  })
})
