import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { devNull, tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { UsageError } from '../lib/errors.ts'
import { runProgram } from '../lib/run-program.ts'

/** Options for `packageService`. */
export interface OslsOptions {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Receives progress messages for the user. */
  readonly onNote: (note: string) => void
  readonly signal: AbortSignal
}

/**
 * Packages a service into a temporary folder with osls, offline and without credentials.
 *
 * @param path The path of the configuration.
 * @returns The packaged template, as JSON text.
 * @throws UsageError when osls is not installed in the service's folder, or rejects the configuration.
 */
export async function packageService(path: string, { environment, onNote, signal }: OslsOptions): Promise<string> {
  const folder = dirname(path)
  const command = findOsls(folder)
  if (command === undefined) {
    throw new UsageError(
      `${basename(path)}: .serverless/ has no current package of this configuration, and osls is not installed. Install osls, or package the service`,
    )
  }
  onNote('packaging the service: osls package')
  const target = await mkdtemp(join(tmpdir(), 'lifeguard-doctor-'))
  try {
    const own = Object.entries(environment).filter(([name]) => !name.startsWith('AWS_'))
    const env = { ...Object.fromEntries(own), AWS_SHARED_CREDENTIALS_FILE: devNull, AWS_CONFIG_FILE: devNull }
    const args = [command, 'package', '--config', basename(path), '--package', target]
    await runProgram('osls package', process.execPath, args, { cwd: folder, env, signal, maxBuffer: 1 << 26 })
    return await readFile(join(target, 'cloudformation-template-update-stack.json'), 'utf8')
  } finally {
    await rm(target, { recursive: true, force: true })
  }
}

function findOsls(folder: string): string | undefined {
  try {
    return join(dirname(createRequire(join(folder, 'package.json')).resolve('osls/package.json')), 'bin', 'serverless.js')
  } catch {
    return undefined
  }
}
