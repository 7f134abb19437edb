import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UsageError } from '../src/tools/lib/errors.ts'

/** The log file of the handlers. */
export interface Log {
  readonly file: string
  /** The file descriptor that the handlers' processes write to. */
  readonly descriptor: number
  readonly close: () => Promise<void>
}

/**
 * Opens an empty log file.
 *
 * @param wanted The path. Without it, the log is a temporary file, which `close` deletes.
 * @throws UsageError when the file cannot be written.
 */
export async function openLog(wanted: string | undefined): Promise<Log> {
  const folder = wanted === undefined ? await mkdtemp(join(tmpdir(), 'lifeguard-chaos-')) : undefined
  const file = wanted ?? join(`${folder}`, 'handlers.log')
  const handle = await open(file, 'w').catch((error) => {
    throw new UsageError(`--log ${file}: ${error instanceof Error ? error.message : 'cannot be written'}`)
  })
  return {
    file,
    descriptor: handle.fd,
    close: async () => {
      await handle.close()
      if (folder !== undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}
