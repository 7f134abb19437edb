import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { devNull, tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { UsageError } from '../lib/errors.ts'
import { runProgram } from '../lib/run-program.ts'

/** What it takes to run the framework. */
export interface OslsOptions {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Gets what a person should know. */
  readonly onNote: (note: string) => void
  readonly signal: AbortSignal
}

/**
 * Packages a service into a temporary folder by osls, offline and without credentials.
 *
 * @param path Of its configuration.
 * @returns The template, as JSON.
 * @throws UsageError when osls is not installed there, or refuses the configuration.
 */
export async function packageService(path: string, { environment, onNote, signal }: OslsOptions): Promise<string> {
  const folder = dirname(path)
  const command = findOsls(folder)
  if (command === undefined) {
    throw new UsageError(
      `${basename(path)} is not packaged, or has changed since, or something else was packaged; and osls is not installed. Package it: the template is read from .serverless/`,
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
