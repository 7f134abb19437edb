import type { OwnManifest } from '../lib/own-package.ts'
import type { LockedPackages, LockRoots } from './lock.ts'
import type { Origin } from './origin.ts'

/** The development dependencies of a project. The project gets the versions with which this package is tested. */
const TOOLS = ['@jridgewell/sourcemap-codec', '@types/node', 'dynalite', 'esbuild', 'magic-string', 'node', 'osls', 'typescript', 'vitest']

const SCRIPTS = {
  build: 'node esbuild.config.ts',
  start: 'lifeguard replay',
  test: 'vitest run',
  check: 'tsc',
  package: 'npm run build && osls package',
}

/** Lists the packages that a project's lock file must contain, with their own dependencies. */
export function listRoots(own: OwnManifest): LockRoots {
  return { dependencies: Object.keys(own.dependencies), devDependencies: TOOLS }
}

/**
 * Creates the package.json of a project.
 *
 * @param locked The packages of the project's lock file, without this package.
 */
export function createManifest(name: string, own: OwnManifest, locked: LockedPackages, { spec }: Origin): object {
  const installed = new Set(Object.keys(locked).map((path) => path.replace(/^.*node_modules\//, '')))
  const allowScripts = Object.fromEntries(Object.entries(own.allowScripts).filter(([each]) => installed.has(each)))
  return { name, private: true, type: 'module', scripts: SCRIPTS, ...listDependencies(own, spec), allowScripts }
}

/** Creates the package-lock.json of a project, so that `npm ci` installs versions that are tested together. */
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
    if (wanted === undefined) throw new Error(`${tool} is missing in devDependencies of ${own.name}`)
    return [tool, wanted] as const
  })
  return { dependencies: { [own.name]: spec }, devDependencies: Object.fromEntries(tools) }
}
