import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { devNull, tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { UsageError } from '../lib/errors.ts'
import { runProgram } from '../lib/run-program.ts'

/** Options for running the Serverless Framework. */
export interface FrameworkOptions {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Receives progress messages for the user. */
  readonly onNote: (note: string) => void
  readonly signal: AbortSignal
}

/**
 * Packages a service into a temporary folder, offline and without credentials.
 *
 * @param path The path of the configuration.
 * @returns The packaged template, as JSON text.
 * @throws UsageError when the framework is not installed in the service's folder, or rejects the configuration.
 */
export async function packageService(path: string, options: FrameworkOptions): Promise<string> {
  const command = findFramework(dirname(path))
  if (command === undefined) {
    throw new UsageError(
      `${basename(path)}: .serverless/ has no current package of this configuration, and osls is not installed. Install osls, or package the service`,
    )
  }
  options.onNote('packaging the service: osls package')
  const target = await mkdtemp(join(tmpdir(), 'lifeguard-doctor-'))
  try {
    await runFramework(command, path, ['package', '--package', target], options)
    return await readFile(join(target, 'cloudformation-template-update-stack.json'), 'utf8')
  } finally {
    await rm(target, { recursive: true, force: true })
  }
}

/**
 * Returns a service's configuration with all variables resolved by the framework, as JSON text.
 *
 * @param path The path of the configuration.
 * @returns undefined if the framework is not installed in the service's folder.
 * @throws UsageError when the framework rejects the configuration.
 */
export async function printService(path: string, options: FrameworkOptions): Promise<string | undefined> {
  const command = findFramework(dirname(path))
  return command === undefined ? undefined : runFramework(command, path, ['print', '--format', 'json'], options)
}

/** Returns true if the framework is installed in a service's folder. */
export function hasFramework(folder: string): boolean {
  return findFramework(folder) !== undefined
}

async function runFramework(command: string, path: string, args: readonly string[], options: FrameworkOptions): Promise<string> {
  const { environment, signal } = options
  const own = Object.entries(environment).filter(([name]) => !name.startsWith('AWS_'))
  const env = { ...Object.fromEntries(own), AWS_SHARED_CREDENTIALS_FILE: devNull, AWS_CONFIG_FILE: devNull }
  const [name = '', ...more] = args
  const all = [command, name, '--config', basename(path), ...more]
  return runProgram(`osls ${name}`, process.execPath, all, { cwd: dirname(path), env, signal, maxBuffer: 1 << 26 })
}

// Version 4 of `serverless` downloads itself and needs a login, so it cannot run offline. Its fork osls can.
function findFramework(folder: string): string | undefined {
  try {
    return join(dirname(createRequire(join(folder, 'package.json')).resolve('osls/package.json')), 'bin', 'serverless.js')
  } catch {
    return undefined
  }
}
