import { mkdir, rm, writeFile } from 'node:fs/promises'
import { basename, join, relative, resolve } from 'node:path'
import type { BuildOptions, OutputFile } from 'esbuild'
import { type LambdaPluginOptions, lambdaPlugin } from './index.ts'

/** A handler to bundle. */
export interface Bundle {
  /** The output folder, which is deployed. */
  readonly folder: string
  /** The source file that exports `handler`. */
  readonly entry: string
}

/** esbuild options for Lambda's Node runtime. */
const settings: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  // Modules loaded by `import()` become chunks beside the bundle, read only when needed.
  splitting: true,
  chunkNames: '[name]-[hash]',
  minify: true,
  sourcemap: 'external',
  logLevel: 'silent',
  // Email templates are inlined, so that a handler reads no template files.
  loader: { '.txt': 'text', '.html': 'text' },
}

/**
 * Defines `require` for packages that compute the name of a module they require. `createRequire` runs on first use, because it takes
 * longer than loading a small handler. Do not declare other names here: the minifier does not see them and may reuse them.
 */
const REQUIRE = "const require=name=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(name);"

/** The start of the error message that esbuild writes into a bundle for a `require` that it could not resolve. */
const LEFT_REQUIRE = 'Dynamic require of "'

// esbuild hashes the paths in source maps into chunk names, and the paths are relative to the output folder. With one fixed output
// folder, a handler gets the same file names on every machine.
const BUILT_IN = 'dist/function'

/** The file name of the bundle in its folder. Its chunks are beside it, also as `*.js`. */
export const BUNDLE_FILE = 'handler.js'

/**
 * File name of esbuild's metafile, which is not deployed. The inputs in the metafile show if a bundle is older than its sources.
 */
export const META_FILE = 'meta.json'

/**
 * Bundles each handler into its own folder. The folder contains the bundle, its chunks, source maps, esbuild's metafile and a
 * package.json that marks the files as ES modules.
 *
 * @throws esbuild's error when a source does not build.
 */
export async function bundleHandlers(
  bundles: readonly Bundle[],
  build: typeof import('esbuild').build,
  plugin: LambdaPluginOptions = {},
): Promise<void> {
  // Writes only after every handler was built, so that an error in one source leaves all bundles as they are.
  const built = await Promise.all(
    bundles.map(async ({ folder, entry }) => {
      const entryPoints = [{ in: entry, out: basename(BUNDLE_FILE, '.js') }]
      // Without this option, esbuild uses the working folder of the time when it was loaded.
      const absWorkingDir = process.cwd()
      const options = { ...settings, absWorkingDir, entryPoints, outdir: BUILT_IN, write: false, metafile: true } as const
      const plugins = [lambdaPlugin(plugin)]
      let result = await build({ ...options, plugins })
      if (leavesRequires(result.outputFiles)) result = await build({ ...options, plugins, banner: { js: REQUIRE } })
      return { folder, result }
    }),
  )
  await Promise.all(
    built.map(async ({ folder, result }) => {
      await rm(folder, { recursive: true, force: true })
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

/** Returns a file's contents. In a source map, rewrites the source paths to be relative to the folder. */
function relocateFile({ path, contents, text }: OutputFile, folder: string): Uint8Array | string {
  if (!path.endsWith('.map')) return contents
  const map: { readonly sources: readonly string[] } = JSON.parse(text)
  return JSON.stringify({ ...map, sources: map.sources.map((source) => fromFolder(source, folder)) })
}

/** Makes a source path relative to the folder. Virtual modules such as `lifeguard-builtin:node:fs` are not files and stay as they are. */
function fromFolder(source: string, folder: string): string {
  return /^[a-z-]{2,}:/.test(source) ? source : relative(resolve(folder), resolve(BUILT_IN, source)).replaceAll('\\', '/')
}
