import { randomUUID } from 'node:crypto'
import { rename, rm, stat, writeFile } from 'node:fs/promises'

/**
 * Replaces files atomically: a reader sees either the old or the new content. Writes all contents to temporary files first, and
 * renames them only if all writes succeeded.
 *
 * @throws Node's error if a file cannot be written.
 */
export async function replaceFiles(files: ReadonlyMap<string, string | Uint8Array>): Promise<void> {
  // Renaming is atomic only within a file system, so the temporary file is in the same folder.
  // Other users cannot redirect the write: the temporary name is random, and `wx` fails if a file or symbolic link has that name.
  const beside = [...files].map(([file, content]) => ({ file, content, temporary: `${file}.${randomUUID()}.tmp` }))
  try {
    for (const { file, content, temporary } of beside) {
      const mode = (await stat(file).catch(() => undefined))?.mode
      await writeFile(temporary, content, { flag: 'wx', ...(mode !== undefined && { mode }) })
    }
    for (const { file, temporary } of beside) await rename(temporary, file)
  } finally {
    await Promise.all(beside.map(({ temporary }) => rm(temporary, { force: true })))
  }
}
