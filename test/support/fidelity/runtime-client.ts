import { execFile, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** AWS's own runtime client: the file that Node runs, or the reason why it is missing. */
export type RuntimeClient = { readonly file: string } | { readonly missing: string }

const MANIFEST = join(import.meta.dirname, '../../fidelity/client')
const MANIFEST_FILES = ['package.json', 'package-lock.json']
// The programs that the client's install scripts run, besides npm and Node. Without one of them the scripts fail halfway.
const BUILD_TOOLS = ['cmake', 'make', 'g++', 'tar', 'xz', 'python3']
// Limits the wait for an unresponsive network. The install itself takes less than a minute.
const INSTALL_LIMIT_MS = 240_000

/** Returns the installation folder. It is outside the repository, so that a fresh clone reuses a compiled client. */
export function defaultCache(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'lifeguard', 'runtime-client')
}

/** Finds the installed client. Does not install it. */
export function findInstalledClient(cache: string = defaultCache()): RuntimeClient {
  const folder = toCacheFolder(cache)
  const file = toClientPath(folder)
  if (existsSync(file)) return { file }
  const reason = reasonFile(folder)
  return { missing: existsSync(reason) ? readFileSync(reason, 'utf8') : 'it is not installed; install it with npm run runtime-client' }
}

/** Installs and compiles the client if it is missing. Never throws, because tests that need the client are skipped without it. */
export async function installClient(cache: string = defaultCache(), tools: readonly string[] = BUILD_TOOLS): Promise<RuntimeClient> {
  const folder = toCacheFolder(cache)
  if (existsSync(toClientPath(folder))) return { file: toClientPath(folder) }
  const failure = findMissingTools(tools) ?? (await compileInto(folder, cache).then(() => undefined, shorten))
  if (failure !== undefined && !existsSync(toClientPath(folder))) {
    await mkdir(cache, { recursive: true })
      .then(() => writeFile(reasonFile(folder), failure))
      .catch(() => undefined)
    return { missing: failure }
  }
  await rm(reasonFile(folder), { force: true })
  return { file: toClientPath(folder) }
}

/** Returns the folder for this lock file and Node version, because a compiled addon works only with that version. */
function toCacheFolder(cache: string): string {
  const hash = createHash('sha256')
  for (const name of MANIFEST_FILES) hash.update(readFileSync(join(MANIFEST, name)))
  return join(cache, `${hash.digest('hex').slice(0, 16)}-node-${process.versions.node}-${process.platform}-${process.arch}`)
}

const toClientPath = (folder: string): string => join(folder, 'node_modules/aws-lambda-ric/index.mjs')
const reasonFile = (folder: string): string => `${folder}.missing.txt`

function findMissingTools(tools: readonly string[]): string | undefined {
  if (process.platform !== 'linux') return 'it supports only Linux'
  const missing = tools.filter((tool) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).status !== 0)
  return missing.length === 0 ? undefined : `its install needs ${missing.join(', ')}`
}

/** Installs into a temporary folder and renames it, so that the final folder is never incomplete, even with parallel installs. */
async function compileInto(folder: string, cache: string): Promise<void> {
  await mkdir(cache, { recursive: true })
  const building = await mkdtemp(join(cache, 'installing-'))
  try {
    for (const name of MANIFEST_FILES) await cp(join(MANIFEST, name), join(building, name))
    const options = ['--no-audit', '--no-fund', '--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-timeout=30000']
    await promisify(execFile)('npm', ['ci', ...options], { cwd: building, timeout: INSTALL_LIMIT_MS, maxBuffer: 1 << 26 })
    if (!existsSync(join(building, 'node_modules/aws-lambda-ric/rapid-client.node'))) throw new Error('npm did not run its install scripts')
    await rename(building, folder)
  } finally {
    await rm(building, { recursive: true, force: true })
  }
}

/** Describes an error in one line, because the text becomes part of a test title. */
function shorten(error: unknown): string {
  const { killed, stderr, message } = Object(error)
  if (killed) return `its install took more than ${INSTALL_LIMIT_MS / 1000} seconds`
  const lines = `${stderr || message}`.split('\n').filter((line) => !line.startsWith('npm warn'))
  return `its install failed: ${`${lines[0]}`.slice(0, 200)}`
}
