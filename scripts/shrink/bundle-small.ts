import { build } from 'esbuild'
import { type Bundle, bundleHandlers } from '../../src/esbuild/bundle.ts'
import { shrinkBundle } from './shrink-bundle.ts'

/**
 * Bundles handlers as they are deployed here, each into a folder of its own.
 *
 * @throws esbuild's error when a source does not build.
 */
export async function bundleSmall(bundles: readonly Bundle[]): Promise<void> {
  // All clients of ours name their way to retry.
  await bundleHandlers(bundles, build, { adaptiveRetries: false })
  await Promise.all(bundles.map(({ folder }) => shrinkBundle(folder)))
}
