import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UsageError } from '../lib/errors.ts'
import type { Lock } from './lock.ts'

/** From where a project gets this package. */
export interface Origin {
  /** As package.json says it. */
  readonly spec: string
  /** As package-lock.json does; npm asks the registry unless set. */
  readonly resolved?: string
  readonly integrity?: string
}

/** What is known of this package's own installation. */
export interface Installed {
  readonly name: string
  readonly version: string
  /** Its folder. */
  readonly folder: string
}

/**
 * Finds out from where this package was installed, for a project to install it from there too: a tarball, or the registry.
 *
 * @param project The project's folder.
 * @param tarball The one to take in any case.
 * @throws UsageError where the tarball cannot be read.
 */
export async function findOrigin({ name, version, folder }: Installed, project: string, tarball?: string): Promise<Origin> {
  if (tarball !== undefined) return createTarballOrigin(tarball, project)
  const modules = dirname(folder)
  // What npm writes down of what it has installed. Other package managers do not, nor does npm for all users of a machine.
  const lock = basename(modules) === 'node_modules' ? await readLock(join(modules, '.package-lock.json')) : undefined
  const { resolved, integrity } = lock?.packages[`node_modules/${name}`] ?? {}
  if (resolved?.startsWith('file:')) return createTarballOrigin(resolveFile(resolved, dirname(modules)), project)
  return { spec: `^${version}`, ...(integrity !== undefined && { integrity }) }
}

async function createTarballOrigin(tarball: string, project: string): Promise<Origin> {
  const bytes = await readFile(tarball).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'no such file' : error.code === 'EISDIR' ? 'a folder, not a packed package' : error.message
    throw new UsageError(`${tarball}: ${why}; name the packed cognito-lifeguard (.tgz) with --package FILE`)
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
