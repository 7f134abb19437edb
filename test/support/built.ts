import { execFile } from 'node:child_process'
import { cp, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { oncePerRun } from './once-per-run.ts'

export const repository: string = resolve(import.meta.dirname, '../..')

/** A folder outside the repository that contains a fresh build in `dist/`. */
export interface Built {
  readonly folder: string
  readonly remove: () => Promise<void>
}

/** Builds the handlers like `npm run build`, but into a temporary folder, because other tests use `dist/`. */
export async function buildElsewhere(): Promise<Built> {
  return fill(build)
}

/** Returns the same as {@link buildElsewhere}, but builds only once for all test files of a run. */
export async function copyBuild(): Promise<Built> {
  const dist = await oncePerRun('dist', build)
  return fill((target) => cp(dist, target, { recursive: true }))
}

async function build(target: string): Promise<void> {
  await promisify(execFile)(process.execPath, ['esbuild.config.ts', target], { cwd: repository })
}

async function fill(write: (dist: string) => Promise<void>): Promise<Built> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'lifeguard-built-')))
  await write(join(folder, 'dist'))
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}
