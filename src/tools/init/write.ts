import { lstat, mkdir, open, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ProjectFiles } from './project.ts'

/** The result of {@link writeFiles}. */
export interface Written {
  /** The files that were written completely. */
  readonly files: readonly string[]
  /** The reason why the other files were not written. Undefined if all files were written. */
  readonly delivery?: string
}

/**
 * Finds existing files that conflict with new ones: a file or folder of the same name, or a file in the place of a folder.
 *
 * @returns Paths relative to the folder. '' means the folder itself.
 */
export async function findConflictingFiles(folder: string, files: ProjectFiles): Promise<readonly string[]> {
  const found: string[] = []
  for (const path of new Set([...files.keys()].flatMap(listParentFolders))) {
    const whole = join(folder, path)
    // Uses `lstat` if `stat` fails, because a broken symbolic link is a conflict. A link to a folder is not a conflict.
    const there = await stat(whole).catch(() => lstat(whole).catch(() => undefined))
    if (there !== undefined && !there.isDirectory()) found.push(path)
  }
  for (const path of files.keys()) {
    if ((await lstat(join(folder, path)).catch(() => undefined)) !== undefined) found.push(path)
  }
  return found
}

/**
 * Writes new files and never overwrites a file. Does not throw: the result lists the written files and the reason for stopping.
 *
 * @param signal If aborted, no further file is written.
 */
export async function writeFiles(folder: string, files: ProjectFiles, signal: AbortSignal): Promise<Written> {
  const written: string[] = []
  try {
    for (const [path, text] of files) {
      if (signal.aborted) return { files: written, delivery: 'interrupted' }
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeNew(join(folder, path), text)
      written.push(path)
    }
    return { files: written }
  } catch (error) {
    return { files: written, delivery: error instanceof Error ? error.message : String(error) }
  }
}

/** Writes a new file. If the write fails, removes the incomplete file. */
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

/** Lists the parent folders of a path, outermost first. */
function listParentFolders(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1)
  return ['', ...parts.map((_, index) => parts.slice(0, index + 1).join('/'))]
}
