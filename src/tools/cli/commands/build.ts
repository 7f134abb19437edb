import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { bundleHandlers } from '../../../esbuild/bundle.ts'
import { buildDomainFiles } from '../../../esbuild/domain-files.ts'
import { toBundleError } from '../../lib/build.ts'
import { UsageError } from '../../lib/errors.ts'
import { importPeer } from '../../lib/import-peer.ts'
import { formatHelp } from '../help.ts'
import { EXIT, type Io } from '../io.ts'
import { parseOptions } from '../options.ts'

const BUILD_HELP = formatHelp([
  'Bundle the handlers of a project for Lambda.',
  { title: 'Usage', lines: ['lifeguard build'] },
  'Bundles each src/FOLDER/handler.ts into dist/FOLDER/ with esbuild. Converts each list domains/NAME.txt to dist/pre-signup/NAME.domains.',
  {
    title: 'Exit codes',
    entries: [
      ['0', 'the handlers were bundled'],
      ['2', 'src has no handler, a source does not build, or esbuild is not installed'],
    ],
  },
  { title: 'Example', lines: ['lifeguard build'] },
])

/** Runs `lifeguard build` and returns its exit code. */
export async function runBuild(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions('build', {
    args: [...args],
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' } },
  })
  if (values.help) {
    await io.out(BUILD_HELP)
    return EXIT.fine
  }
  if (positionals[0] !== undefined) throw new UsageError(`Unexpected argument '${positionals[0]}'. Expected: lifeguard build`)
  const { build } = await importPeer('esbuild', 'to bundle handlers', () => import('esbuild'))
  const folders = await listHandlerFolders(join(io.folder, 'src'))
  if (folders.length === 0) throw new UsageError('No src/FOLDER/handler.ts in this folder. To add one: lifeguard add pre-signup')
  const bundles = folders.map((name) => ({ folder: join(io.folder, 'dist', name), entry: join(io.folder, 'src', name, 'handler.ts') }))
  await bundleHandlers(bundles, build).catch(async (error: unknown) => {
    throw await toBundleError('The handlers cannot be bundled', error)
  })
  await buildDomainFiles(join(io.folder, 'domains'), join(io.folder, 'dist', 'pre-signup'))
  await io.out(folders.map((name) => `dist/${name}/handler.js`))
  return EXIT.fine
}

async function listHandlerFolders(source: string): Promise<readonly string[]> {
  const names = await readdir(source).catch(() => [])
  const found = await Promise.all(names.map((name) => stat(join(source, name, 'handler.ts')).catch(() => undefined)))
  return names.filter((_, index) => found[index]?.isFile()).toSorted()
}
