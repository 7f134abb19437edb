import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { type BuildOptions, build, stop } from 'esbuild'
import { bundleDeployed, ordinaryEvent, precompileDeployed } from '../scripts/handlers.ts'
import { BUNDLE_FILE, META_FILE } from '../src/esbuild/bundle.ts'
import { buildDomainList } from '../src/shared/email/domain-file.ts'
import { bareDomainsSource, DOMAINS_FILE, generateDomains, lifeguardDomainsSource } from './domains.ts'
import { type Bundling, PROGRAM_NAMES, PROGRAMS, type ProgramName, type Source } from './programs.ts'
import { type Packed, zipBytes } from './zip.ts'

/** A program, ready to run. */
export interface Built {
  readonly file: string
  /** Bytes of all its modules. */
  readonly rawBytes: number
  /** Bytes of the module that Lambda loads; what it imports at once, of its own folder, counts too. */
  readonly entryBytes: number
  /** Bytes of its deployment package. */
  readonly zipBytes: number
}

/** Everything that the bench runs. */
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
 * @throws Error that names the program which does not build.
 */
export async function buildAll(root: string): Promise<AllBuilt> {
  const dist = join(root, 'bench/dist')
  await rm(dist, { recursive: true, force: true })
  const driver = join(dist, 'driver.mjs')
  await build({ ...common, format: 'esm', entryPoints: [join(root, 'bench/driver.ts')], outfile: driver })
  const programs = new Map<ProgramName, Built>()
  for (const name of PROGRAM_NAMES) programs.set(name, await buildOne(name, root, dist))
  // Its process would stay, beside what is measured.
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
    // As the deployed handlers are built.
    if (bundling === 'lifeguard') {
      const fault = await precompileDeployed(folder, await writeEvent(name, source, root, dist))
      if (fault !== undefined) throw new Error(fault)
    }
    return { file, ...(await measureSizes(folder, file)) }
  } catch (error) {
    throw new Error(`${name} (${title}) does not build: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function writeEntry(name: ProgramName, source: Source, root: string, dist: string): Promise<string> {
  if ('file' in source) return join(root, source.file)
  const file = join(dist, 'sources', `${name}.js`)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, source.of === 'bare' ? bareDomainsSource(generateDomains(source.domains)) : lifeguardDomainsSource())
  return file
}

/** The file of the event for the trial start. */
async function writeEvent(name: ProgramName, source: Source, root: string, dist: string): Promise<string> {
  const ordinary = await ordinaryEvent('file' in source ? basename(dirname(source.file)) : 'pre-signup')
  if (ordinary === undefined) throw new Error('there is no event for it')
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

/** Of what is deployed: the folder without source maps and without what esbuild tells of it. */
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
    // Named as osls names them, below the root of the project.
    zipBytes: zipBytes(files.map(({ name, bytes }) => ({ name: `dist/${basename(folder)}/${name}`, bytes }))),
  }
}

/** The modules that load together with one: itself and, without those that are imported later, what it imports. */
function listLoadedAtStart(entry: string, modules: ReadonlyMap<string, Uint8Array>): readonly string[] {
  const found = new Set([entry])
  // A set that grows while it is walked is walked to its new end.
  for (const name of found) {
    const text = Buffer.from(modules.get(name) ?? []).toString()
    for (const [, imported] of text.matchAll(/(?:from|import) ?"(\.[^"]+)"/g)) found.add(join(dirname(name), imported ?? ''))
  }
  return [...found]
}

function sumBytes(files: Iterable<Uint8Array>): number {
  return [...files].reduce((bytes, file) => bytes + file.length, 0)
}
