import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { build } from 'esbuild'
import { type Bundle, bundleHandlers } from '../src/esbuild/bundle.ts'
import { findTrigger } from '../src/shared/cognito/triggers.ts'
import { precompile } from '../src/tools/cli/commands/precompile/precompile.ts'

const root = resolve(import.meta.dirname, '..')

/** Returns the folders of the deployed functions: those in the working directory's `src` that contain handler.ts. */
export async function functionFolders(): Promise<readonly string[]> {
  const folders = await readdir('src')
  return folders.filter((each) => existsSync(`src/${each}/handler.ts`)).toSorted()
}

/** Returns the path of a handler's ordinary sample event (`*-mary.json`), or undefined if the handler has no sample events. */
export async function ordinaryEvent(folder: string): Promise<string | undefined> {
  const files = await readdir(join(root, 'events', folder)).catch(() => [])
  const event = files.find((file) => file.endsWith('-mary.json'))
  return event && `events/${folder}/${event}`
}

// Precompiling runs the bundles with these settings instead of those of the environment, so that the same sources give the same bundles.
const SETTINGS = { AUTO_CONFIRM_DOMAINS: 'example.com', AUTO_CONFIRM_TRUST: 'unproven-address' }

/**
 * Bundles each handler into its own folder, with the options of this repository's deployment.
 *
 * @throws esbuild's error when a source does not build.
 */
export async function bundleDeployed(bundles: readonly Bundle[]): Promise<void> {
  // All clients in this repository set `retryMode`, so adaptive retries are never used.
  await bundleHandlers(bundles, build, { adaptiveRetries: false })
}

/**
 * Precompiles the functions of a bundle that run when it handles an event.
 *
 * @param event The path of an event file, relative to the root of the repository.
 * @returns The reason why the bundle was not changed, if its test run failed. Otherwise undefined.
 */
export async function precompileDeployed(bundle: string, event: string): Promise<string | undefined> {
  const environment = { PATH: process.env.PATH, ...SETTINGS }
  const result = await precompile({
    bundle: await findHandler(resolve(bundle), event),
    event,
    folder: root,
    environment,
    signal: new AbortController().signal,
  })
  return 'fault' in result ? result.fault : undefined
}

/** Returns the handler of an event, such as `dist/custom-challenge/handler.define`. serverless.yml names it, also for a build elsewhere. */
async function findHandler(bundle: string, event: string): Promise<string> {
  const { triggerSource } = JSON.parse(await readFile(resolve(root, event), 'utf8'))
  const handlers = (await readFile(join(root, 'serverless.yml'), 'utf8')).matchAll(/^ +(\w+):\n +handler: dist\/([\w-]+)\/(\S+)$/gm)
  for (const [, name = '', folder, handler = ''] of handlers)
    if (folder === basename(bundle) && name.toLowerCase() === findTrigger(triggerSource)?.toLowerCase()) return join(bundle, handler)
  return bundle
}
