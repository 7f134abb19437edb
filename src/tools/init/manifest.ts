import type { OwnManifest } from '../lib/own-package.ts'
import type { LockedPackages, LockRoots } from './lock.ts'
import type { Origin } from './origin.ts'

/** What a project needs to be built, tried and packaged. The versions are this package's own: those it is tested with. */
const TOOLS = [
  '@jridgewell/sourcemap-codec',
  '@types/node',
  'acorn',
  'dynalite',
  'esbuild',
  'magic-string',
  'node',
  'osls',
  'typescript',
  'vitest',
]

const SCRIPTS = {
  build: 'node esbuild.config.ts',
  start: 'lifeguard replay',
  test: 'vitest run',
  check: 'tsc',
  package: 'npm run build && osls package',
}

/** Of what the lock of a project is made. */
export function listRoots(own: OwnManifest): LockRoots {
  return { dependencies: Object.keys(own.dependencies), devDependencies: TOOLS }
}

/**
 * The package.json of a project.
 *
 * @param locked What is installed in it, but for this package.
 */
export function createManifest(name: string, own: OwnManifest, locked: LockedPackages, { spec }: Origin): object {
  const installed = new Set(Object.keys(locked).map((path) => path.replace(/^.*node_modules\//, '')))
  const allowScripts = Object.fromEntries(Object.entries(own.allowScripts).filter(([each]) => installed.has(each)))
  return { name, private: true, type: 'module', scripts: SCRIPTS, ...listDependencies(own, spec), allowScripts }
}

/** The package-lock.json that goes with it, so that `npm ci` installs what is known to work together. */
export function createLock(name: string, own: OwnManifest, locked: LockedPackages, { spec, resolved, integrity }: Origin): object {
  const { version, license, engines, bin, dependencies, peerDependencies, peerDependenciesMeta } = own
  const itself = {
    version,
    ...(resolved !== undefined && { resolved }),
    ...(integrity !== undefined && { integrity }),
    ...{ license, dependencies, bin, engines, peerDependencies, peerDependenciesMeta },
  }
  const packages = { ...locked, [`node_modules/${own.name}`]: itself }
  return {
    name,
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': { name, ...listDependencies(own, spec) },
      ...Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1))),
    },
  }
}

interface Dependencies {
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

function listDependencies(own: OwnManifest, spec: string): Dependencies {
  const tools = TOOLS.map((tool) => {
    const wanted = own.devDependencies[tool]
    if (wanted === undefined) throw new Error(`${tool} is no development dependency of ${own.name}`)
    return [tool, wanted] as const
  })
  return { dependencies: { [own.name]: spec }, devDependencies: Object.fromEntries(tools) }
}
