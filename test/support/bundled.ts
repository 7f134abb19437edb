import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type BuildOptions, build, type Metafile } from 'esbuild'
import { onTestFinished } from 'vitest'
import { type LambdaPluginOptions, lambdaPlugin } from '../../src/esbuild/index.ts'
import { repository } from './built.ts'

/** A program that was bundled for a test, in a folder that goes with the test. */
export interface Bundled {
  readonly file: string
  readonly metafile: Metafile
  /** What is in it, by path: what came out empty is left out. */
  readonly contents: readonly string[]
  /** Its exports. */
  readonly load: () => Promise<Readonly<Record<string, unknown>>>
}

/** A folder of a test's own. */
export async function temporaryFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'lifeguard-plugin-')))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/**
 * Bundles a program as users do, with the packages of this repository.
 *
 * @param sdk False for a bundle without the plugin, to compare with.
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
