import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BUNDLE_FILE, bundleHandlers } from '../../esbuild/bundle.ts'
import { isObject } from '../../shared/rules/invocation.ts'
import { UsageError } from './errors.ts'
import { importPeer } from './import-peer.ts'
import { parseJson } from './json.ts'
import { readOwnManifest } from './own-package.ts'
import { runProgram } from './run-program.ts'

/**
 * Reads the package.json of a folder. Returns undefined if the folder has none.
 *
 * @throws UsageError if the file is not JSON.
 */
export async function readManifest(folder: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined)
  const manifest = text === undefined ? undefined : parseJson('package.json', text)
  return isObject(manifest) ? manifest : undefined
}

/** Returns the script `build` of a package.json. */
export function findBuildScript(manifest: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const build = isObject(manifest?.scripts) ? manifest.scripts.build : undefined
  return typeof build === 'string' ? build : undefined
}

/** Returns true if the folder's package.json has a script `build`. */
export async function hasBuildScript(folder: string): Promise<boolean> {
  return findBuildScript(await readManifest(folder)) !== undefined
}

/**
 * Runs `npm run build` in a folder.
 *
 * @throws UsageError with the build's output if the build fails.
 */
export async function runBuildScript(folder: string, signal: AbortSignal): Promise<void> {
  const options = { cwd: folder, shell: process.platform === 'win32', signal, maxBuffer: 1 << 24 }
  await runProgram('npm run build', 'npm', ['run', '--silent', 'build'], options)
}

/** A handler that was bundled into a temporary folder. */
export interface TemporaryBundle {
  readonly file: string
  readonly remove: () => Promise<void>
}

/**
 * Bundles a TypeScript handler into a temporary folder.
 *
 * @throws MissingPeerError if esbuild is not installed, UsageError with esbuild's message if the source cannot be bundled.
 */
export async function bundleHandler(source: string): Promise<TemporaryBundle> {
  const { build } = await importPeer('esbuild', 'to bundle a TypeScript handler', () => import('esbuild'))
  // Resolves symbolic links, because stack traces contain the real path, and source maps are read from the folder of that path.
  const target = await realpath(await mkdtemp(join(tmpdir(), 'lifeguard-')))
  const remove = () => rm(target, { recursive: true, force: true })
  try {
    // Bundles the AWS SDK unchanged, so that a handler may import any client of any version. This bundle is never deployed.
    await bundleHandlers([{ folder: target, entry: source }], build, { sdk: false })
    return { file: join(target, BUNDLE_FILE), remove }
  } catch (error) {
    await remove()
    throw await toBundleError(`${source} cannot be bundled`, error)
  }
}

/** Converts an error of esbuild to an error for the user. Names the optional packages that a handler of this package needs. */
export async function toBundleError(summary: string, error: unknown): Promise<UsageError> {
  const text = error instanceof Error ? error.message : String(error)
  const { peerDependencies } = await readOwnManifest()
  const unresolved = [...text.matchAll(/Could not resolve "([^"]+)"/g)].map(([, name = '']) => name)
  const missing = [...new Set(unresolved)].filter((name) => Object.hasOwn(peerDependencies, name))
  return new UsageError(summary, missing.length === 0 ? text : `${text}\nInstall the missing packages: npm install ${missing.join(' ')}`)
}
