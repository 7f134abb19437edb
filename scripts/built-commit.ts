import { execFile } from 'node:child_process'
import { access, rename } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A version of this repository, with its handlers built in `dist/` and its sources ready to be imported. */
export interface BuiltVersion {
  readonly root: string
}

/**
 * Checks a commit out into a folder for temporary files, installs what it needs and builds its handlers. A folder from an earlier
 * call is used again.
 *
 * @throws Error when the commit is unknown, or does not install or build.
 */
export async function buildCommit(commit: string): Promise<BuiltVersion> {
  const { stdout } = await run('git', ['rev-parse', '--verify', `${commit}^{commit}`])
  const hash = stdout.trim()
  const root = join(tmpdir(), `lifeguard-${hash.slice(0, 12)}`)
  if (await exists(join(root, 'dist'))) return { root }
  await run('git', ['worktree', 'add', '--force', '--detach', root, hash])
  await run('npm', ['ci', '--ignore-scripts'], { cwd: root, maxBuffer: 1 << 26 })
  // esbuild's own script fetches its binary where the package of the platform is missing.
  await run('npm', ['rebuild', 'esbuild'], { cwd: root, maxBuffer: 1 << 26 })
  // Under its name only once it is whole.
  await run(process.execPath, ['esbuild.config.ts', 'dist.part'], { cwd: root, maxBuffer: 1 << 26 })
  await rename(join(root, 'dist.part'), join(root, 'dist'))
  return { root }
}

/** Builds the handlers of the working tree. */
export async function buildWorkingTree(): Promise<BuiltVersion> {
  const root = resolve(import.meta.dirname, '..')
  await run(process.execPath, ['esbuild.config.ts'], { cwd: root, maxBuffer: 1 << 26 })
  return { root }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
