import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import { type Bundle, bundleHandlers } from '../src/esbuild/bundle.ts'
import { precompile } from '../src/tools/cli/commands/precompile/precompile.ts'

const root = resolve(import.meta.dirname, '..')

/** Returns the folders of functions that are deployed: those of src that hold handler.ts, in the working folder. */
export async function functionFolders(): Promise<readonly string[]> {
  const folders = await readdir('src')
  return folders.filter((each) => existsSync(`src/${each}/handler.ts`)).toSorted()
}

/** Returns the file of a handler's ordinary event, which is Mary's; undefined for a function that no event calls. */
export async function ordinaryEvent(folder: string): Promise<string | undefined> {
  const files = await readdir(join(root, 'events', folder)).catch(() => [])
  const event = files.find((file) => file.endsWith('-mary.json'))
  return event && `events/${folder}/${event}`
}

// Of the caller's settings none: the same sources must come out as the same bundles.
const SETTINGS = { AUTO_CONFIRM_DOMAINS: 'example.com', AUTO_CONFIRM_TRUST: 'unproven-address' }

/**
 * Bundles handlers as they are deployed here, each into a folder of its own.
 *
 * @throws esbuild's error when a source does not build.
 */
export async function bundleDeployed(bundles: readonly Bundle[]): Promise<void> {
  // All our clients set `retryMode`.
  await bundleHandlers(bundles, build, { adaptiveRetries: false })
}

/**
 * Precompiles a bundle for the functions that an event calls.
 *
 * @param event A file, relative to the root of the repository.
 * @returns Why the bundle is as it was, where its trial start failed.
 */
export async function precompileDeployed(bundle: string, event: string): Promise<string | undefined> {
  const environment = { PATH: process.env.PATH, ...SETTINGS }
  const result = await precompile({ bundle: resolve(bundle), event, folder: root, environment, signal: new AbortController().signal })
  return 'fault' in result ? result.fault : undefined
}
