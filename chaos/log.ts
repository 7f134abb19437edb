import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UsageError } from '../src/tools/lib/errors.ts'

/** Where handlers log to. */
export interface Log {
  readonly file: string
  /** For their processes. */
  readonly descriptor: number
  readonly close: () => Promise<void>
}

/**
 * Opens a log, emptied; one that nobody asked for is removed in the end.
 *
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
