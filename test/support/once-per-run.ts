import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Returns a folder that is made once for all test files of a run, although each file runs in its own process. The first caller makes
 * it, and other callers wait. Do not change the folder: copy it.
 *
 * @throws the error of `make`, as an Error with the same text in the other processes.
 */
export async function oncePerRun(name: string, make: (folder: string) => Promise<unknown>): Promise<string> {
  const results = process.env.TEST_RUN_RESULTS
  if (results === undefined) throw new Error('TEST_RUN_RESULTS is missing: test-run.ts must be the globalSetup of vitest')
  const folder = join(results, name)
  const failure = `${folder}.failed`
  await mkdir(results, { recursive: true })
  // Only one caller can create this folder.
  const isFirst = await mkdir(`${folder}.started`).then(
    () => true,
    () => false,
  )
  if (isFirst) {
    try {
      await make(`${folder}.part`)
      await rename(`${folder}.part`, folder)
    } catch (error) {
      await writeFile(failure, String(error))
      throw error
    }
  }
  while (!existsSync(folder)) {
    if (existsSync(failure)) throw new Error(await readFile(failure, 'utf8'))
    await sleep(50)
  }
  return folder
}
