import { lstat, mkdir, open, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ProjectFiles } from './project.ts'

/** What became of writing. */
export interface Written {
  /** The files that are there, whole. */
  readonly files: readonly string[]
  /** Why there are no more; undefined where there are all. */
  readonly delivery?: string
}

/**
 * What is in the way of files: a file of the same name, or one where a folder has to be. A folder that is there is not.
 *
 * @returns Paths in the folder; '' is the folder itself.
 */
export async function findConflictingFiles(folder: string, files: ProjectFiles): Promise<readonly string[]> {
  const found: string[] = []
  for (const path of new Set([...files.keys()].flatMap(listParentFolders))) {
    const whole = join(folder, path)
    // A link to a folder will do, one that leads nowhere will not.
    const there = await stat(whole).catch(() => lstat(whole).catch(() => undefined))
    if (there !== undefined && !there.isDirectory()) found.push(path)
  }
  for (const path of files.keys()) {
    if ((await lstat(join(folder, path)).catch(() => undefined)) !== undefined) found.push(path)
  }
  return found
}

/**
 * Writes files, and none over another that has come meanwhile. Never throws: what is there when it ends early is told.
 *
 * @param signal Ends it between two files.
 */
export async function writeFiles(folder: string, files: ProjectFiles, signal: AbortSignal): Promise<Written> {
  const written: string[] = []
  try {
    for (const [path, text] of files) {
      if (signal.aborted) return { files: written, delivery: 'it was told to stop' }
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeNew(join(folder, path), text)
      written.push(path)
    }
    return { files: written }
  } catch (error) {
    return { files: written, delivery: error instanceof Error ? error.message : String(error) }
  }
}

/** A file that cannot be written to its end is taken away again. */
async function writeNew(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.writeFile(text)
  } catch (error) {
    await rm(path, { force: true })
    throw error
  } finally {
    await file.close()
  }
}

/** The folders in which a file lies, the outermost first. */
function listParentFolders(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1)
  return ['', ...parts.map((_, index) => parts.slice(0, index + 1).join('/'))]
}
