import { execFile } from 'node:child_process'
import { copyFile, cp, mkdir, mkdtemp, readFile, realpath, rename, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { oncePerRun } from '../once-per-run.ts'

export const repository: string = resolve(import.meta.dirname, '../../..')

/** The library as npm would publish it, and a user's folder in which it is installed. */
export interface PackedLibrary {
  /** The copy of the repository in which the library was built. */
  readonly clone: string
  readonly tarball: string
  /** The user's folder. It contains only `node_modules`. */
  readonly folder: string
  /** The folder of the installed library. */
  readonly installed: string
  readonly remove: () => Promise<void>
}

// The files of the repository that the package contains or that its build needs.
const SOURCES = [
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.lib.json', 'scripts', 'src', 'README.md', 'CHANGELOG.md', 'LICENSE'],
  ...['starter', 'deploy', 'events', 'docs', 'serverless.yml', 'serverless.existing-pool.yml', 'examples', 'bench/chart.svg'],
]

/**
 * Packs the library, once for all test files of a run, and installs it in a user's folder. To install without network, unpacks the
 * tarball and links the dependencies of its manifest. The library cannot import any other package.
 *
 * @param alsoInstalled More packages to link in the user's folder.
 */
export async function packLibrary(alsoInstalled: readonly string[] = []): Promise<PackedLibrary> {
  const packed = await oncePerRun('library', pack)
  const clone = join(packed, 'clone')
  const manifest = JSON.parse(await readFile(join(clone, 'package.json'), 'utf8'))
  const root = await realpath(await mkdtemp(join(tmpdir(), 'lifeguard-library-')))
  const tarball = join(root, `${manifest.name}-${manifest.version}.tgz`)
  await copyFile(join(packed, basename(tarball)), tarball)

  await command('tar', ['-xzf', tarball, '-C', root], root)
  const folder = join(root, 'user')
  const modules = join(folder, 'node_modules')
  await mkdir(modules, { recursive: true })
  const installed = join(modules, manifest.name)
  await rename(join(root, 'package'), installed)
  for (const name of [...Object.keys(manifest.dependencies), ...alsoInstalled]) {
    await mkdir(dirname(join(modules, name)), { recursive: true })
    await symlink(join(repository, 'node_modules', name), join(modules, name), 'junction')
  }
  return { clone, tarball, folder, installed, remove: () => rm(root, { recursive: true, force: true }) }
}

/** Packs a copy of the repository, because packing rebuilds `lib/`. */
async function pack(target: string): Promise<void> {
  const clone = join(target, 'clone')
  await mkdir(clone, { recursive: true })
  for (const name of SOURCES) {
    // Skips a name in SOURCES that does not exist in the repository.
    await cp(join(repository, name), join(clone, name), { recursive: true }).catch(() => undefined)
  }
  await symlink(join(repository, 'node_modules'), join(clone, 'node_modules'), 'junction')
  await command('npm', ['pack', '--pack-destination', target], clone)
}

/** Runs a command and returns its standard output. Throws an Error with the command's output if the command fails. */
export async function command(file: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(file, [...args], { cwd, shell: process.platform === 'win32', maxBuffer: 1 << 26 })
    return stdout
  } catch (error) {
    const { stdout = '', stderr = '' } = Object(error)
    throw new Error(`${[file, ...args].join(' ')} failed:\n${stdout}${stderr}`)
  }
}
