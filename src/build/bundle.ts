import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuildOptions, BuildResult } from 'esbuild'
import { lambdaPlugin } from './index.ts'

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
  // What a handler imports on demand lies beside it, and is read when it is called for.
  splitting: true,
  chunkNames: '[name]-[hash]',
  minify: true,
  sourcemap: 'external',
  metafile: true,
  logLevel: 'silent',
  // Mail templates are inlined, so that a bundle reads no file but its own.
  loader: { '.txt': 'text', '.html': 'text' },
}

/**
 * For packages that compute the name of what they `require`. Made at its first use, since making it takes longer than reading
 * a small handler. No other name may be made here: the minifier does not know of it, and gives it to something else one day.
 */
const REQUIRE = "const require=name=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(name);"

/** What esbuild writes where a `require` is left. */
const LEFT_REQUIRE = 'Dynamic require of "'

/** The name of the bundle in its folder. What it imports on demand lies beside it, as `*.js` too. */
export const BUNDLE_FILE = 'handler.js'

/** What esbuild knows of a bundle: its inputs tell whether it is older than its sources. Not deployed. */
export const META_FILE = 'meta.json'

/**
 * Bundles handlers, each into a folder of its own: the bundle with its chunks, their source maps, and what makes them ES
 * modules wherever the folder is unpacked.
 *
 * @throws esbuild's error when a source does not build.
 */
export async function bundleHandlers(bundles: readonly Bundle[], build: typeof import('esbuild').build): Promise<void> {
  await Promise.all(
    bundles.map(async ({ folder, entry }) => {
      const options = { ...settings, entryPoints: [{ in: entry, out: BUNDLE_FILE.replace(/\.js$/, '') }], outdir: folder }
      let result = await build({ ...options, plugins: [lambdaPlugin()] })
      if (await leavesRequires(result)) result = await build({ ...options, plugins: [lambdaPlugin()], banner: { js: REQUIRE } })
      await mkdir(folder, { recursive: true })
      await writeFile(join(folder, 'package.json'), '{"type":"module"}\n')
      await writeFile(join(folder, META_FILE), JSON.stringify(result.metafile))
    }),
  )
}

async function leavesRequires({ metafile }: BuildResult): Promise<boolean> {
  const scripts = Object.keys(metafile?.outputs ?? {}).filter((file) => file.endsWith('.js'))
  const texts = await Promise.all(scripts.map((file) => readFile(file, 'utf8')))
  return texts.some((text) => text.includes(LEFT_REQUIRE))
}
