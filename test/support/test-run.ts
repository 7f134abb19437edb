import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

/**
 * Creates the folder that all test files of a run share. It contains the results of `oncePerRun`, and the compiled code of Node
 * processes: a command that runs from the TypeScript sources then starts in half the time.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'lifeguard-run-'))
  const results = join(folder, 'results')
  process.env.NODE_COMPILE_CACHE = join(folder, 'compiled')
  process.env.TEST_RUN_RESULTS = results
  // In watch mode, the sources may have changed.
  project.onTestsRerun(() => rm(results, { recursive: true, force: true }))
  // A process that is just ending may still write to the folder.
  return () => rm(folder, { recursive: true, force: true, maxRetries: 10 }).catch(() => undefined)
}
