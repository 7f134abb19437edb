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

  it('reports that the runtime client is not installed', () => {
    expect(findInstalledClient(cache)).toEqual({ missing: 'it is not installed; install it with npm run runtime-client' })
  })

  it('reports the missing build tools, also to later calls of findInstalledClient', async () => {
    const missing = 'its install needs no-such-compiler, no-such-make'
    expect(await installClient(cache, ['tar', 'no-such-compiler', 'no-such-make'])).toEqual({ missing })
    expect(findInstalledClient(cache)).toEqual({ missing })
  })

  it("reports npm's error in one line if the network is down, and leaves no partial install", async () => {
    vi.stubEnv('npm_config_registry', 'http://127.0.0.1:9')
    vi.stubEnv('npm_config_cache', join(cache, 'npm'))
    expect(await installClient(cache, [])).toEqual({ missing: expect.stringMatching(/^its install failed: npm error .*ECONNREFUSED.*$/) })
    expect((await readdir(cache)).filter((name) => name !== 'npm')).toEqual([expect.stringMatching(/\.missing\.txt$/)])
  })

  it('reports a failed install if the cache folder cannot be created', async () => {
    const nowhere = '/dev/null/cache'
    expect(await installClient(nowhere, [])).toEqual({ missing: expect.stringContaining('its install failed') })
  })
})
