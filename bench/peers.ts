import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The versions of the packages that the compared programs use. */
export type Versions = Readonly<Record<string, string>>

/**
 * Installs the packages of the compared programs in the versions of bench/package.json, unless they are installed already.
 *
 * @param bench The folder of the bench.
 * @throws Error that names the packages that are still missing.
 */
export async function installPeers(bench: string, signal: AbortSignal): Promise<Versions> {
  const { dependencies }: { readonly dependencies: Versions } = await readJson(join(bench, 'package.json'))
  if ((await listMissing(bench, dependencies)).length > 0) {
    process.stderr.write('bench: installing the packages of the compared programs\n')
    // Sends npm's output to standard error, because with --json standard output must contain only the JSON.
    const npm = spawn('npm', ['ci', '--prefix', bench, '--no-audit', '--no-fund'], { stdio: ['ignore', 2, 2], signal })
    const [code] = await once(npm, 'exit').catch((error: unknown) => [error])
    const missing = await listMissing(bench, dependencies)
    if (missing.length > 0) throw new Error(`npm ci (exit code ${code}) did not install ${missing.join(', ')}`)
  }
  return dependencies
}

async function listMissing(bench: string, dependencies: Versions): Promise<readonly string[]> {
  const missing: string[] = []
  for (const [name, version] of Object.entries(dependencies)) {
    const installed = await readJson(join(bench, 'node_modules', name, 'package.json')).catch(() => ({ version: undefined }))
    if (installed.version !== version) missing.push(`${name} ${version}`)
  }
  return missing
}

async function readJson(file: string) {
  return JSON.parse(await readFile(file, 'utf8'))
}
