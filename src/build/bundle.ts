import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuildOptions } from 'esbuild'

/** A handler to bundle. */
export interface Bundle {
  /** The folder that is deployed. */
  readonly folder: string
  /** The source file that exports `handler`. */
  readonly entry: string
}

/** How handlers are bundled: for Lambda's Node, with everything they use and nothing else. */
const settings: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  // What a handler imports only when it needs it is a file of its own, which costs nothing until then.
  splitting: true,
  chunkNames: '[name]-[hash]',
  minify: true,
  sourcemap: 'external',
  metafile: true,
  logLevel: 'silent',
  // The SDK's ES modules let unused parts be left out; its `main` files do not.
  mainFields: ['module', 'main'],
  // Mail templates are inlined.
  loader: { '.txt': 'text', '.html': 'text' },
  // Packages in CommonJS call `require` for Node's own modules. No other name may be made here: the minifier does not know
  // of it, and gives it to something else one day.
  banner: { js: "const require=process.getBuiltinModule('node:module').createRequire(import.meta.url);" },
}

const BUNDLE_NAME = 'handler'

/** The name of the bundle in its folder. */
export const BUNDLE_FILE: string = `${BUNDLE_NAME}.js`

/** What esbuild knows of a bundle: its inputs tell whether it is older than its sources. Not deployed. */
export const META_FILE = 'meta.json'

/**
 * Bundles handlers, each into a folder of its own: the bundle, its source map, and what makes it an ES module wherever the
 * folder is unpacked.
 *
 * @throws esbuild's error when a source does not build.
 */
export async function bundleHandlers(bundles: readonly Bundle[], build: typeof import('esbuild').build): Promise<void> {
  await Promise.all(
    bundles.map(async ({ folder, entry }) => {
      const result = await build({ ...settings, entryPoints: [{ in: entry, out: BUNDLE_NAME }], outdir: folder })
      await mkdir(folder, { recursive: true })
      await writeFile(join(folder, 'package.json'), '{"type":"module"}\n')
      await writeFile(join(folder, META_FILE), JSON.stringify(result.metafile))
    }),
  )
}
