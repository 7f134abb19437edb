import { describe, expect, it } from 'vitest'
import { readOwnLock, selectPackages } from '../../../src/tools/init/lock.ts'
import { createLock, listRoots } from '../../../src/tools/init/manifest.ts'
import { readOwnManifest } from '../../../src/tools/lib/own-package.ts'

const lock = {
  packages: {
    '': { dependencies: { used: '1' } },
    'node_modules/used': { version: '1.0.0', dependencies: { nested: '2' }, optionalDependencies: { platform: '1', absent: '1' } },
    'node_modules/used/node_modules/nested': { version: '2.0.0', dependencies: { shared: '1' } },
    'node_modules/nested': { version: '1.0.0', dev: true },
    'node_modules/shared': { version: '1.0.0', integrity: 'sha512-shared' },
    'node_modules/platform': { version: '1.0.0', optional: true },
    'node_modules/tool': {
      version: '1.0.0',
      dev: true,
      dependencies: { platform: '1', nested: '1' },
      optionalDependencies: { native: '1' },
      peerDependencies: { host: '1', guest: '1' },
      peerDependenciesMeta: { guest: { optional: true } },
    },
    'node_modules/host': { version: '1.0.0', dev: true },
    'node_modules/guest': { version: '1.0.0', dev: true },
    'node_modules/native': { version: '1.0.0', dev: true, optional: true },
    'node_modules/unused': { version: '1.0.0', dev: true },
  },
}

describe('selectPackages', () => {
  it('selects exactly the packages that Node finds for the given dependencies', () => {
    expect(Object.keys(selectPackages(lock, { dependencies: ['used'], devDependencies: [] }))).toEqual([
      'node_modules/platform',
      'node_modules/shared',
      'node_modules/used',
      'node_modules/used/node_modules/nested',
    ])
  })

  it('sets the dev and optional flags of each package', () => {
    const part = selectPackages(lock, { dependencies: ['used'], devDependencies: ['tool'] })
    const flags = Object.entries(part).map(([path, { dev, optional, devOptional }]) => [path, { dev, optional, devOptional }])
    expect(Object.fromEntries(flags)).toEqual({
      'node_modules/host': { dev: true },
      'node_modules/native': { dev: true, optional: true },
      'node_modules/nested': { dev: true },
      'node_modules/platform': { devOptional: true },
      'node_modules/shared': {},
      'node_modules/tool': { dev: true },
      'node_modules/used': {},
      'node_modules/used/node_modules/nested': {},
    })
    expect(part['node_modules/shared']).toEqual({ version: '1.0.0', integrity: 'sha512-shared' })
  })

  it('throws if the lock file lacks a needed package', () => {
    expect(() => selectPackages(lock, { dependencies: ['missing'], devDependencies: [] })).toThrow('The lock file has no package missing')
    const broken = { packages: { 'node_modules/a': { dependencies: { b: '1' } } } }
    expect(() => selectPackages(broken, { dependencies: ['a'], devDependencies: [] })).toThrow(
      'The lock file has no package b, which node_modules/a needs',
    )
  })

  it('selects the same packages again if its own result is the lock file', async () => {
    const roots = listRoots(await readOwnManifest())
    const part = selectPackages(await readOwnLock(), roots)
    expect(selectPackages({ packages: part }, roots)).toEqual(part)
  })

  it('keeps the versions and checksums of the lock file of this repository', async () => {
    const [own, { packages }] = [await readOwnManifest(), await readOwnLock()]
    const {
      '': root,
      'node_modules/cognito-lifeguard': itself,
      ...others
    } = Object(createLock('app', own, selectPackages({ packages }, listRoots(own)), { spec: '^0.1.0' })).packages
    expect(root.dependencies).toEqual({ 'cognito-lifeguard': '^0.1.0' })
    expect(itself).toMatchObject({ version: own.version, dependencies: own.dependencies, bin: own.bin })
    for (const [path, { version, integrity, inBundle }] of Object.entries<Record<string, unknown>>(others)) {
      expect({ path, version, integrity: typeof integrity }).toEqual({
        path,
        version: packages[path]?.version,
        integrity: inBundle ? 'undefined' : 'string',
      })
    }
  })
})
