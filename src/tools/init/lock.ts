import { readFile } from 'node:fs/promises'

/** A package of a package-lock.json. Declares only the fields that this module reads. The other fields are kept. */
export interface LockedPackage {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
  readonly dev?: boolean
  readonly optional?: boolean
  readonly devOptional?: boolean
}

/** Packages by installation folder, such as `node_modules/zod`. */
export type LockedPackages = Readonly<Record<string, LockedPackage>>

/** A package-lock.json of version 3. */
export interface Lock {
  readonly packages: LockedPackages
}

/** The names of a project's direct dependencies. */
export interface LockRoots {
  readonly dependencies: readonly string[]
  readonly devDependencies: readonly string[]
}

/**
 * Reads the lock file with the versions that Lifeguard is built and tested with. npm never packs package-lock.json, so the build
 * of the package writes a copy beside this file.
 */
export async function readOwnLock(): Promise<Lock> {
  const packed = await readFile(new URL('./lock.json', import.meta.url), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  return JSON.parse(packed ?? (await readFile(new URL('../../../package-lock.json', import.meta.url), 'utf8')))
}

/**
 * Selects the packages of a lock file that the given dependencies need, and computes their `dev`, `optional` and `devOptional`
 * flags.
 *
 * @throws Error that names a package that is missing in the lock file.
 * @example
 * selectPackages(lock, { dependencies: ['zod'], devDependencies: ['vitest'] })
 */
export function selectPackages({ packages }: Lock, { dependencies, devDependencies }: LockRoots): LockedPackages {
  const production = listReachable(packages, dependencies, true)
  const always = listReachable(packages, dependencies, false)
  const development = listReachable(packages, devDependencies, true)
  const alwaysInDevelopment = listReachable(packages, devDependencies, false)
  const chooseFlags = (path: string): Pick<LockedPackage, 'dev' | 'optional' | 'devOptional'> => {
    if (always.has(path)) return {}
    if (production.has(path)) return alwaysInDevelopment.has(path) ? { devOptional: true } : { optional: true }
    return { dev: true, ...(!alwaysInDevelopment.has(path) && { optional: true }) }
  }
  const paths = [...new Set([...production, ...development])].sort()
  return Object.fromEntries(
    paths.map((path) => {
      const { dev, optional, devOptional, ...locked } = packages[path] ?? {}
      return [path, { ...locked, ...chooseFlags(path) }]
    }),
  )
}

function listReachable(packages: LockedPackages, names: readonly string[], withOptional: boolean): ReadonlySet<string> {
  const found = new Set<string>()
  const visit = (from: string, name: string, optional: boolean): void => {
    const path = findInstalled(packages, from, name)
    if (path === undefined) {
      // An optional package may be missing, for example one for another platform.
      if (optional) return
      throw new Error(`The lock file has no package ${name}${from === '' ? '' : `, which ${from} needs`}`)
    }
    if (found.has(path)) return
    found.add(path)
    const { dependencies = {}, optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = packages[path] ?? {}
    for (const each of Object.keys(dependencies)) if (!(each in optionalDependencies)) visit(path, each, false)
    for (const each of Object.keys(peerDependencies)) if (!peerDependenciesMeta[each]?.optional) visit(path, each, false)
    if (withOptional) for (const each of Object.keys(optionalDependencies)) visit(path, each, true)
  }
  for (const name of names) visit('', name, false)
  return found
}

/** Finds a package as Node does: in `node_modules` of the importing package, then of each folder above it. */
function findInstalled(packages: LockedPackages, from: string, name: string): string | undefined {
  const path = `${from === '' ? '' : `${from}/`}node_modules/${name}`
  if (path in packages) return path
  return from === '' ? undefined : findInstalled(packages, from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))), name)
}
