import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join, relative, resolve } from 'node:path'
import type { BuildOptions, OutputFile } from 'esbuild'
import { type LambdaPluginOptions, lambdaPlugin } from './index.ts'

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

// The name of a chunk is made of what is in its map too, which leads from here to the sources. Were it the folder that is
// deployed, the same handler would come out as other files elsewhere.
const BUILT_IN = 'dist/function'

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
export async function bundleHandlers(
  bundles: readonly Bundle[],
  build: typeof import('esbuild').build,
  plugin: LambdaPluginOptions = {},
): Promise<void> {
  await Promise.all(
    bundles.map(async ({ folder, entry }) => {
      const entryPoints = [{ in: entry, out: basename(BUNDLE_FILE, '.js') }]
      const options = { ...settings, entryPoints, outdir: BUILT_IN, write: false, metafile: true } as const
      const plugins = [lambdaPlugin(plugin)]
      let result = await build({ ...options, plugins })
      if (leavesRequires(result.outputFiles)) result = await build({ ...options, plugins, banner: { js: REQUIRE } })
      await mkdir(folder, { recursive: true })
      const files = result.outputFiles.map((file) => writeFile(join(folder, basename(file.path)), relocateFile(file, folder)))
      await Promise.all([
        ...files,
        writeFile(join(folder, 'package.json'), '{"type":"module"}\n'),
        writeFile(join(folder, META_FILE), JSON.stringify(result.metafile)),
      ])
    }),
  )
}

const leavesRequires = (files: readonly OutputFile[]): boolean =>
  files.some(({ path, text }) => path.endsWith('.js') && text.includes(LEFT_REQUIRE))

/** What a file holds where it is deployed from: a map leads to its sources from there. */
function relocateFile({ path, contents, text }: OutputFile, folder: string): Uint8Array | string {
  if (!path.endsWith('.map')) return contents
  const map: { readonly sources: readonly string[] } = JSON.parse(text)
  return JSON.stringify({ ...map, sources: map.sources.map((source) => fromFolder(source, folder)) })
}

/** Built-ins have names of their own and are no files. */
function fromFolder(source: string, folder: string): string {
  return /^[a-z-]{2,}:/.test(source) ? source : relative(resolve(folder), resolve(BUILT_IN, source)).replaceAll('\\', '/')
}
