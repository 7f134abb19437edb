import { randomUUID } from 'node:crypto'
import { rename, rm, stat, writeFile } from 'node:fs/promises'

/**
 * Writes files, each in one step: readers get the old text or the new one. Replaces none before all new texts are on the disk.
 *
 * @throws Node's error when a file cannot be written.
 */
export async function replaceFiles(files: ReadonlyMap<string, string | Uint8Array>): Promise<void> {
  // In the same folder, so that it can be renamed. The name cannot be guessed, and `wx` neither follows a link nor takes over a file.
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
