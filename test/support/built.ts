import { execFile } from 'node:child_process'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

export const repository: string = resolve(import.meta.dirname, '../..')

/** A folder outside the repository that contains a fresh build in `dist/`. */
export interface Built {
  readonly folder: string
  readonly remove: () => Promise<void>
}

/** Builds the handlers like `npm run build`, but into a temporary folder, because other tests use `dist/`. */
export async function buildElsewhere(): Promise<Built> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'lifeguard-built-')))
  await promisify(execFile)(process.execPath, ['esbuild.config.ts', join(folder, 'dist')], { cwd: repository })
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}
