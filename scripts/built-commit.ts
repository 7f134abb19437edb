import { execFile } from 'node:child_process'
import { access, rename } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A checkout of this repository with built handlers in `dist/` and installed dependencies. */
export interface BuiltVersion {
  readonly root: string
}

/**
 * Checks out a commit into a temporary folder, installs its dependencies and builds its handlers. Reuses the folder of an earlier
 * call.
 *
 * @throws Error when the commit does not exist, or when its installation or build fails.
 */
export async function buildCommit(commit: string): Promise<BuiltVersion> {
  const { stdout } = await run('git', ['rev-parse', '--verify', `${commit}^{commit}`])
  const hash = stdout.trim()
  const root = join(tmpdir(), `lifeguard-${hash.slice(0, 12)}`)
  if (await exists(join(root, 'dist'))) return { root }
  await run('git', ['worktree', 'add', '--force', '--detach', root, hash])
  await run('npm', ['ci', '--ignore-scripts'], { cwd: root, maxBuffer: 1 << 26 })
  // Run the install script of esbuild, which downloads the esbuild binary if the package for this platform is missing.
  await run('npm', ['rebuild', 'esbuild'], { cwd: root, maxBuffer: 1 << 26 })
  // Build into another folder and rename it, so that `dist` exists only after a complete build.
  await run(process.execPath, ['esbuild.config.ts', 'dist.part'], { cwd: root, maxBuffer: 1 << 26 })
  await rename(join(root, 'dist.part'), join(root, 'dist'))
  return { root }
}

/** Builds the handlers of the working tree, which may have uncommitted changes. */
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
