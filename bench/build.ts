import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { type BuildOptions, build, stop } from 'esbuild'
import { bundleDeployed, ordinaryEvent, precompileDeployed } from '../scripts/handlers.ts'
import { BUNDLE_FILE, META_FILE } from '../src/esbuild/bundle.ts'
import { buildDomainList } from '../src/shared/email/domain-file.ts'
import { bareDomainsSource, DOMAINS_FILE, generateDomains, lifeguardDomainsSource } from './domains.ts'
import { type Bundling, PROGRAM_NAMES, PROGRAMS, type ProgramName, type Source } from './programs.ts'
import { type Packed, zipBytes } from './zip.ts'

/** A built program. */
export interface Built {
  readonly file: string
  /** Size of all the program's modules in bytes. */
  readonly rawBytes: number
  /** Size in bytes of the module that Lambda loads, including the modules of its folder that it imports statically. */
  readonly entryBytes: number
  /** Size of the program's deployment package in bytes. */
  readonly zipBytes: number
}

/** All built programs, and the driver that runs them. */
export interface AllBuilt {
  readonly driver: string
  readonly of: (name: ProgramName) => Built
}

const common: BuildOptions = {
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  logLevel: 'silent',
  loader: { '.txt': 'text', '.html': 'text' },
}

const usual: BuildOptions = {
  ...common,
  format: 'esm',
  mainFields: ['module', 'main'],
  banner: { js: "import { createRequire } from 'module';const require = createRequire(import.meta.url);" },
}

/**
 * Builds the programs and the driver into bench/dist.
 *
 * @param root The root of the repository.
 * @throws Error that names the program that failed to build.
 */
export async function buildAll(root: string): Promise<AllBuilt> {
  const dist = join(root, 'bench/dist')
  await rm(dist, { recursive: true, force: true })
  const driver = join(dist, 'driver.mjs')
  await build({ ...common, format: 'esm', entryPoints: [join(root, 'bench/driver.ts')], outfile: driver })
  const programs = new Map<ProgramName, Built>()
  for (const name of PROGRAM_NAMES) programs.set(name, await buildOne(name, root, dist))
  // Ends esbuild's process, which would otherwise run beside the measured programs.
  await stop()
  return {
    driver,
    of: (name) => {
      const built = programs.get(name)
      if (built === undefined) throw new Error(`${name} was not built`)
      return built
    },
  }
}

async function buildOne(name: ProgramName, root: string, dist: string): Promise<Built> {
  const { bundling, source, title } = PROGRAMS[name]
  const folder = join(dist, name)
  try {
    const entry = await writeEntry(name, source, root, dist)
    const file = await bundleProgram(bundling, entry, folder)
    if ('domains' in source && source.of === 'lifeguard')
      await writeFile(join(folder, DOMAINS_FILE), buildDomainList(generateDomains(source.domains)).bytes)
    // Precompiles Lifeguard's program, because the deployed handlers are precompiled too.
    if (bundling === 'lifeguard') {
      const fault = await precompileDeployed(folder, await writeEvent(name, source, root, dist))
      if (fault !== undefined) throw new Error(fault)
    }
    return { file, ...(await measureSizes(folder, file)) }
  } catch (error) {
    throw new Error(`${name} (${title}) failed to build: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function writeEntry(name: ProgramName, source: Source, root: string, dist: string): Promise<string> {
  if ('file' in source) return join(root, source.file)
  const file = join(dist, 'sources', `${name}.js`)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, source.of === 'bare' ? bareDomainsSource(generateDomains(source.domains)) : lifeguardDomainsSource())
  return file
}

/** Returns the path of the event that the program handles while it is precompiled. */
async function writeEvent(name: ProgramName, source: Source, root: string, dist: string): Promise<string> {
  if ('file' in source && source.event !== undefined) return source.event
  const ordinary = await ordinaryEvent('file' in source ? basename(dirname(source.file)) : 'pre-signup')
  if (ordinary === undefined) throw new Error('the trigger of the program has no sample event *-mary.json')
  if ('file' in source) return ordinary
  const event = await readFile(join(root, ordinary), 'utf8')
  const file = join(dist, 'sources', `${name}.json`)
  await writeFile(file, event.replace('mary@example.com', `mary@${generateDomains(1)[0]}`))
  return file
}

async function bundleProgram(bundling: Bundling, entry: string, folder: string): Promise<string> {
  const file = join(folder, bundling === 'commonjs' ? 'handler.cjs' : BUNDLE_FILE)
  if (bundling === 'lifeguard') {
    await bundleDeployed([{ folder, entry }])
    return file
  }
  await mkdir(folder, { recursive: true })
  await build({ ...(bundling === 'usual' ? usual : { ...common, format: 'cjs' }), entryPoints: [entry], outfile: file })
  if (bundling === 'usual') await writeFile(join(folder, 'package.json'), '{"type":"module"}\n')
  return file
}

/** Measures the deployed files: all files of the folder except source maps and esbuild's metafile. */
async function measureSizes(folder: string, entry: string): Promise<Omit<Built, 'file'>> {
  const files: Packed[] = []
  for (const each of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const name = relative(folder, join(each.parentPath, each.name))
    if (each.isFile() && !name.endsWith('.map') && name !== META_FILE) files.push({ name, bytes: await readFile(join(folder, name)) })
  }
  const modules = new Map(files.flatMap(({ name, bytes }) => (/\.[cm]?js$/.test(name) ? [[name, bytes] as const] : [])))
  return {
    rawBytes: sumBytes(modules.values()),
    entryBytes: sumBytes(listLoadedAtStart(basename(entry), modules).map((name) => modules.get(name) ?? Buffer.of())),
    // osls writes each name into the zip, relative to the root of the project, so the size depends on the names.
    zipBytes: zipBytes(files.map(({ name, bytes }) => ({ name: `dist/${basename(folder)}/${name}`, bytes }))),
  }
}

/** Lists the modules that load with the entry: itself and its static imports, direct and indirect. */
function listLoadedAtStart(entry: string, modules: ReadonlyMap<string, Uint8Array>): readonly string[] {
  const found = new Set([entry])
  // The loop also visits values that it adds to the set, so it finds the imports of imports.
  for (const name of found) {
    const text = Buffer.from(modules.get(name) ?? []).toString()
    for (const [, imported] of text.matchAll(/(?:from|import) ?"(\.[^"]+)"/g)) found.add(join(dirname(name), imported ?? ''))
  }
  return [...found]
}

function sumBytes(files: Iterable<Uint8Array>): number {
  return [...files].reduce((bytes, file) => bytes + file.length, 0)
}
