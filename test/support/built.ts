import { execFile } from 'node:child_process'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

export const repository: string = resolve(import.meta.dirname, '../..')

/** A folder outside the repository with `dist/` in it, built from the sources as they are now. */
export interface Built {
  readonly folder: string
  readonly remove: () => Promise<void>
}

/** Builds the handlers as `npm run build` does, but elsewhere: other tests are using `dist/`. */
export async function buildElsewhere(): Promise<Built> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'lifeguard-built-')))
  await promisify(execFile)(process.execPath, ['esbuild.config.ts', join(folder, 'dist')], { cwd: repository })
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}
