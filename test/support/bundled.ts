import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type BuildOptions, build, type Metafile } from 'esbuild'
import { onTestFinished } from 'vitest'
import { type LambdaPluginOptions, lambdaPlugin } from '../../src/esbuild/index.ts'
import { repository } from './built.ts'

/** A program that was bundled for a test, in a folder that is removed after the test. */
export interface Bundled {
  readonly file: string
  readonly metafile: Metafile
  /** The paths of the source files whose code is in the bundle. */
  readonly contents: readonly string[]
  /** Imports the bundle and returns its exports. */
  readonly load: () => Promise<Readonly<Record<string, unknown>>>
}

/** Creates a temporary folder that is removed after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'lifeguard-plugin-')))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/**
 * Bundles a program with esbuild as users do, with the packages of this repository.
 *
 * @param plugin Options of the plugin, or false for a bundle without it.
 */
export async function bundleSource(source: string, plugin: LambdaPluginOptions | false = {}, options: BuildOptions = {}): Promise<Bundled> {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  const { metafile } = await build({
    stdin: { contents: source, resolveDir: repository, loader: 'ts' },
    outdir: folder,
    entryNames: 'handler',
    bundle: true,
    format: 'esm',
    target: 'node22',
    platform: 'node',
    splitting: true,
    minify: true,
    logLevel: 'silent',
    ...(plugin === false ? { mainFields: ['module', 'main'] } : { plugins: [lambdaPlugin(plugin)] }),
    ...options,
    metafile: true,
  })
  const file = join(folder, 'handler.js')
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs))
  return {
    file,
    metafile,
    contents: inputs.flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
    load: () => import(pathToFileURL(file).href),
  }
}
