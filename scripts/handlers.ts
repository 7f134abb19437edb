import { resolve } from 'node:path'
import { build } from 'esbuild'
import { type Bundle, bundleHandlers } from '../src/esbuild/bundle.ts'
import { precompile } from '../src/tools/cli/commands/precompile/precompile.ts'

const root = resolve(import.meta.dirname, '..')

/** An ordinary event of each handler that a user waits for. Nobody waits for the sweeper. */
export const ORDINARY_EVENTS = {
  'pre-signup': 'events/pre-signup/sign-up-mary.json',
  'pre-auth': 'events/pre-auth/sign-in-mary.json',
  'post-auth': 'events/post-auth/sign-in-mary.json',
  'post-confirmation': 'events/post-confirmation/confirm-mary.json',
} as const

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
