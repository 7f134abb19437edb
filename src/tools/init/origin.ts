import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UsageError } from '../lib/errors.ts'
import type { Lock } from './lock.ts'

/** The source from which npm installs this package in a project. */
export interface Origin {
  /** The value in package.json: a version range, or `file:` with a path. */
  readonly spec: string
  /** The value of `resolved` in package-lock.json. Without this value, npm asks the registry. */
  readonly resolved?: string
  readonly integrity?: string
}

/** The installation of this package from which the command runs. */
export interface Installed {
  readonly name: string
  readonly version: string
  /** The installation folder. */
  readonly folder: string
}

/**
 * Finds the tarball or registry from which this package was installed, so that a project installs the package from the same source.
 *
 * @param project The project's folder.
 * @param tarball A tarball to use instead of the one from which this package was installed.
 * @throws UsageError if the tarball cannot be read.
 */
export async function findOrigin({ name, version, folder }: Installed, project: string, tarball?: string): Promise<Origin> {
  if (tarball !== undefined) return createTarballOrigin(tarball, project)
  const modules = dirname(folder)
  // Only a local installation by npm has .package-lock.json. Without this file, the source is assumed to be the registry.
  const lock = basename(modules) === 'node_modules' ? await readLock(join(modules, '.package-lock.json')) : undefined
  const { resolved, integrity } = lock?.packages[`node_modules/${name}`] ?? {}
  if (resolved?.startsWith('file:')) return createTarballOrigin(resolveFile(resolved, dirname(modules)), project)
  return { spec: `^${version}`, ...(integrity !== undefined && { integrity }) }
}

async function createTarballOrigin(tarball: string, project: string): Promise<Origin> {
  const bytes = await readFile(tarball).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'no such file' : error.code === 'EISDIR' ? 'is a folder, not a tarball' : error.message
    throw new UsageError(`${tarball}: ${why}. Name the tarball of cognito-lifeguard (.tgz) with --package FILE`)
  })
  const spec = `file:${relative(project, tarball).replaceAll('\\', '/')}`
  return { spec, resolved: spec, integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}` }
}

function resolveFile(resolved: string, folder: string): string {
  return resolved.startsWith('file:///') ? fileURLToPath(resolved) : resolve(folder, resolved.slice('file:'.length))
}

async function readLock(file: string): Promise<Lock | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  return text === undefined ? undefined : JSON.parse(text)
}
