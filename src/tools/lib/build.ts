import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BUNDLE_FILE, bundleHandlers } from '../../esbuild/bundle.ts'
import { isObject } from '../../shared/rules/invocation.ts'
import { UsageError } from './errors.ts'
import { importPeer } from './import-peer.ts'
import { parseJson } from './json.ts'
import { runProgram } from './run-program.ts'

/** Whether the project in a folder says how it is built. */
export async function hasBuildScript(folder: string): Promise<boolean> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}')
  const manifest = parseJson('package.json', text)
  return isObject(manifest) && isObject(manifest.scripts) && typeof manifest.scripts.build === 'string'
}

/**
 * Builds the project in a folder.
 *
 * @throws UsageError with all that the build printed when it fails.
 */
export async function runBuildScript(folder: string, signal: AbortSignal): Promise<void> {
  const options = { cwd: folder, shell: process.platform === 'win32', signal, maxBuffer: 1 << 24 }
  await runProgram('npm run build', 'npm', ['run', '--silent', 'build'], options)
}

/** A handler that was bundled for one run. */
export interface TemporaryBundle {
  readonly file: string
  readonly remove: () => Promise<void>
}

/**
 * Bundles a TypeScript handler into a temporary folder.
 *
 * @throws MissingPeerError without esbuild, UsageError with its words when the source does not build.
 */
export async function bundleHandler(source: string): Promise<TemporaryBundle> {
  const { build } = await importPeer('esbuild', 'to bundle a TypeScript handler', () => import('esbuild'))
  // Node tells places in it by its real path, and its source map leads from there to the sources.
  const target = await realpath(await mkdtemp(join(tmpdir(), 'lifeguard-')))
  const remove = () => rm(target, { recursive: true, force: true })
  try {
    // Any SDK that the handler uses is good enough to try it, whatever its deployment makes of it.
    await bundleHandlers([{ folder: target, entry: source }], build, { sdk: false })
    return { file: join(target, BUNDLE_FILE), remove }
  } catch (error) {
    await remove()
    throw new UsageError(`${source} cannot be bundled`, error instanceof Error ? error.message : String(error))
  }
}
